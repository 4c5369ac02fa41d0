"""What came of a dispute is told to who raised it and to who was asked to wait, once, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docx import Document

from tests.casebook.casebook_scene import AT, TODAY, Bureau
from tests.responsibility import hand_worked as world
from tongcha.casebook.disclosures import read_disclosures
from tongcha.casebook.dispute_answers import write_dispute_answers
from tongcha.casebook.due import Standing, list_due_items
from tongcha.documents.numbers import number_record
from tongcha.errors import PolicyError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_withdrawal
from tongcha.review.disputes import record_dispute, record_resolution
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

LINK = world.link_id(1)
CLUE = number_record("R", LINK, "discipline_committee")
COMMITTEE, SCHOOL, OTHER = "某市纪律检查委员会", "示例市第一中学", "示例市第二中学"
WHY = "指纹与教师本人比对不符以外，考勤与监控均证明当日在场。"


class Desk:
    """A ledger in which papers are handed over and a dispute is raised and answered."""

    def __init__(self, root: Path) -> None:
        self.ledger = Ledger(f"sqlite:///{root / 'ledger.sqlite'}")
        self.out = root / "outbox"

    def append(self, event: NewEvent) -> Event:
        return self.ledger.append(event, at=AT)

    def hand(self, document: str, kind: str, to: str, *, links: str = "", sha256: str = "s") -> None:
        """Record that a paper about some links was handed over."""
        numbers = CLUE if kind == "referral" and links else links
        said = {"kind": kind, "recipient_name": to, "path": f"{kind}/{document}/文书.docx", "sha256": sha256}
        made = {
            "links": links,
            "numbers": numbers,
            "basis": "依据",
            "on": TODAY.isoformat(),
            "receipt": "签收",
        }
        self.append(NewEvent(EventKind.DISCLOSURE, document, "D1", said | made | {"on": TODAY.isoformat()}))

    def dispute(self, source: str, school: str = "") -> Event:
        return self.append(
            record_dispute(
                batch=world.BATCH,
                link_id=LINK,
                source=source,
                on=TODAY,
                by="D1",
                reason="称不是本人",
                school=school,
            )
        )

    def answer(self, opened: Event, *, upheld: bool = False) -> Event:
        return self.append(record_resolution(opened, by="D2", reason=WHY, on=TODAY, upheld=upheld))

    def write(self, *, demo: bool = True) -> pl.DataFrame:
        events = self.ledger.events()
        return write_dispute_answers(
            events=events,
            disclosures=read_disclosures(events),
            policy=world.ROUTING,
            clocks=world.CLOCKS,
            templates=world.TEMPLATES,
            out=self.out,
            demo=demo,
        )

    def read(self, row: dict[str, object]) -> str:
        """Return the text of a letter that lies in the outbox."""
        return "\n".join(p.text for p in Document(str(self.out / str(row["path"]))).paragraphs)

    def letters(self) -> Iterator[Path]:
        folder = self.out / "answers"
        return folder.rglob("*.docx") if folder.is_dir() else iter(())


@pytest.fixture
def desk(tmp_path) -> Desk:
    """The committee and a school hold papers about the link, another school one about something else."""
    made = Desk(tmp_path)
    made.hand("P1", "referral", COMMITTEE, links=LINK)
    made.hand("N1", "notice", SCHOOL, links=LINK)
    made.hand("N2", "notice", OTHER, links=world.link_id(2))
    return made


def test_while_a_dispute_is_open_nobody_is_told_anything_of_its_answer(desk):
    desk.dispute("当事人")
    assert desk.write().is_empty()
    assert not list(desk.letters())


def test_a_rejection_tells_who_raised_it_why_and_how_to_complain_further(desk):
    opened = desk.dispute("当事人")
    desk.answer(opened)
    [row] = desk.write().rows(named=True)
    assert (row["role"], row["answer"]) == ("person", "不成立")
    text = desk.read(row)
    for said in (
        "异议不成立。理由：" + WHY,
        opened.event_id,
        "由没有参加过该比对复核的人员核实",
        "可以随时再次向我局提出",
        "向人民法院提起诉讼",
        "《个人信息保护法》第五十条、第六十五条",
        "30日（自然日）内向作出处分决定的单位申请复核",
        "向该单位的主管部门或者同级事业单位人事综合管理部门提出申诉",
        "比对一致不等于违规事实成立",
        "不写姓名",
    ):
        assert said in text, said
    assert "。。" not in text
    assert "恢复使用" not in text


def test_a_school_that_raised_it_is_told_by_name_of_its_own_ways(desk):
    desk.answer(desk.dispute("学校", school=SCHOOL))
    [row] = desk.write().rows(named=True)
    assert (row["role"], row["recipient_name"]) == ("school", SCHOOL)
    text = desk.read(row)
    assert f"{SCHOOL}：" in text
    assert "自告知书重新送达次日起10日（自然日）内向我局书面申辩" in text
    assert "向上一级教育督导机构提出申诉" in text
    assert "处分" not in text


def test_of_those_who_hold_a_paper_only_who_was_asked_to_wait_is_told_that_it_stands_again(desk):
    opened = desk.dispute("当事人")
    desk.hand("K1", "correction", COMMITTEE)
    desk.hand("K2", "correction", OTHER)  # asked about something else
    desk.answer(opened)
    desk.hand("K3", "correction", SCHOOL)  # after the answer: not about waiting
    rows = {row["recipient_name"]: row for row in desk.write().rows(named=True)}
    assert set(rows) == {COMMITTEE, f"提出异议的当事人（比对{LINK}）"}
    text = desk.read(rows[COMMITTEE])
    assert rows[COMMITTEE]["numbers"] == CLUE  # by the number that its reader knows
    assert CLUE in text
    assert LINK not in text
    assert "恢复使用" in text
    assert "比对一致不等于违规事实成立" in text
    assert "异议不成立。理由：" in text
    assert "人民法院" not in text
    assert "扣分告知书" not in text  # a discipline office was sent none


def test_a_school_that_raised_it_and_was_asked_to_wait_gets_one_letter(desk):
    opened = desk.dispute("学校", school=SCHOOL)
    desk.hand("K1", "correction", SCHOOL)
    desk.answer(opened)
    assert desk.write()["recipient_name"].to_list() == [SCHOOL]


def test_an_upheld_dispute_is_told_to_who_raised_it_and_the_holders_get_the_correction_instead(desk):
    opened = desk.dispute("当事人")
    desk.hand("K1", "correction", COMMITTEE)
    desk.answer(opened, upheld=True)
    [row] = desk.write().rows(named=True)
    assert (row["role"], row["answer"]) == ("person", "成立")
    text = desk.read(row)
    assert "该比对已经撤回" in text
    assert "予以澄清" in text
    assert "认为撤回、更正不到位的" in text
    for said in ("仍按原复核结论办理", "处分", "（一）"):
        assert said not in text, said


def test_a_letter_handed_over_leaves_the_outbox_stays_on_record_and_is_not_written_anew(desk):
    desk.answer(desk.dispute("当事人"))
    [row] = desk.write().rows(named=True)
    assert [path.parent.name for path in desk.letters()] == [row["letter_id"]]
    desk.hand(row["letter_id"], "answer", row["recipient_name"], links=LINK, sha256=row["sha256"])
    [told] = desk.write().rows(named=True)
    assert (told["told_on"], told["sha256"]) == (TODAY, row["sha256"])
    assert not list(desk.letters())


def test_a_retracted_answer_or_a_later_withdrawal_leaves_nobody_told_that_the_link_stands(desk):
    stored = desk.answer(desk.dispute("当事人"))
    assert desk.write().height == 1
    taken = desk.append(NewEvent(EventKind.RETRACTION, stored.event_id, "D2", {"reason": "登记有误"}))
    assert desk.write().is_empty()
    assert not list(desk.letters())
    desk.append(NewEvent(EventKind.RETRACTION, taken.event_id, "D2", {"reason": "误撤"}))
    assert desk.write().height == 1
    desk.append(record_withdrawal(batch=world.BATCH, link_id=LINK, by="D1", reason="证件被冒用"))
    assert desk.write().is_empty()


def test_the_letter_is_due_within_the_disputes_own_limit_until_it_was_handed_over(desk):
    desk.answer(desk.dispute("当事人"))
    standing = Standing(**{n: BY_NAME[n].empty() for n in Standing.__slots__})

    def list_due() -> list[tuple[object, ...]]:
        items = list_due_items(
            standing, events=desk.ledger.events(), clocks=world.CLOCKS, today=TODAY, answers=desk.write()
        )
        return items.select("ref", "label", "started", "waits_for").rows()

    [row] = desk.write().rows(named=True)
    wait = f"由本局把异议核实结果送达{row['recipient_name']}"
    assert list_due() == [(row["letter_id"], "异议结果告知", TODAY, wait)]
    desk.hand(row["letter_id"], "answer", row["recipient_name"], links=LINK, sha256=row["sha256"])
    assert list_due() == []


def test_outside_the_demo_no_answer_is_written_on_a_policy_that_nobody_adopted(desk):
    desk.answer(desk.dispute("当事人"))
    with pytest.raises(PolicyError):
        desk.write(demo=False)


@pytest.mark.slow
def test_an_answer_handed_over_is_on_the_record_and_is_corrected_when_the_link_is_taken_back(tmp_path):
    bureau = Bureau.found(tmp_path)
    link = world.link_id(11)
    for number in bureau.documents_of(link):
        bureau.deliver(number)
    opened = bureau.ledger.append(
        record_dispute(
            batch=world.BATCH, link_id=link, source="当事人", on=TODAY, by="D1", reason="称不是本人"
        ),
        at=AT,
    )
    holders = bureau.settle()["corrections"].unique("letter_id")
    for letter in holders["letter_id"].sort():
        bureau.deliver(letter)
    bureau.ledger.append(record_resolution(opened, by="D2", reason="已核实", on=TODAY, upheld=False), at=AT)
    owed = bureau.settle()["dispute_answers"]
    assert set(owed["role"]) == {"person", "holder"}
    assert set(owed.filter(role="holder")["recipient_name"]) == set(holders["recipient_name"])
    for letter in owed["letter_id"]:
        bureau.deliver(letter)
    made = bureau.settle()
    assert made["dispute_answers"]["told_on"].null_count() == 0
    assert made["disclosures"].filter(kind="answer")["links"].to_list() == [link] * owed.height
    assert made["corrections"].is_empty()
    bureau.ledger.append(
        record_withdrawal(batch=world.BATCH, link_id=link, by="D1", reason="证件被冒用"), at=AT
    )
    due = bureau.settle()["corrections"]
    person = owed.filter(role="person")["recipient_name"][0]
    assert due.filter(recipient_name=person)["change"].to_list() == ["withdrawn"]
