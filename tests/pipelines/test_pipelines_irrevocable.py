"""What can't be taken back is shown first, and done only when a person says which day it is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from pipelines.home import Settings
from pipelines.irrevocable import require_day
from tests.pipelines.case_desk import CLERK, TODAY, open_desk, refuse, say, store_tables
from tests.responsibility import hand_worked as world
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from pipelines.home import Home

OVER = dt.date(2029, 11, 21)
"""the first day on which a paper of `TODAY` may go"""


@pytest.fixture(scope="module")
def stored() -> dict[str, pl.DataFrame]:
    return store_tables()


@pytest.fixture
def home(tmp_path, monkeypatch, stored) -> Home:
    """A home on the day after a paper's three years, with something recorded on the day it left."""
    made = open_desk(tmp_path, monkeypatch, stored)
    say("issue", "open", "夜间仍在上课", "--by", CLERK)
    (made.root / "archive").mkdir()
    (made.root / "archive" / "s").write_bytes(b"paper")
    made.write_settings(Settings(demo=True, today=OVER))
    return made


def expire(*more: str, by: str = CLERK) -> tuple[str, ...]:
    return ("case", "expire", "--by", by, "--reason", "期满", *more)


def kept(home: Home) -> Path:
    return home.root / "archive" / "s"


def deletions(home: Home) -> int:
    return len(Ledger(home.ledger_url()).events(EventKind.DELETION))


def test_papers_whose_term_is_over_are_listed_with_the_day_and_stay(home):
    told = say(*expire())
    assert "共 1 份文书" in told  # two documents, the same bytes
    assert f"最后送达 {TODAY}" in told
    assert f"本机日期 {OVER}" in told
    assert "相隔" in told
    assert kept(home).is_file()
    assert deletions(home) == 0


def test_papers_go_once_the_person_says_the_day_that_the_clock_says(home):
    assert "已删除" in say(*expire("--today", str(OVER)))
    assert not kept(home).exists()
    assert deletions(home) == 1


@pytest.mark.parametrize("said", [TODAY, OVER - dt.timedelta(1), OVER + dt.timedelta(1)])
def test_on_a_clock_that_ran_ahead_who_says_the_true_day_deletes_nothing(home, said):
    assert "与本机日期" in refuse(*expire("--today", str(said)))
    assert kept(home).is_file()
    assert deletions(home) == 0


def test_what_would_go_is_shown_to_those_only_who_may_delete_it(home):
    assert "没有“办案”权限" in refuse(*expire(by="C02"))
    assert "区划" in refuse(*expire(by="C05"))
    assert kept(home).is_file()


def test_a_real_home_has_the_machines_day(home):
    home.write_settings(Settings())
    with pytest.raises(LedgerError, match="与本机日期"):
        require_day(home, OVER)


def test_a_batch_is_closed_only_on_the_day_that_the_person_says_and_by_whom_it_concerns(home):
    close = ("case", "close", world.BATCH, "--reason", "期满")
    assert "与本机日期" in refuse(*close, "--by", CLERK, "--today", str(TODAY))
    assert "没有比对过" in refuse(*close, "--by", CLERK)
    assert deletions(home) == 0
