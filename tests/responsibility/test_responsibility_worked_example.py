"""Five schools worked by hand, step by step (tests/cases/five_schools_*.csv, docs/responsibility.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute, totals
from tongcha.ledger.store import Ledger
from tongcha.responsibility.deductions import compute_deductions
from tongcha.responsibility.rulings import record_ruling, settle_responsibilities
from tongcha.responsibility.steps import read_reliefs, record_relief, record_strike
from tongcha.review.decisions import find_withdrawn, record_retraction, record_withdrawal

if TYPE_CHECKING:
    from tongcha.ledger.events import NewEvent

AT = "2026-11-20T09:00:00+08:00"
SCHOOLS = ("S1", "S2", "S3", "S4", "S5")
STEPS = pl.read_csv(world.CASES / "five_schools_steps.csv", infer_schema=False)
PAGE = world.ROOT / "docs" / "responsibility.md"


def link(identity: str) -> str:
    return world.link_id(int(identity[1:]))


DECIDED: dict[str, NewEvent] = {
    "申诉成立": record_strike(case_ref=link("I04"), by="D1", reason="查处当日已调离"),
    "人来判定": record_ruling(link_id=link("I12"), school_id="S5", by="D1", reason="本人承认授课"),
    "撤销": record_withdrawal(batch=world.BATCH, link_id=link("I05"), by="D1", reason="证件被冒用"),
    "再撤销": record_withdrawal(batch=world.BATCH, link_id=link("I07"), by="D1", reason="不是此人"),
    "整改销号": record_relief(
        school_id="S1", campaign=world.CAMPAIGN, relief="rectification", by="D1", reason="全部销号"
    ),
}


def take_step(ledger: Ledger, step: str) -> None:
    """Record what the step says; what is taken back is taken back by its event."""
    if step in DECIDED:
        ledger.append(DECIDED[step], at=AT)
    back = {"撤回申诉决定": ["申诉成立"], "全部撤回": ["人来判定", "撤销", "再撤销", "整改销号"]}.get(
        step, []
    )
    for earlier in back:
        event = record_retraction(event_id=DECIDED[earlier].event_id, by="D2", reason="登记有误")
        ledger.append(event, at=AT)


def add_up(ledger: Ledger) -> dict[str, Decimal]:
    """What each school loses by the ledger as it stands."""
    events = ledger.events()
    gone = find_withdrawn(events)
    acts = tuple(act for act in world.ACTS if link(act[0]) not in gone)
    deductions = compute_deductions(
        school_responsibilities=settle_responsibilities(attribute(acts), events, world.build_schools()),
        pupil_schools=world.build_pupil_schools(),
        sites=world.build_sites(),
        policy=world.DEDUCTIONS,
        reliefs=read_reliefs(events),
    )
    return {school: totals(deductions).get(school, Decimal("0.00")) for school in SCHOOLS}


def test_every_step_agrees_to_the_point(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    for row in STEPS.iter_rows(named=True):
        take_step(ledger, row["step"])
        expected = {school: Decimal(row[school]) for school in SCHOOLS}
        assert add_up(ledger) == expected, row["step"]
    assert STEPS.row(0)[2:] == STEPS.row(-1)[2:]  # everything taken back is as if nothing had been recorded


@pytest.mark.parametrize("row", STEPS.rows(), ids=STEPS["step"])
def test_the_page_shows_the_same_numbers(row):
    assert f"| {' | '.join(row)} |" in PAGE.read_text(encoding="utf-8")
