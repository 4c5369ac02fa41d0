"""Disputes through the command line: recorded on the day, answered by who took no part, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from assets.store import TableStore
from tests.pipelines.case_desk import CLERK, TODAY, asked, open_desk, refuse, say, store_tables
from tests.responsibility import hand_worked as world
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import find_withdrawn, record_judgement, record_recusal
from tongcha.review.disputes import find_disputed
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
    row = {"link_id": number, "batch": world.BATCH, "raid_id": "Q1"}
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
        (dispute("L00000000000000d1", "C06"), "已停用"),
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
            batch=world.BATCH, link_id=link, reviewer="C04", reason="亲属关系", declared_on=TODAY
        )
        ledger.append(of_own if decided == "recused" else of_another, at="2026-11-20T09:00:00+08:00")
    event = ledger.events()[-1].event_id
    assert "不能由其决定" in refuse("retract", event, "--by", "C04", *why)
    say("retract", event, "--by", CLERK, *why)
    taken_back = ledger.events()[-1].event_id
    assert "不能由其决定" in refuse("retract", taken_back, "--by", "C04", *why)


def test_who_signed_a_link_may_take_their_own_answer_back(home, link):
    [own] = Ledger(home.ledger_url()).events()
    say("retract", own.event_id, "--by", "C04", "--reason", "看错了行")
    assert link not in find_withdrawn(Ledger(home.ledger_url()).events())
