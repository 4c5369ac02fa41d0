"""A ledger exchanged for an older copy of itself is whole, and noticed all the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner
from dagster._core.errors import DagsterResourceFunctionError

from pipelines.cli import tongcha
from pipelines.demo import found_city, size_city
from pipelines.desk import build_console_settings
from pipelines.diagnosis import diagnose
from pipelines.exits import Exit
from pipelines.home import Home, Settings
from pipelines.report import read_all
from pipelines.resources import open_office_for_run
from pipelines.withdrawal import withdraw_link
from pipelines.witness import FILE, note_head, read_head, refuse_earlier_clock, refuse_older_ledger
from pipelines.workflow import act_batches
from tests.pipelines.case_desk import CLERK, open_desk, refuse, say
from tests.pipelines.conftest import SIZES
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pipelines.runs import Runner


def exchange_ledger(home: Home, older: Path) -> None:
    """Put an older copy in the ledger's place, as a restored backup does."""
    for path in home.root.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(older, home.root / "ledger.sqlite")


def verify_ledger(code: Exit, *more: str) -> str:
    done = CliRunner().invoke(tongcha, ["ledger", "verify", *more], standalone_mode=False)
    assert done.return_value == code
    return done.output


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    """A home whose ledger was exchanged for a copy without the last issue."""
    made = open_desk(tmp_path, monkeypatch, {})
    say("issue", "open", "夜间仍在上课", "--by", CLERK)
    older = Path(shutil.copy(made.root / "ledger.sqlite", tmp_path / "older.sqlite"))
    say("issue", "open", "又一问题", "--by", CLERK)
    note_head(made)  # as every run does at its end
    exchange_ledger(made, older)
    return made


def test_nothing_is_recorded_on_an_older_ledger_and_everybody_who_looks_is_told(home):
    assert Ledger(home.ledger_url()).verify().is_intact
    assert "可能被换成旧的副本" in refuse("issue", "open", "第三个问题", "--by", CLERK)
    found = next(finding for finding in diagnose(home) if finding.subject == "台账")
    assert not found.is_fine
    assert "末尾可能被截去" in verify_ledger(Exit.PROBLEMS)


def test_who_has_only_a_backup_goes_on_once_the_note_is_taken_away(home):
    (home.root / FILE).unlink()
    say("issue", "open", "又一问题", "--by", CLERK)
    assert "台账完好" in verify_ledger(Exit.OK)


def test_a_head_noted_elsewhere_can_be_asked_for(home):
    (home.root / FILE).unlink()
    verify_ledger(Exit.OK, "--head", Ledger(home.ledger_url()).head())
    verify_ledger(Exit.PROBLEMS, "--head", "ab" * 32)


LATER = "9999-01-01T09:00:00+08:00"


@pytest.fixture
def backward(home: Home) -> Home:
    """A home, no demo, whose ledger holds a time that the clock hasn't reached."""
    (home.root / FILE).unlink()
    home.write_settings(Settings())
    Ledger(home.ledger_url()).append(NewEvent(EventKind.NOTE, "x", CLERK), at=LATER)
    return home


def test_nothing_is_recorded_shown_or_run_while_the_clock_is_earlier_than_the_ledger(backward):
    assert "早于台账" in refuse("issue", "open", "第三个问题", "--by", CLERK)
    with pytest.raises(LedgerError, match="早于台账"):
        build_console_settings(backward).require_open("B1")
    with pytest.raises(DagsterResourceFunctionError) as stopped:
        dg.build_resources({"office": open_office_for_run}).__enter__()
    assert "早于台账" in str(stopped.value.user_exception)
    found = next(finding for finding in diagnose(backward) if finding.subject == "本机时间")
    assert not found.is_fine


def test_a_clock_that_was_wrong_before_is_accepted_once_somebody_says_so_on_record(backward):
    assert "没有“办案”权限" in refuse("ledger", "clock", "--by", "C02", "--reason", "主板电池更换")
    assert "区划" in refuse("ledger", "clock", "--by", "C05", "--reason", "主板电池更换")
    say("ledger", "clock", "--by", CLERK, "--reason", "主板电池更换，此前时间有误")
    say("issue", "open", "第三个问题", "--by", CLERK)
    said = Ledger(backward.ledger_url()).events()[-2]
    assert (said.actor, said.payload["reason"]) == (CLERK, "主板电池更换，此前时间有误")
    Ledger(backward.ledger_url()).append(NewEvent(EventKind.NOTE, "y", CLERK), at=LATER)
    assert "早于台账" in refuse("issue", "open", "第四个问题", "--by", CLERK)  # it isn't a licence for ever


def test_the_time_of_a_run_that_recorded_nothing_counts_as_well(backward):
    say("ledger", "clock", "--by", CLERK, "--reason", "主板电池更换")
    head = read_head(backward)
    (backward.root / FILE).write_text(f"{head}\n{LATER}\n", encoding="ascii")
    assert "早于台账" in refuse("issue", "open", "第三个问题", "--by", CLERK)


def test_a_demo_of_a_fixed_day_has_no_clock(home):
    (home.root / FILE).unlink()
    Ledger(home.ledger_url()).append(NewEvent(EventKind.NOTE, "x", CLERK), at=LATER)
    refuse_earlier_clock(home)


@pytest.mark.slow
def test_no_run_lets_a_withdrawn_link_out_again_on_an_older_ledger(runner: Runner, tmp_path):
    home = runner.home
    older = Path(shutil.copy(home.root / "ledger.sqlite", tmp_path / "older.sqlite"))
    row = read_all(home, "referrals").sort("link_id").row(0, named=True)
    withdraw_link(runner, row["link_id"], by="R06", reason="核实不是同一人")
    exchange_ledger(home, older)
    with pytest.raises(LedgerError, match="可能被换成旧的副本"):
        act_batches(runner, row["batch"])
    assert read_all(home, "referrals").filter(pl.col("link_id") == row["link_id"]).is_empty()


def test_another_invented_city_starts_with_a_ledger_of_its_own(tmp_path):
    home = Home(tmp_path / "home").open()
    home.write_settings(Settings(demo=True))
    Ledger(home.ledger_url()).append(NewEvent(EventKind.NOTE, "x", "c"), at="2026-11-20T08:00:00+08:00")
    note_head(home)
    found_city(home, size_city(SIZES | {"teachers": 60, "schools": 4, "people": 5, "pupils": 2, "raids": 1}))
    refuse_older_ledger(home)
    assert Ledger(home.ledger_url()).events() == []
