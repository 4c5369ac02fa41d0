from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.ledger_scene import AT, append_from_processes, note
from tongcha.errors import LedgerError
from tongcha.ledger.chain import GENESIS, digest_event, verify_chain
from tongcha.ledger.events import EventKind, NewEvent, drop_retracted, renew_event, write_canonical
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


def test_events_come_back_in_order_and_by_kind_and_subject(url):
    ledger = Ledger(url)
    ledger.append(note("甲"), at=AT)
    ledger.append(NewEvent(EventKind.WITHDRAWAL, "L2", "r2", {"reason": "错认"}), at=AT)
    assert [event.seq for event in ledger.events()] == [1, 2]
    assert [event.subject for event in ledger.events(kind=EventKind.WITHDRAWAL)] == ["L2"]
    assert [event.payload for event in ledger.events(subject="L1")] == [{"text": "甲"}]


def test_the_same_statement_is_stored_once_and_keeps_its_first_time(url):
    ledger = Ledger(url)
    first = ledger.append(note("甲"), at=AT)
    again = ledger.append(note("甲"), at="2026-10-19T09:00:00+08:00")
    assert again == first
    assert len(ledger.events()) == 1


def test_a_batch_of_events_tells_which_were_new(url):
    ledger = Ledger(url)
    ledger.append(note("甲"), at=AT)
    receipt = ledger.append_all([note("甲"), note("乙"), note("乙")], at=AT)
    assert receipt.new_ids == {note("乙").event_id}
    assert [event.seq for event in receipt.events] == [1, 2, 2]


def test_one_bad_event_keeps_the_whole_batch_out(url):
    ledger = Ledger(url)
    with pytest.raises(LedgerError):
        ledger.append_all([note("甲"), note("乙", actor=" ")], at=AT)
    assert ledger.events() == []


@pytest.mark.parametrize(
    ("event", "at"),
    [
        (note("甲", subject=""), AT),
        (note("甲", actor="r\n1"), AT),
        (note("甲", subject="x" * 201), AT),
        (note("甲"), "昨天"),
        (NewEvent(EventKind.NOTE, "L1", "r1", {"x": float("nan")}), AT),
        (NewEvent(EventKind.NOTE, "L1", "r1", {"x": object()}), AT),
        (note("\ud800"), AT),
    ],
)
def test_what_cannot_stand_is_refused_in_chinese(url, event, at):
    with pytest.raises(LedgerError, match="台账"):
        Ledger(url).append(event, at=at)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'x' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 1",
        """INSERT OR REPLACE INTO events SELECT seq, event_id, kind, subject, 'x', at, payload,
        previous, digest FROM events WHERE seq = 1""",
        """INSERT OR REPLACE INTO events SELECT 99, 'E9', kind, subject, 'x', at, payload, previous, 'd'
        FROM events WHERE seq = 1""",
        """INSERT OR REPLACE INTO events SELECT 99, 'E9', kind, subject, 'x', at, payload, 'p', digest
        FROM events WHERE seq = 1""",
    ],
)
def test_the_database_itself_refuses_change(url, tmp_path, statement):
    Ledger(url).append(note("甲"), at=AT)
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def forge(path: Path, statement: str, *values: str) -> None:
    """Change the file as someone with the disk in their hands would: the guards dropped first."""
    connection = sqlite3.connect(path)
    for guard in ("update", "delete", "replace"):
        connection.execute(f"DROP TRIGGER events_refuse_{guard}")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ('UPDATE events SET payload = \'{"text":"丁"}\' WHERE seq = 2', 2),
        ("UPDATE events SET actor = 'r9' WHERE seq = 3", 3),
        ("UPDATE events SET payload = '{' WHERE seq = 2", 2),
        ("UPDATE events SET kind = 'rumour' WHERE seq = 4", 4),
        ("UPDATE events SET at = '2020-01-01T00:00:00+08:00' WHERE seq = 1", 1),
        ("UPDATE events SET digest = 'f' WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 2", 3),
    ],
)
def test_a_forged_file_is_found_at_the_first_broken_event(url, tmp_path, statement, broken_at):
    ledger = Ledger(url)
    ledger.append_all([note(text) for text in "甲乙丙丁"], at=AT)
    forge(tmp_path / "ledger.sqlite", statement)
    found = ledger.verify()
    assert not found.is_intact
    assert found.broken_at == broken_at
    assert found.reason


def test_an_event_forged_with_a_digest_of_its_own_is_found_at_the_next_one(url, tmp_path):
    ledger = Ledger(url)
    ledger.append_all([note(text) for text in "甲乙丙"], at=AT)
    old, said = ledger.events()[1], note("丁")
    forged = replace(old, event_id=said.event_id, payload=said.payload)
    statement = "UPDATE events SET event_id = ?, payload = ?, digest = ? WHERE seq = 2"
    values = (said.event_id, write_canonical(said.payload), digest_event(forged))
    forge(tmp_path / "ledger.sqlite", statement, *values)
    assert (ledger.verify().broken_at, ledger.verify().reason) == (3, "与前一事件的指纹不衔接")


def test_a_cut_end_is_found_with_a_head_noted_earlier(url, tmp_path):
    ledger = Ledger(url)
    ledger.append_all([note(text) for text in "甲乙丙"], at=AT)
    noted = ledger.verify().head
    forge(tmp_path / "ledger.sqlite", "DELETE FROM events WHERE seq = 3")
    assert ledger.verify().is_intact, "the chain alone can't know"
    assert ledger.verify(noted).broken_at == 3


def test_the_head_of_an_empty_ledger_is_in_every_ledger_and_any_other_only_in_its_own(url):
    ledger = Ledger(url)
    before = ledger.head()
    ledger.append(note("甲"), at=AT)
    assert [ledger.holds(head) for head in (before, ledger.head(), "f" * 64)] == [True, True, False]


def test_an_empty_ledger_is_intact(url):
    found = Ledger(url).verify()
    assert (found.count, found.head, found.is_intact) == (0, GENESIS, True)


def test_the_file_is_readable_by_its_owner_alone(url, tmp_path):
    Ledger(url)
    assert stat.S_IMODE((tmp_path / "ledger.sqlite").stat().st_mode) == 0o600


def test_a_file_that_is_no_ledger_is_refused_clearly(tmp_path):
    (tmp_path / "x.sqlite").write_text("这不是数据库" * 100)
    with pytest.raises(LedgerError, match="台账数据库"):
        Ledger(f"sqlite:///{tmp_path / 'x.sqlite'}")


def test_saying_again_what_was_taken_back_is_a_statement_of_its_own(url):
    ledger = Ledger(url)
    for times in (1, 2, 3):
        said = ledger.append(renew_event(note("甲"), ledger.events()), at=AT)
        assert ledger.append(renew_event(note("甲"), ledger.events()), at=AT) == said
        assert len(drop_retracted(ledger.events())) == 1
        back = NewEvent(EventKind.RETRACTION, said.event_id, "r1", {"reason": "误录"})
        ledger.append(renew_event(back, ledger.events()), at=AT)
        assert drop_retracted(ledger.events()) == []
        assert len(ledger.events()) == 2 * times


@pytest.mark.slow
def test_several_processes_append_at_once_without_a_fork_or_a_loss(url):
    ledger = append_from_processes(url)
    assert len(ledger.events()) == 3 * 20 + 20
    assert ledger.verify().is_intact


@settings(max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=8))
def test_a_retraction_returns_to_what_stood_before(tmp_path_factory, steps):
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('l') / 'ledger.sqlite'}")
    for number, (retracts, target) in enumerate(steps):
        events = ledger.events()
        if retracts and events:
            chosen = events[target % len(events)].event_id
            ledger.append(NewEvent(EventKind.RETRACTION, chosen, "r1", {"no": number}), at=AT)
        else:
            ledger.append(note(str(number)), at=AT)
        before = drop_retracted(events)
        last = ledger.events()[-1]
        ledger.append(NewEvent(EventKind.RETRACTION, last.event_id, "r1", {"undo": number}), at=AT)
        assert drop_retracted(ledger.events()) == before


def test_a_place_left_out_of_a_chain_that_otherwise_holds_is_found(tmp_path):
    """Whoever can write the table can link the events anew; then the numbering alone shows the gap."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    first, _, third = (ledger.append(note(f"{n}"), at=AT) for n in range(3))
    linked = replace(third, previous=first.digest)
    linked = replace(linked, digest=digest_event(linked))
    found = verify_chain([first, linked])
    assert (found.broken_at, found.is_intact) == (3, False)
    assert "缺失" in found.reason
