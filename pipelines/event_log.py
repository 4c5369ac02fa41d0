"""Dagster's event log in one SQLite file, over connections that stay open.

Dagster opens and closes a connection for every event, some six thousand times in a demo, and waits for the
disk at each. What is lost when the power fails is the tail of a run's history, never a table or the ledger.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


class PooledEventLog(ConsolidatedSqliteEventLogStorage):
    """Dagster's own storage; only how it reaches its file differs. A home's `dagster.yaml` names it."""

    @cached_property
    def _engine(self) -> sa.Engine:
        engine = sa.create_engine(self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
        sa.event.listen(engine, "connect", _spare_the_disk)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the file holds that table."""
        return sa.inspect(self._engine).has_table(table_name)

    def dispose(self) -> None:
        """Close the connections and stop watching the file."""
        self._engine.dispose()
        super().dispose()  # type: ignore[no-untyped-call]  # Dagster leaves it untyped


def _spare_the_disk(connection: sqlite3.Connection, _: object) -> None:
    """Leave the write-ahead log to the operating system; the file stays whole whatever happens."""
    connection.execute("PRAGMA synchronous=NORMAL")
