"""The append-only ledger on SQLite or PostgreSQL; several processes may write at once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tongcha.errors import LedgerError
from tongcha.ledger.chain import GENESIS, Verification, digest_event, verify_chain
from tongcha.ledger.events import Event, EventKind, NewEvent, check_event, write_canonical
from tongcha.ledger.schema import EVENTS, METADATA, POSTGRES_GUARDS, SQLITE_GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BUSY_MILLISECONDS: Final = 30_000
LOCK_NUMBER: Final = 7_206_410_521  # any fixed number; names our lock among PostgreSQL's advisory locks
OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of appending several events.

    Attributes:
        events: the stored event of each, in the order given; an old one where it was known already.
        new_ids: ids of those that were not known before.
    """

    events: tuple[Event, ...]
    new_ids: frozenset[str]


class Ledger:
    """The only mutable state of Tongcha: what named people decided and recipients answered.

    Args:
        url: SQLAlchemy URL, such as `sqlite:////home/ledger.sqlite` or `postgresql+psycopg://…`.

    Raises:
        LedgerError: the database can't be opened.
    """

    def __init__(self, url: str) -> None:
        """Open the ledger and create its table and guards where they are missing."""
        self._url = sa.make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        if self._is_sqlite:
            _create_private_file(self._url.database)
        self._engine = sa.create_engine(self._url, poolclass=NullPool)
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", _configure_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        try:
            self._create()
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError("台账数据库", "无法打开或不是台账", "核对地址、权限与文件是否完好") from error

    def append(self, event: NewEvent, *, at: str) -> Event:
        """Append one event, or return the one with the same content that is there already.

        Args:
            event: what happened.
            at: ISO instant by the caller's clock.

        Raises:
            LedgerError: the event can't stand in the ledger, or the database refused it.
        """
        return self.append_all([event], at=at).events[0]

    def append_all(self, events: Iterable[NewEvent], *, at: str) -> Receipt:
        """Append events in one transaction: all of them, or none.

        Raises:
            LedgerError: an event can't stand in the ledger, or the database refused it.
        """
        wanted = list(events)
        for event in wanted:
            check_event(event, at)
        try:
            with self._writing() as connection:
                return _append_in(connection, wanted, at)
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError("台账数据库", "拒绝写入", "稍后重试，或运行 tongcha ledger verify") from error

    def events(self, kind: EventKind | str | None = None, subject: str | None = None) -> list[Event]:
        """Return the events in order, optionally of one kind or about one subject.

        Raises:
            LedgerError: a stored event can't be read.
        """
        query = sa.select(EVENTS).order_by(EVENTS.c.seq)
        if kind is not None:
            query = query.where(EVENTS.c.kind == str(kind))
        if subject is not None:
            query = query.where(EVENTS.c.subject == subject)
        with self._engine.connect() as connection:
            return [_read_event(row) for row in connection.execute(query)]

    def head(self) -> str:
        """Return the digest of the last event; 64 zeros when there is none."""
        query = sa.select(EVENTS.c.digest).order_by(EVENTS.c.seq.desc()).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none() or GENESIS

    def holds(self, digest: str) -> bool:
        """Whether some event carries this digest; the head of an empty ledger is in every one."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(EVENTS.c.seq).where(EVENTS.c.digest == digest)).first()
        return digest == GENESIS or found is not None

    def verify(self, known_head: str = "") -> Verification:
        """Walk the whole chain; see `verify_chain`. An event that can't even be read is where it breaks."""
        readable: list[Event] = []
        with self._engine.connect() as connection:
            for row in connection.execute(sa.select(EVENTS).order_by(EVENTS.c.seq)):
                try:
                    readable.append(_read_event(row))
                except LedgerError as error:
                    before = verify_chain(readable)
                    broken = Verification(before.count, before.head, row.seq, error.rule)
                    return broken if before.is_intact else before
        return verify_chain(readable, known_head)

    def _create(self) -> None:
        with self._writing() as connection:
            METADATA.create_all(connection)
            for statement in SQLITE_GUARDS if self._is_sqlite else POSTGRES_GUARDS:
                connection.exec_driver_sql(statement)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that no other writer can overlap, so that the chain never forks."""
        with self._engine.connect().execution_options(tongcha_writes=True) as connection, connection.begin():
            if not self._is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
            yield connection


def _append_in(connection: sa.Connection, wanted: list[NewEvent], at: str) -> Receipt:
    known = _find_known(connection, {event.event_id for event in wanted})
    last = connection.execute(
        sa.select(EVENTS.c.seq, EVENTS.c.digest).order_by(EVENTS.c.seq.desc()).limit(1)
    ).one_or_none()
    seq, head = (last.seq, last.digest) if last else (0, GENESIS)
    fresh: dict[str, Event] = {}
    for new in wanted:
        if new.event_id in known or new.event_id in fresh:
            continue
        seq += 1
        event = _seal_event(new, seq, at, head)
        fresh[event.event_id], head = event, event.digest
    if fresh:
        connection.execute(sa.insert(EVENTS), [_write_row(event) for event in fresh.values()])
    everything = known | fresh
    return Receipt(tuple(everything[new.event_id] for new in wanted), frozenset(fresh))


def _find_known(connection: sa.Connection, event_ids: set[str]) -> dict[str, Event]:
    known: dict[str, Event] = {}
    ids = sorted(event_ids)
    for start in range(0, len(ids), 500):  # SQLite admits a limited number of parameters
        query = sa.select(EVENTS).where(EVENTS.c.event_id.in_(ids[start : start + 500]))
        known |= {row.event_id: _read_event(row) for row in connection.execute(query)}
    return known


def _seal_event(new: NewEvent, seq: int, at: str, head: str) -> Event:
    payload = json.loads(write_canonical(new.payload))  # what is read back later, not what was passed in
    event = Event(seq, new.event_id, new.kind, new.subject, new.actor, at, payload, head, "")
    return replace(event, digest=digest_event(event))


def _write_row(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "event_id": event.event_id,
        "kind": event.kind.value,
        "subject": event.subject,
        "actor": event.actor,
        "at": event.at,
        "payload": write_canonical(event.payload),
        "previous": event.previous,
        "digest": event.digest,
    }


def _read_event(row: sa.Row[Any]) -> Event:
    try:
        return Event(
            row.seq,
            row.event_id,
            EventKind(row.kind),
            row.subject,
            row.actor,
            row.at,
            json.loads(row.payload),
            row.previous,
            row.digest,
        )
    except ValueError as error:
        raise LedgerError(f"台账第 {row.seq} 条", "内容无法读出，可能被改动", "停用并从备份核对") from error


def _create_private_file(database: str | None) -> None:
    """Create the file before SQLite does, which would leave it readable by others."""
    if database and database != ":memory:" and not Path(database).exists():
        try:
            Path(database).touch(mode=OWNER_ONLY)
        except OSError as error:
            raise LedgerError("台账数据库", "所在文件夹不存在或不可写", "先建立数据目录") from error


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 – a DBAPI connection has no type
    connection.isolation_level = None  # transactions are begun by us, below, and not by the driver
    for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("tongcha_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
