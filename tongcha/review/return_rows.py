"""One row of a returned workbook: the judgement that it holds, or why it is refused, column named.

A drop-down doesn't stop pasting and a sheet's protection is no security, so nothing is believed here:
the row's seal, the evidence of today, the answer, the reason, the reviewer and the day are checked.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from tongcha.ledger.wording import holds_number
from tongcha.review import layout
from tongcha.review.decisions import record_judgement, record_recusal
from tongcha.review.layout import COLUMN, SHOWN
from tongcha.review.seal import find_edits
from tongcha.review.settle import PANEL
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from tongcha.ledger.events import NewEvent
    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.return_file import ReturnCover
    from tongcha.review.reviewers import Reviewers

DATE_FORMS: Final = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class RowRefusedError(Exception):
    """A row can't be taken; the text is the Chinese reason.

    Args:
        column: header of the column at fault.
        reason: what is wrong with it.
    """

    def __init__(self, column: str, reason: str) -> None:
        """Keep the sentence."""
        super().__init__(f"“{column}”列：{reason}")


@dataclass(frozen=True, slots=True)
class RowScope:
    """All that a row is judged against.

    Attributes:
        cover: batch and round of the workbook.
        key: secret that sealed it.
        reviewers: who may review in which round.
        policy: when reasons are needed.
        evidence: today's evidence hash of each link of the batch.
        judged: link, round and reviewer of every judgement that counts.
        known: events on record; a row that says them again changes nothing and is judged no further.
        today: the day on which the workbook is read.
        sign: code, batch and round → that person's signature.
        areas: district of each link, for reviewers who are bound to districts.
        reviewer: code written once for the whole sheet.
        day: date written once for the whole sheet.
    """

    cover: ReturnCover
    key: bytes
    reviewers: Reviewers
    policy: ReviewPolicy
    evidence: Mapping[str, str]
    judged: Collection[tuple[str, str, str]]
    known: Collection[str]
    today: date
    sign: Callable[[str, str, str], str]
    areas: Mapping[str, str | None]
    reviewer: str
    day: str


def read_row(row: Sequence[str], scope: RowScope) -> list[NewEvent]:
    """Return what the row decides: nothing if it is blank, an event per signature otherwise.

    Raises:
        RowRefusedError: the row can't be taken.
    """
    link_id, evidence_hash = read_cell(row, "比对编号"), read_cell(row, "证据指纹")
    _refuse_edits(row, link_id, evidence_hash, scope)
    answer, reason = read_cell(row, "结论"), read_cell(row, "理由")
    if not answer and not reason:
        return []
    _refuse_stale(link_id, evidence_hash, scope)
    _refuse_answer(answer, reason, scope)
    day = _read_day(read_cell(row, "日期") or scope.day)
    signed = _read_codes(read_cell(row, "复核人") or scope.reviewer, scope.cover.round)
    decide = _decide(answer, scope.cover, link_id, evidence_hash)
    events = [decide(code, reason, day) for code in signed]
    if all(event.event_id in scope.known for event in events):
        return events
    if day > scope.today:
        raise RowRefusedError("日期", f"晚于今天（{scope.today}）；写作出判断的那一天")
    if holds_number(reason):
        raise RowRefusedError("理由", "含有证件号码或者手机号，而台账只增不删；写凭哪一项证据，不写号码")
    for code, signature in signed.items():
        _refuse_reviewer(code, link_id, scope)
        _refuse_unsigned(code, signature, scope)
        if answer != layout.RECUSAL:
            _refuse_late(code, link_id, scope)
    return events


def read_cell(row: Sequence[str], header: str) -> str:
    """Return the text of the row's cell under a header."""
    return clean_text(row[COLUMN[header]])


def clean_text(text: str) -> str:
    """Return a cell's text composed and without white space around it."""
    return unicodedata.normalize("NFC", text).strip()


def _decide(
    answer: str, cover: ReturnCover, link_id: str, evidence_hash: str
) -> Callable[[str, str, date], NewEvent]:
    def recuse(code: str, reason: str, day: date) -> NewEvent:
        return record_recusal(
            batch=cover.batch,
            link_id=link_id,
            reviewer=code,
            reason=reason,
            evidence_hash=evidence_hash,
            declared_on=day,
        )

    def judge(code: str, reason: str, day: date) -> NewEvent:
        return record_judgement(
            batch=cover.batch,
            link_id=link_id,
            review_round=cover.round,
            reviewer=code,
            verdict=layout.VERDICT_OF_ANSWER[answer],
            reason=reason,
            evidence_hash=evidence_hash,
            decided_on=day,
        )

    return recuse if answer == layout.RECUSAL else judge


def _refuse_edits(row: Sequence[str], link_id: str, evidence_hash: str, scope: RowScope) -> None:
    head = (scope.cover.batch, scope.cover.round, link_id, evidence_hash)
    shown = {header: row[COLUMN[header]] for header in SHOWN}
    edited = find_edits(scope.key, head, shown, read_cell(row, "校验码"))
    if edited:
        raise RowRefusedError("、".join(edited), "内容与发出时不一致，可能被改动；请在原表上重新填写")


def _refuse_stale(link_id: str, evidence_hash: str, scope: RowScope) -> None:
    current = scope.evidence.get(link_id)
    if current is None:
        raise RowRefusedError("比对编号", "此比对已不在本批候选中，判断不再适用")
    if current != evidence_hash:
        raise RowRefusedError("证据指纹", "发出本表后证据已变化；请在新发的复核表中重新判断")


def _refuse_answer(answer: str, reason: str, scope: RowScope) -> None:
    if not answer:
        raise RowRefusedError("结论", "写了理由，没有结论")
    if answer not in layout.ANSWERS:
        raise RowRefusedError("结论", f"只能是{'、'.join(layout.ANSWERS)}")
    rules = scope.policy.reasons
    is_always = scope.cover.round == PANEL or answer == layout.RECUSAL
    if is_always or layout.VERDICT_OF_ANSWER[answer] in rules.required_for:
        _refuse_short(answer, reason, rules.min_chars)
    if len(reason) > rules.max_chars:
        raise RowRefusedError("理由", f"超过 {rules.max_chars} 字")


def _refuse_short(answer: str, reason: str, least: int) -> None:
    if len(reason) < least:
        raise RowRefusedError("理由", f"结论为“{answer}”的须写理由，不少于 {least} 字")


def _read_codes(text: str, review_round: str) -> dict[str, str]:
    """The reviewer's code and signature; several of a panel joined by 、 or a comma."""
    parts = text.replace(",", "、").replace("，", "、").replace("／", "/").split("、")
    signed = [part.partition("/") for part in parts if part.strip()]
    codes = [code.strip() for code, _, _ in signed]
    if not codes:
        raise RowRefusedError("复核人", "没有填写；可在表头填一次，或在本行填写")
    if review_round != PANEL and len(codes) > 1:
        raise RowRefusedError("复核人", f"{review_round}由一人独立完成，只能填一个代号")
    if len(set(codes)) < len(codes):
        raise RowRefusedError("复核人", "同一代号写了不止一次")
    return {code: signature.strip().lower() for code, (_, _, signature) in zip(codes, signed, strict=True)}


def _refuse_reviewer(code: str, link_id: str, scope: RowScope) -> None:
    listed = scope.reviewers.find(code)
    if listed is None:
        raise RowRefusedError("复核人", "不在复核人名单中；请填代号，不填姓名")
    if scope.cover.round not in listed.roles:
        raise RowRefusedError("复核人", f"此代号没有{scope.cover.round}的权限")
    if not listed.covers(scope.areas.get(link_id)):
        raise RowRefusedError("复核人", "此比对不属此代号的区划")
    if scope.cover.round != PANEL and any(
        (link_id, other, code) in scope.judged for other in EVERY_ROUND if other != scope.cover.round
    ):
        raise RowRefusedError("复核人", "各轮须由不同的人完成，此代号已在另一轮作过判断")


def _refuse_unsigned(code: str, signature: str, scope: RowScope) -> None:
    """A code is known to every colleague; a verdict or a recusal must be its owner's own."""
    listed, expected = scope.reviewers.find(code), scope.sign(code, scope.cover.batch, scope.cover.round)
    if listed is not None and listed.disabled_on is not None:
        return  # told so by whoever reads the row, whatever stands behind the code
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        said = "签名码不对" if signature else "没有签名码"
        raise RowRefusedError(
            "复核人",
            f"代号 {code} {said}；写成“代号/签名码”，签名码由本人登录复核台在首页查看，"
            "或者用 tongcha reviewer sign，每批每轮不同",
        )


def _refuse_late(code: str, link_id: str, scope: RowScope) -> None:
    """A round is answered once, as in the console; whoever answered may think again until the next begins."""
    here = scope.cover.round
    if here == PANEL:
        return
    answered = {who for link, done, who in scope.judged if (link, done) == (link_id, here)}
    if answered - {code}:
        raise RowRefusedError("结论", f"此比对的{here}已由他人作出判断，本行没有登记")
    later = EVERY_ROUND[EVERY_ROUND.index(here) + 1 :]
    if answered and any(link == link_id and done in later for link, done, _ in scope.judged):
        raise RowRefusedError("结论", f"{here}之后已有人作出判断，不能再改；确有错误的，请办案人员撤回原判断")


def _read_day(text: str) -> date:
    if not text:
        raise RowRefusedError("日期", "没有填写；可在表头填一次，或在本行填写")
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 – a calendar day has no zone
        except ValueError:
            continue
    raise RowRefusedError("日期", "不是日期；请写成 2026-01-31 的形式")
