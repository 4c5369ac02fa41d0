"""What the doctor says of closed batches, on a home that was never run."""

from __future__ import annotations

import pytest

from pipelines.closing import list_leftovers, name_owner, note_sought, prove_erased
from pipelines.diagnosis import diagnose
from pipelines.home import Home
from pipelines.traces import find_traces
from tongcha.casebook.closing import find_proven, record_begun, record_done
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger

AT = "2026-11-20T09:00:00+08:00"
BATCH = "2026-10-18"


@pytest.fixture
def home(tmp_path) -> Home:
    opened = Home(tmp_path / "home").open()
    for batch in (BATCH, f"{BATCH}-01"):  # the name of one begins with the other's
        (opened.inbox / "raids" / batch).mkdir()
        (opened.inbox / "raids" / batch / "source.yaml").touch()
    ledger = Ledger(opened.ledger_url())
    ledger.append(record_begun(BATCH, by="K1", reason="期满", counts={}, files="0"), at=AT)
    return opened


def ask(home: Home):
    return next(finding for finding in diagnose(home) if finding.subject == "已办结的批次")


def test_a_closed_batch_without_its_record_or_with_something_in_it_again_is_named(home):
    assert not ask(home).is_fine  # closed, and the search was never finished
    Ledger(home.ledger_url()).append(record_done(BATCH, by="K1", counts={}), at=AT)
    assert ask(home).is_fine
    (home.inbox / "raids" / BATCH / "现场人员.csv").write_text("姓名\n李四\n", encoding="utf-8")
    finding = ask(home)
    assert not finding.is_fine
    assert BATCH in finding.state
    assert "tongcha case close" in finding.fix


def test_a_returned_file_belongs_to_the_batch_with_the_longest_fitting_name(home):
    returned = home.inbox / "returns" / f"{BATCH}-01-一审.xlsx"
    returned.touch()
    assert name_owner(returned, home.raid_batches()) == f"{BATCH}-01"
    assert list(list_leftovers(home, BATCH)) == []  # and isn't removed with the other
    assert list(list_leftovers(home, f"{BATCH}-01")) == [returned]


def test_a_search_that_found_something_seeks_the_same_again_until_it_finds_nothing(home):
    """By then the tables are erased: a second try that asked them would seek nothing and call it clean."""
    note_sought(home.root, BATCH, ["13800138001"])
    left = home.inbox / "returns" / "便条.txt"
    left.write_text("13800138001", encoding="utf-8")
    counts = {"people_erased": 0, "pupils_erased": 0, "files_removed": 0}
    for _ in range(2):
        note_sought(home.root, BATCH, [])  # as closing again does
        with pytest.raises(LedgerError, match=f"inbox/returns/{left.name}"):
            prove_erased(home, BATCH, by="K1", counts=counts)
    assert BATCH not in find_proven(Ledger(home.ledger_url()).events())
    left.unlink()
    prove_erased(home, BATCH, by="K1", counts=counts)
    assert find_proven(Ledger(home.ledger_url()).events())[BATCH].payload["values_sought"] == 1
    assert find_traces(home.root, ["13800138001"]).is_clean  # what was sought is forgotten too
