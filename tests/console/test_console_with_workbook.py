"""Two hundred links, one reviewer in the workbook and one in the console, who disagree on some."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.console.console_batch import BATCH, build_tables, name_link
from tests.console.console_scenario import (
    KEY,
    REVIEW_POLICY,
    ROOT,
    START,
    Browser,
    World,
    make_settings,
    running,
)
from tongcha.ledger.events import EventKind
from tongcha.policy.intake import IntakePolicy
from tongcha.review.gate import confirm_links
from tongcha.review.judgements import project_judgements
from tongcha.review.quality import ReviewRecords, measure_review
from tongcha.review.queue import build_review_queue
from tongcha.review.requirements import GateFacts
from tongcha.review.returns import ReturnTerms, take_returns
from tongcha.review.workbook import write_review_workbooks
from tongcha.synthetic.workbook_filler import Answer, fill_workbook
from tongcha.tables.linkage import GRADES

if TYPE_CHECKING:
    from pathlib import Path

    from console.settings import ConsoleSettings

pytestmark = pytest.mark.slow
Tables = dict[str, pl.DataFrame]
COUNT = 200
DAY = date(2026, 10, 20)
REASON = "证件号与姓名都不同"
LINK_SHOWN = re.compile(r"<h1><code>(L[0-9a-f]{16})</code>")
DISPUTED = frozenset(name_link(n) for n in range(9, COUNT, 10))
"""where the console's reviewer disagrees with the workbook's"""
OTHERS = frozenset(name_link(n) for n in range(4, COUNT, 10))
"""links that both call different people"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """The ledger and the tables after both have gone through the batch."""
    home = tmp_path_factory.mktemp("two-hundred")
    world = World(build_tables(COUNT))
    settings = make_settings(home, world)
    _judge_in_workbook(settings, world.tables, home)
    with running(settings) as address:
        browser = Browser(address)
        browser.log_in("r3")
        page = browser.open(_waiting(settings, world.tables, "待二审")[0])
        while shown := LINK_SHOWN.search(page.text):  # each answer leads on to the next link
            is_same = shown[1] not in DISPUTED | OTHERS
            page = browser.judge(
                shown[1], "same" if is_same else "different", "" if is_same else REASON, page
            )
            assert page.status == 200
    return settings, world.tables


def _queue(settings: ConsoleSettings, tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    judged = project_judgements(settings.ledger.events(), tables["candidate_links"], BATCH)
    return judged, build_review_queue(tables["candidate_links"], judged, REVIEW_POLICY, tables["sites"])


def _waiting(settings: ConsoleSettings, tables: Tables, state: str) -> list[str]:
    _, queue = _queue(settings, tables)
    waiting: list[str] = queue.filter(pl.col("state") == state)["link_id"].to_list()
    return waiting


def _judge_in_workbook(settings: ConsoleSettings, tables: Tables, home: Path) -> None:
    _, queue = _queue(settings, tables)
    [book] = write_review_workbooks(
        queue=queue,
        candidate_links=tables["candidate_links"],
        evidence=tables["link_evidence"],
        identities=tables["identities"],
        people=tables["people"],
        schools=tables["schools"],
        out=home,
        key=KEY,
        batch=BATCH,
        policy=REVIEW_POLICY,
    )
    answers = {
        name_link(n): Answer("same", "r1", DAY)
        if name_link(n) not in OTHERS
        else Answer("different", "r1", DAY, REASON)
        for n in range(COUNT)
    }
    fill_workbook(book, answers)
    terms = ReturnTerms(
        BATCH,
        KEY,
        settings.accounts.list_reviewers(),
        tables["candidate_links"],
        REVIEW_POLICY,
        IntakePolicy.load(ROOT / "policy/intake.yaml").limits,
        START.date(),
        lambda *_: "",
    )
    returned = take_returns([book], settings.ledger, terms, at=START.isoformat())
    assert returned["outcome"].to_list() == ["recorded"] * COUNT


def test_the_ledger_holds_both_reviewers_judgements_in_one_chain(outcome):
    settings, _ = outcome
    judged = settings.ledger.events(EventKind.JUDGEMENT)
    by_round = {(event.actor, event.payload["round"]) for event in judged}
    assert by_round == {("r1", "一审"), ("r3", "二审")}
    assert len(judged) == COUNT + COUNT - 1  # one signature settled what was certain
    assert settings.ledger.verify().is_intact


def test_the_queue_confirms_rejects_and_brings_the_disputed_before_the_panel(outcome):
    settings, tables = outcome
    _, queue = _queue(settings, tables)
    by_state = {
        state: set(rows["link_id"]) for (state,), rows in queue.partition_by("state", as_dict=True).items()
    }
    assert by_state["待集体研究"] == DISPUTED
    assert by_state["已否定"] == OTHERS
    assert len(by_state["已确认"]) == COUNT - len(DISPUTED) - len(OTHERS)


def test_the_gate_lets_through_what_both_confirmed_and_nothing_else(outcome):
    settings, tables = outcome
    judged, queue = _queue(settings, tables)
    facts = GateFacts(frozenset(), frozenset(), date(2026, 12, 31), DAY, is_demo=True)
    passed = confirm_links(
        candidate_links=tables["candidate_links"],
        judgements=judged,
        identities=tables["identities"],
        facts=facts,
        policy=REVIEW_POLICY,
    )
    admitted = GRADES[: GRADES.index(REVIEW_POLICY.referral.lowest_grade) + 1]
    good_enough = pl.col("evidence_grade").is_in(admitted)
    agreed = queue.filter((pl.col("state") == "已确认") & good_enough)["link_id"].sort()
    assert agreed.len() > 1
    assert passed.confirmed.frame["link_id"].sort().to_list() == agreed.to_list()
    signers = dict(passed.confirmed.frame.select("link_id", "signed_by").iter_rows())
    assert set(signers.values()) == {"r1", "r1、r3"}
    assert signers[name_link(0)] == "r1"


def test_the_statistics_tell_the_agreement_and_the_time_per_judgement(outcome):
    settings, tables = outcome
    judged, queue = _queue(settings, tables)
    records = ReviewRecords(
        queue, judged, tables["candidate_links"], tables["sites"], settings.ledger.events()
    )
    values = dict(measure_review(records, REVIEW_POLICY, today=DAY).select("measure", "value").iter_rows())
    assert values["agreement"] == pytest.approx((COUNT - 1 - len(DISPUTED)) / (COUNT - 1))
    assert 0 < values["kappa"] < 1
    assert values["seconds:r3"] is not None
