"""Answers become ledger events, the same that a returned workbook makes, or are refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import polars as pl

from console.desk import admit, open_desk
from console.refusals import Refusal
from console.sessions import Entry
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.wording import holds_number
from tongcha.review.decisions import record_judgement, record_recusal, record_retraction
from tongcha.review.layout import ANSWER_OF_VERDICT, RECUSAL
from tongcha.review.settle import PANEL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from console.desk import Desk
    from console.sessions import Session
    from console.settings import ConsoleSettings
    from tongcha.policy.review import Reasons
    from tongcha.review.reviewers import Reviewer

Form = dict[str, str]
LINK_VIEW, SCORES_VIEW, DOSSIER_VIEW = "link", "scores", "dossier"


def record_verdict(
    settings: ConsoleSettings, session: Session, reviewer: Reviewer, place: tuple[str, str], form: Form
) -> None:
    """Put one verdict on record.

    The event is the workbook's, with the number of the form beside it: sending a form twice is one
    event, and the same answer after an undo is a new one.

    Args:
        settings: the deployment.
        session: the login; it may take the entry back later.
        reviewer: who answers.
        place: batch and link number.
        form: round, evidence_hash, verdict, reason and the form's number, as sent.

    Raises:
        Refusal: the form was used before, the link has moved on, its evidence has changed since it was
            shown, the answer is none of the three, or a reason is due.
    """
    batch, link_id = place
    desk = open_desk(settings, batch, reviewer)
    _refuse_used(session, form, link_id)
    _refuse_moved(desk, link_id, reviewer, form)
    verdict, reason = _read_answer(form, settings.review_policy.reasons)
    number = _spend(session, form, link_id)
    now = settings.clock()
    event = record_judgement(
        batch=batch,
        link_id=link_id,
        review_round=form["round"],
        reviewer=reviewer.code,
        verdict=verdict,
        reason=reason,
        evidence_hash=form["evidence_hash"],
        decided_on=now.date(),
    )
    extra = {"entry": number, "scores_seen": has_seen_scores(settings, link_id, reviewer.code)}
    _append(settings, session, _extend(event, extra), batch, ANSWER_OF_VERDICT[verdict])


def record_conflict(
    settings: ConsoleSettings, session: Session, reviewer: Reviewer, place: tuple[str, str], form: Form
) -> None:
    """Put a declared conflict of interest on record; a reason is always due.

    Raises:
        Refusal: the form was used before, the link isn't this person's to see, or the reason is poor.
    """
    batch, link_id = place
    desk = open_desk(settings, batch, reviewer)
    if admit(desk, link_id, reviewer).mode == "view":
        raise Refusal(HTTPStatus.FORBIDDEN, f"比对 {link_id}", "您不复核此比对，无须回避", "回到队列")
    _refuse_used(session, form, link_id)
    reason = _tidy(form.get("reason", ""))
    refuse_poor_reason(reason, settings.review_policy.reasons, is_due=True)
    number = _spend(session, form, link_id)
    event = record_recusal(
        batch=batch,
        link_id=link_id,
        reviewer=reviewer.code,
        reason=reason,
        evidence_hash=_find_evidence(desk, link_id),
        declared_on=settings.clock().date(),
    )
    _append(settings, session, _extend(event, {"entry": number}), batch, RECUSAL)


def take_back(settings: ConsoleSettings, session: Session, event_id: str, within: timedelta) -> Entry:
    """Take back what this session put on record, by an event that says so; nothing is deleted.

    Raises:
        Refusal: this session didn't record it, or did so too long ago.
    """
    entry = next((known for known in session.entries if known.event_id == event_id), None)
    if entry is None:
        raise Refusal(
            HTTPStatus.CONFLICT,
            "撤销",
            "只能撤销本次登录中自己刚作的判断",
            "已退出登录的，请由管理人员登记更正",
        )
    now = settings.clock()
    if now - entry.at > within:
        raise Refusal(HTTPStatus.CONFLICT, "撤销", "已超过可以自行撤销的时间", "请由管理人员登记更正")
    event = record_retraction(event_id=event_id, by=session.code, reason="复核人在同一次登录中自行撤销")
    settings.ledger.append(event, at=now.isoformat(timespec="seconds"))
    session.entries.remove(entry)
    return entry


def record_access(settings: ConsoleSettings, session: Session, place: tuple[str, str], view: str) -> None:
    """Put on record that personal data was shown: who, which link, which page, in which login."""
    batch, link_id = place
    session.visits += 1
    payload = {"batch": batch, "view": view, "session": session.public_number, "visit": session.visits}
    event = NewEvent(EventKind.ACCESS, link_id, session.code, payload)
    settings.ledger.append(event, at=settings.clock().isoformat(timespec="seconds"))


def has_seen_scores(settings: ConsoleSettings, link_id: str, code: str) -> bool:
    """Whether this person was ever shown what the machine thinks of the link."""
    return any(
        event.actor == code and event.payload.get("view") in {SCORES_VIEW, DOSSIER_VIEW}
        for event in settings.ledger.events(EventKind.ACCESS, link_id)
    )


def refuse_poor_reason(reason: str, rules: Reasons, *, is_due: bool) -> None:
    """Refuse a reason that is missing where it is due, too short or too long, or holds somebody's number.

    Raises:
        Refusal: it is.
    """
    if not reason and not is_due:
        return
    if not reason:
        rule = f"此结论须写理由，至少 {rules.min_chars} 个字"
    elif len(reason) < rules.min_chars:
        rule = f"少于 {rules.min_chars} 个字"
    elif len(reason) > rules.max_chars:
        rule = f"多于 {rules.max_chars} 个字"
    elif holds_number(reason):
        rule = "含有证件号码或者手机号，而台账只增不删"
    else:
        return
    raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "理由", rule, "写明凭哪一项证据，不写传闻")


def _read_answer(form: Form, rules: Reasons) -> tuple[str, str]:
    verdict, reason = form.get("verdict", ""), _tidy(form.get("reason", ""))
    if verdict not in ANSWER_OF_VERDICT:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY, "结论", "不是三个答案之一", "选同一人、不是同一人或不能确定"
        )
    refuse_poor_reason(reason, rules, is_due=verdict in rules.required_for or form["round"] == PANEL)
    return verdict, reason


def _find_evidence(desk: Desk, link_id: str) -> str:
    return str(desk.links.filter(pl.col("link_id") == link_id)["evidence_hash"].item())


def _refuse_moved(desk: Desk, link_id: str, reviewer: Reviewer, form: Form) -> None:
    """Refuse an answer to a question that is no longer the one on the reviewer's screen."""
    admission = admit(desk, link_id, reviewer)
    if admission.mode != "judge" or admission.review_round != form.get("round"):
        raise Refusal(HTTPStatus.CONFLICT, f"比对 {link_id}", "本轮已有判断，您的答案没有登记", "继续下一条")
    if _find_evidence(desk, link_id) != form.get("evidence_hash"):
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"比对 {link_id}",
            "证据在您查看之后有变化，您的答案没有登记",
            "重新打开，看过新的证据再判断",
        )


def _refuse_used(session: Session, form: Form, link_id: str) -> None:
    if session.forms.get(form.get("form", "")) != link_id:
        raise Refusal(HTTPStatus.CONFLICT, "表单", "已经提交过或已过期，没有重复登记", "回到队列，打开下一条")


def _spend(session: Session, form: Form, link_id: str) -> str:
    """Use the form up at the last moment, so that a refused answer may be corrected and sent again."""
    if not session.spend_form(form["form"], link_id):
        raise Refusal(HTTPStatus.CONFLICT, "表单", "已经提交过，没有重复登记", "回到队列，打开下一条")
    return form["form"]


def _append(settings: ConsoleSettings, session: Session, event: NewEvent, batch: str, words: str) -> None:
    now = settings.clock()
    stored = settings.ledger.append(event, at=now.isoformat(timespec="seconds"))
    session.entries.append(Entry(stored.event_id, batch, stored.subject, words, now))


def _extend(event: NewEvent, extra: Mapping[str, object]) -> NewEvent:
    return replace(event, payload={**event.payload, **extra})


def _tidy(reason: str) -> str:
    """One line without control characters: the reason is printed in tables and papers."""
    return " ".join("".join(c if c.isprintable() else " " for c in reason).split())
