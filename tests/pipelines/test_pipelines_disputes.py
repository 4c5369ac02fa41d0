"""Disputes through the command line: recorded on the day, answered by who took no part, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from assets.store import WHOLE, TableStore
from tests.pipelines.case_desk import CLERK, TODAY, asked, open_desk, refuse, say, store_tables
from tests.responsibility import hand_worked as world
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.responsibility.steps import record_strike
from tongcha.review.decisions import find_withdrawn, record_judgement, record_recusal
from tongcha.review.disputes import find_disputed
from tongcha.review.recusals import refuse_recused
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pipelines.home import Home

LINKS = BY_NAME["candidate_links"]


@pytest.fixture(scope="module")
def stored() -> dict[str, pl.DataFrame]:
    return store_tables()


@pytest.fixture
def home(tmp_path, monkeypatch, stored) -> Home:
    return open_desk(tmp_path, monkeypatch, stored)


@pytest.fixture
def link(home) -> str:
    """A link of the batch that C04 signed."""
    number = "L00000000000000d1"
    row = {"link_id": number, "batch": world.BATCH, "raid_id": "Q1", "identity_id": "J1"}
    row |= {"person_id": "T1", "responsible_school_id": "S1"}
    candidate = pl.DataFrame([row]).with_columns(
        **{name: pl.lit(None, dtype) for name, dtype in LINKS.schema.items() if name not in row}
    )
    TableStore(home.root / "tables").write(LINKS, world.BATCH, candidate.select(LINKS.schema.names()))
    signed = record_judgement(
        batch=world.BATCH, link_id=number, review_round="一审", reviewer="C04", verdict="same", reason="相符",
        evidence_hash="h", decided_on=TODAY,
    )  # fmt: skip
    Ledger(home.ledger_url()).append(signed, at="2026-11-20T08:00:00+08:00")
    return number


def dispute(link: str, by: str = CLERK, *more: str) -> tuple[str, ...]:
    return ("case", "dispute", link, "--source", "当事人", "--by", by, "--reason", "称不是本人", *more)


def resolve(link: str, answer: str, by: str = CLERK, *more: str) -> tuple[str, ...]:
    return ("case", "resolve", link, answer, "--by", by, "--reason", "已核实", *more)


def test_a_dispute_is_recorded_on_the_day_shown_as_open_and_answered_once(home, link):
    assert "一律不出" in say(*dispute(link, CLERK, "--on", "2026-11-19"))
    assert asked == [f"act {world.BATCH}"]
    known = Ledger(home.ledger_url())
    assert find_disputed(known.events()) == {link}
    shown = say("case", "due")
    for said in (link, "当事人", "尚未办结的异议"):
        assert said in shown
    assert "已有尚未办结的异议" in refuse(*dispute(link))
    assert "办结为不成立" in say(*resolve(link, "不成立"))
    assert find_disputed(known.events()) == frozenset()
    assert "没有尚未办结的异议" in refuse(*resolve(link, "成立"))
    say(*dispute(link, CLERK, "--on", "2026-11-19"))  # the same words after an answer count anew
    assert find_disputed(known.events()) == {link}


def test_an_upheld_dispute_withdraws_the_link_and_each_of_its_events_can_be_retracted(home, link):
    ledger = Ledger(home.ledger_url())
    say(*dispute(link))
    opened = ledger.events()[-1].event_id
    say(*resolve(link, "成立"))
    answered = ledger.events()[-1].event_id
    assert find_withdrawn(ledger.events()) == {link}
    assert "已经撤销" in refuse(*dispute(link))
    why = ("--by", CLERK, "--reason", "登记有误")
    assert "不相符" in refuse("retract", opened, *why)  # the answer rests on it
    assert "不能由其决定" in refuse("retract", answered, "--by", "C04", "--reason", "登记有误")
    say("retract", answered, *why)
    assert find_withdrawn(ledger.events()) == frozenset()
    assert find_disputed(ledger.events()) == {link}
    say("retract", opened, *why)
    assert find_disputed(ledger.events()) == frozenset()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (dispute("L9999999999999999"), "找不到"),
        (dispute("L00000000000000d1", "C02"), "没有“办案”权限"),
        (dispute("L00000000000000d1", "C05"), "不属代号 C05 的区划"),
        (dispute("L00000000000000d1", "C06"), "已于 2026-11-01 停用"),
        (dispute("L00000000000000d1", CLERK, "--on", "2026-11-21"), "晚于今天"),
        (dispute("L00000000000000d1", CLERK, "--reason", " "), "没有写明理由"),
        (dispute("L00000000000000d1", CLERK, "--reason", "来电13800138001"), "含有证件号码或者手机号"),
        (resolve("L00000000000000d1", "成立"), "没有尚未办结的异议"),
    ],
)
def test_a_dispute_that_may_not_be_recorded_leaves_no_trace(home, link, words, why):
    assert why in refuse(*words)
    assert find_disputed(Ledger(home.ledger_url()).events()) == frozenset(), link
    assert asked == []


def test_who_signed_the_link_may_record_the_dispute_but_not_answer_it(home, link):
    say(*dispute(link, "C04"))
    assert "不能由其决定" in refuse(*resolve(link, "不成立", "C04"))
    assert find_disputed(Ledger(home.ledger_url()).events()) == {link}


@pytest.mark.parametrize("decided", ["withdrawn", "resolved", "recused", "judged by another"])
def test_who_signed_a_link_can_not_undo_what_others_decided_of_it_even_by_a_detour(home, link, decided):
    ledger = Ledger(home.ledger_url())
    why = ("--reason", "登记有误")
    if decided == "withdrawn":
        say("withdraw", link, "--by", CLERK, "--reason", "核实不是同一人")
    elif decided == "resolved":
        say(*dispute(link))
        say(*resolve(link, "不成立"))
    else:
        of_another = record_judgement(
            batch=world.BATCH, link_id=link, review_round="二审", reviewer="C09", verdict="different",
            reason="年龄不符", evidence_hash="h", decided_on=TODAY,
        )  # fmt: skip
        of_own = record_recusal(
            batch=world.BATCH, link_id=link, reviewer="C04", reason="亲属关系", evidence_hash="h",
            declared_on=TODAY,
        )  # fmt: skip
        ledger.append(of_own if decided == "recused" else of_another, at="2026-11-20T09:00:00+08:00")
    event = ledger.events()[-1].event_id
    assert "不能由其决定" in refuse("retract", event, "--by", "C04", *why)
    say("retract", event, "--by", CLERK, *why)
    taken_back = ledger.events()[-1].event_id
    assert "不能由其决定" in refuse("retract", taken_back, "--by", "C04", *why)


def test_whoever_declared_a_conflict_of_interest_lets_nobody_off_but_may_stop_the_link(home, link):
    recusal = record_recusal(
        batch=world.BATCH,
        link_id=link,
        reviewer="C04",
        reason="亲属关系",
        evidence_hash="h",
        declared_on=TODAY,
    )
    Ledger(home.ledger_url()).append(recusal, at="2026-11-20T09:00:00+08:00")
    strike = record_strike(case_ref=link, by="C04", reason="申辩成立")
    with pytest.raises(LedgerError, match="声明过回避"):
        refuse_recused({"C04": {link}}, [strike], {})
    said = ("withdraw", link, "--reason", "不是此人")
    assert "声明过回避" in refuse(*said, "--by", "C04")
    say(*dispute(link, "C04"))
    say(*said, "--by", CLERK)


def test_who_signed_a_link_may_take_their_own_answer_back(home, link):
    [own] = Ledger(home.ledger_url()).events()
    say("retract", own.event_id, "--by", "C04", "--reason", "看错了行")
    assert link not in find_withdrawn(Ledger(home.ledger_url()).events())


def test_a_school_that_disputes_is_recorded_by_its_name_and_a_person_never(home, link):
    schools = world.build_schools()
    TableStore(home.root / "tables").write(BY_NAME["schools"], "2026-09-01", schools)
    names = dict(schools.select("school_id", "name").iter_rows())

    def say_so(source: str, *more: str) -> object:
        say("case", "dispute", link, "--source", source, "--by", CLERK, "--reason", "称不是本人", *more)
        said = Ledger(home.ledger_url()).events()[-1].payload.get("school")
        say(*resolve(link, "不成立"))
        return said

    assert say_so("学校") == names["S1"]  # where the person was employed on the day of the raid
    assert say_so("学校", "--school", "S3") == names["S3"]
    assert say_so("当事人") is None
    wrong = (
        "case",
        "dispute",
        link,
        "--source",
        "学校",
        "--by",
        CLERK,
        "--reason",
        "称不是",
        "--school",
        "S99",
    )
    assert "不在学校名录中" in refuse(*wrong)


def test_a_rejection_names_the_notices_that_must_be_handed_over_anew_and_none_where_there_are_none(
    home, link
):
    given = {
        "seq": 1, "event_id": "E0000000000000001", "document_id": "N00000000000a", "kind": "notice",
        "recipient_name": "示例市第一中学", "path": "p", "sha256": "s", "links": link, "basis": "b",
        "on": TODAY, "receipt": "签收", "by": CLERK,
    }  # fmt: skip
    say(*dispute(link))
    assert "重新送达" not in say(*resolve(link, "不成立"))
    TableStore(home.root / "tables").write(BY_NAME["disclosures"], WHOLE, world.build("disclosures", [given]))
    say(*dispute(link, CLERK, "--on", "2026-11-19"))
    assert "扣分告知书 N00000000000a 请重新送达" in say(*resolve(link, "不成立"))


def test_a_reason_that_names_who_was_met_or_is_on_record_is_refused_without_repeating_it(home, link):
    store = TableStore(home.root / "tables")
    met = {"batch": world.BATCH, "identity_id": "J1", "raid_id": "Q1", "raid_date": TODAY, "capture": "card",
           "role": "授课", "name": "赵某甲"}  # fmt: skip
    store.write(BY_NAME["identities"], world.BATCH, world.build("identities", [met]))
    person = {"snapshot": "2026-09-01", "person_id": "T1", "source": "registry", "name": "钱某乙"}
    store.write(BY_NAME["people"], "2026-09-01", world.build("people", [person]))
    for name in ("赵某甲", "钱某乙"):
        words = (
            "case",
            "dispute",
            link,
            "--source",
            "当事人",
            "--by",
            CLERK,
            "--reason",
            f"{name}称不是本人",
        )
        told = refuse(*words)
        assert "写有所涉人员的姓名" in told
        assert name not in told
    say(*dispute(link))
    told = refuse("case", "resolve", link, "不成立", "--by", CLERK, "--reason", "赵某甲当日在场")
    assert "写有所涉人员的姓名" in told
    assert find_disputed(Ledger(home.ledger_url()).events()) == {link}


def test_a_name_of_one_character_is_no_name_that_a_reason_could_hold(home, link):
    """A clerk may have put down 王 alone; 国王 or 王某 in a reason then names nobody."""
    person = {"snapshot": "2026-09-01", "person_id": "T1", "source": "registry", "name": "王"}
    TableStore(home.root / "tables").write(BY_NAME["people"], "2026-09-01", world.build("people", [person]))
    words = ("case", "dispute", link, "--source", "当事人", "--by", CLERK)
    say(*words, "--reason", "王某书面说明当日在外地")
    assert find_disputed(Ledger(home.ledger_url()).events()) == {link}
