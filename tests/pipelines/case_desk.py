"""A desk at which case commands are tried: a home of hand-worked schools, and people with roles."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import yaml
from click.testing import CliRunner

from assets.store import WHOLE, TableStore
from pipelines.cli import tongcha
from pipelines.home import Home, Settings, write_private
from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.responsibility.deductions import compute_deductions
from tongcha.responsibility.scoreboard import tally_scoreboard
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    import pytest

TODAY = dt.date(2026, 11, 20)
PROMPT, ORDER = "Q00000000000a", "U00000000000a"
CLERK = "C01"
PEOPLE = [
    {"code": CLERK, "name": "办案员", "roles": ["办案"]},
    {"code": "C02", "name": "查看员", "roles": ["查看"]},
    {"code": "C03", "name": "区县办案员", "roles": ["办案"], "areas": ["210202"]},
    {"code": "C04", "name": "一审兼办案", "roles": ["一审", "办案"]},
    {"code": "C05", "name": "他区办案员", "roles": ["办案"], "areas": ["999900"]},
    {"code": "C06", "name": "已调离的办案员", "roles": ["办案"], "disabled_on": "2026-11-01"},
]


def store_tables() -> dict[str, pl.DataFrame]:
    """The hand-worked schools as the job `settle` would have stored them."""
    acts = attribute()
    given = {"school_responsibilities": acts, "pupil_schools": world.build_pupil_schools()}
    deductions = compute_deductions(**given, sites=world.build_sites(), policy=world.DEDUCTIONS)
    handed = {
        "seq": 1, "event_id": "E0000000000000001", "document_id": PROMPT, "kind": "prompt",
        "recipient_name": "示例市第一中学", "path": "p", "sha256": "s", "basis": "b", "on": TODAY,
        "receipt": "签收", "by": CLERK,
    }  # fmt: skip
    return {
        **given,
        "sites": world.build_sites(),
        "score_deductions": deductions,
        "scoreboard": tally_scoreboard(score_deductions=deductions, schools=world.build_schools()),
        "disclosures": world.build(
            "disclosures", [handed, handed | {"seq": 2, "document_id": ORDER, "kind": "supervision"}]
        ),
    }


asked: list[str] = []


def open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: dict[str, pl.DataFrame]) -> Home:
    """A home with the hand-worked schools in which commands are only recorded in `asked`, not run."""
    made = Home(tmp_path / "home").open()
    made.write_settings(Settings(demo=True, today=TODAY))
    write_private(made.root / "reviewers.yaml", yaml.safe_dump({"reviewers": PEOPLE}).encode())
    store = TableStore(made.root / "tables")
    for name, frame in stored.items():
        partition = WHOLE if BY_NAME[name].partition.value == "whole" else world.BATCH
        store.write(BY_NAME[name], partition, frame)
    monkeypatch.setenv("TONGCHA_HOME", str(made.root))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setattr("pipelines.casework.settle", lambda _: asked.append("settle"))
    for place in ("disputes", "withdrawal"):
        monkeypatch.setattr(f"pipelines.{place}.act_batches", lambda _, batch: asked.append(f"act {batch}"))
    monkeypatch.setattr("dagster.DagsterInstance.from_config", lambda _: None)  # nothing is run here
    asked.clear()
    return made


def say(*words: str) -> str:
    """Run a command that must be taken."""
    done = CliRunner().invoke(tongcha, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refuse(*words: str) -> str:
    """Run a command that must be refused; returns why."""
    done = CliRunner().invoke(tongcha, words)
    assert done.exit_code != 0
    return f"{done.output}{done.exception}"
