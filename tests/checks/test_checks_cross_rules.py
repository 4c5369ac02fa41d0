"""Every rule between tables: green on the scenario, red when what it protects is broken."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from assets.office import Office
from pipelines.definitions import CROSS_RULES
from pipelines.provenance import POLICIES
from tests.checks import break_decisions, break_inputs, break_outputs  # noqa: F401 – they fill BREAKERS
from tests.checks.breakers import BREAKERS, Tables, change
from tests.scenario import BATCH, CONFIRMED, HASH_A, RAID_DAY, make_table, make_tables
from tongcha.casebook.rechecks import record_draw
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.policy.casebook import CasebookPolicy
from tongcha.review.decisions import record_judgement

pytestmark = pytest.mark.slow  # every rule is broken once on a whole state


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(
        home=tmp_path,
        policies=POLICIES,
        today=dt.date(2026, 11, 1),
        adopted_by=dt.date(2026, 11, 1),
        now=lambda: "2026-11-01T09:00:00+08:00",
        is_demo=True,
        ledger_url=f"sqlite:///{tmp_path / 'ledger.sqlite'}",
        keys={},
        sign=lambda *_: "",
        provenance={},
    )
    notice = made.outbox / make_table("school_notices")["path"][0]
    notice.parent.mkdir(parents=True)
    notice.write_bytes(b"notice")
    return made


@pytest.fixture
def tables(office) -> Tables:
    made = make_tables()
    event = Ledger(office.ledger_url).append(
        record_judgement(
            batch=BATCH,
            link_id=CONFIRMED,
            review_round="一审",
            reviewer="R01",
            verdict="same",
            reason="",
            evidence_hash=HASH_A,
            decided_on=RAID_DAY,
        ),
        at=office.now(),
    )
    change(made, "judgements", event_id=pl.lit(event.event_id))
    rule = CasebookPolicy.load(POLICIES / "casebook.yaml").recheck
    draw = record_draw(issue_ids=["I00000000000b"], seed="种子", rule=rule, on=RAID_DAY, by="R01")
    drawn = Ledger(office.ledger_url).append(draw, at=office.now())
    change(made, "rechecks", event_id=pl.lit(drawn.event_id))
    recorded = {
        "notice_steps": EventKind.REPLY,
        "disclosures": EventKind.DISCLOSURE,
        "supervision_orders": EventKind.ISSUE,
        "dispute_answers": EventKind.RESOLUTION,
    }
    for name, kind in recorded.items():
        said = Ledger(office.ledger_url).append(NewEvent(kind, "N00000000000a", "R01"), at=office.now())
        change(made, name, event_id=pl.lit(said.event_id))
    digest = office.fingerprint(made["school_notices"]["path"][0])
    change(made, "dossiers", path=pl.lit(made["school_notices"]["path"][0]), sha256=pl.lit(digest))
    change(made, "school_notices", sha256=pl.lit(digest))
    for sheets in ("rejection_sheets", "reference_rejection_sheets", "supervision_orders", "dispute_answers"):
        change(made, sheets, path=pl.lit(made["school_notices"]["path"][0]), sha256=pl.lit(digest))
    return made


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.name)
def test_each_rule_is_green_on_a_consistent_state(rule, tables, office):
    assert rule.find(tables, office).height == 0


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.name)
def test_each_rule_goes_red_when_what_it_protects_is_broken(rule, tables, office):
    BREAKERS[rule.name](tables, office)
    assert rule.find(tables, office).height > 0


def test_every_rule_is_a_positive_sentence_with_a_breaker():
    assert {rule.name for rule in CROSS_RULES} == set(BREAKERS)
    assert all(rule.text.endswith("。") for rule in CROSS_RULES)


def test_a_broken_ledger_carries_no_judgement(tables, office):
    import sqlite3

    path = office.ledger_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        names = [n for (n,) in connection.execute("select name from sqlite_master where type='trigger'")]
        for name in names:
            connection.execute(f"drop trigger {name}")
        connection.execute("update events set actor = 'R99'")
    connection.close()
    rule = next(r for r in CROSS_RULES if r.name == "every_judgement_is_in_the_ledger")
    assert rule.find(tables, office).height == 1
