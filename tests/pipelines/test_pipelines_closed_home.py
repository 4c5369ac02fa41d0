"""What the doctor says of closed batches, on a home that was never run."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.office import list_returns
from assets.store import TableStore
from pipelines.closing import list_leftovers, name_owner, note_sought, prove_erased
from pipelines.diagnosis import diagnose
from pipelines.home import Home
from pipelines.runs import Runner
from pipelines.traces import find_traces
from pipelines.withdrawal import retract_event
from pipelines.workflow import propose_batches
from tests.responsibility import hand_worked as world
from tongcha.casebook.closing import find_proven, record_begun, record_done
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.tables import BY_NAME

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


def test_a_number_that_the_registry_holds_as_well_stands_there_lawfully_and_no_other_does(home):
    """Whoever was met and is nobody's case may be a teacher; the registry isn't about the raid."""
    registered, stranger = "21020219850501123X", "13800138001"
    person = {"snapshot": "2026-09-01", "person_id": "T1", "source": "registry", "name": "张一"}
    people = world.build("people", [person | {"id_number": registered}])
    TableStore(home.root / "tables").write(BY_NAME["people"], "2026-09-01", people)
    counts = {"people_erased": 1, "pupils_erased": 0, "files_removed": 0}
    note_sought(home.root, BATCH, [registered, stranger])
    prove_erased(home, BATCH, by="K1", counts=counts)
    done = find_proven(Ledger(home.ledger_url()).events())[BATCH].payload
    assert (done["values_sought"], done["values_found"]) == (1, 0)
    left = home.inbox / "returns" / "便条.txt"
    left.write_text(stranger, encoding="utf-8")
    note_sought(home.root, BATCH, [registered, stranger])
    with pytest.raises(LedgerError, match="1 个文件中"):
        prove_erased(home, BATCH, by="K1", counts=counts)


def test_what_was_deleted_is_not_brought_back_by_a_retraction(home):
    (home.root / "reviewers.yaml").write_text(
        "reviewers: [{code: K1, name: 办案员, roles: [办案]}]\n", encoding="utf-8"
    )
    (home.root / "reviewers.yaml").chmod(0o600)
    [begun] = Ledger(home.ledger_url()).events()
    with pytest.raises(LedgerError, match="是删除记录，已删除的不能恢复"):
        retract_event(Runner(home, dg.DagsterInstance.ephemeral()), begun.event_id, by="K1", reason="误操作")
    assert Ledger(home.ledger_url()).events() == [begun]


def test_proposing_everything_leaves_closed_batches_out_and_naming_one_is_refused(home, monkeypatch):
    run: list[tuple[str, str | None]] = []
    monkeypatch.setattr(Runner, "run", lambda _self, job, batch=None, **_: run.append((job, batch)))
    monkeypatch.setattr("pipelines.workflow.bring_reference", lambda _: None)
    with dg.DagsterInstance.ephemeral() as instance:
        runner = Runner(home, instance)
        propose_batches(runner, None)
        assert run == [("propose", f"{BATCH}-01")]
        assert instance.get_dynamic_partitions("raid_batch") == [f"{BATCH}-01"]
        with pytest.raises(LedgerError, match="已经办结"):
            propose_batches(runner, BATCH)
    assert len(run) == 1


def test_droppings_of_office_suites_are_no_returns(home):
    returns = home.inbox / "returns"
    for name in ("a.xlsx", "~$a.xlsx", ".~lock.a.xlsx#", ".DS_Store"):
        (returns / name).touch()
    assert list_returns(home.inbox) == [returns / "a.xlsx"]
