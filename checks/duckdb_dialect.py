"""A small SQLAlchemy dialect over the desk's open DuckDB connection, so that Great Expectations can query it.

`duckdb-engine` doesn't work with Great Expectations 1.24 (it closes the connection before it reads
the result). This one fetches every result at once and never rolls back. It calls itself `postgresql`
because Great Expectations writes the SQL that DuckDB understands for that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import duckdb
from sqlalchemy import pool, types
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect

from checks.judging import open_desk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import URL, Connection
    from sqlalchemy.engine.interfaces import ReflectedColumn

SCHEME: Final = "tongchaduck"
DESK: Final = f"{SCHEME}://desk"
"""The URL of what lies on the desk of this process."""

registry.register(SCHEME, __name__, "DuckDBDialect")


class EagerCursor:
    """A DB-API cursor that holds the whole result from the moment of `execute`."""

    arraysize = 1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Start without a result."""
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run the statement and fetch all of its rows."""
        result = self._connection.execute(statement, list(parameters))
        self.description = result.description
        self._rows = result.fetchall() if self.description else []
        self.rowcount = len(self._rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the remaining rows."""
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Forget the result; the connection stays open, it is only lent."""
        self._rows = []


class LentConnection:
    """A DB-API connection whose end of transaction does nothing: nothing is ever written through it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wrap the open connection."""
        self._connection = connection

    def cursor(self) -> EagerCursor:
        """Return a new cursor."""
        return EagerCursor(self._connection)

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing: a rollback would wipe the pending result."""

    def close(self) -> None:
        """Do nothing: the desk stays."""


class LendingLibrary:
    """The DB-API module that the dialect asks for."""

    paramstyle = "qmark"
    apilevel = "2.0"
    threadsafety = 1
    Error: ClassVar[type[Exception]] = duckdb.Error

    @staticmethod
    def connect() -> LentConnection:
        """Lend the desk."""
        return LentConnection(open_desk())


class DuckDBCompiler(PGCompiler):
    """PostgreSQL's SQL with the regex operators as DuckDB functions."""

    def visit_custom_op_binary(self, element: Any, operator: Any, **options: Any) -> str:
        """Write `a ~ b` as `regexp_matches(a, b)`."""
        if operator.opstring not in {"~", "!~"}:
            return str(super().visit_custom_op_binary(element, operator, **options))  # type: ignore[no-untyped-call]
        negation = "NOT " if operator.opstring == "!~" else ""
        left, right = (self.process(side, **options) for side in (element.left, element.right))
        return f"{negation}regexp_matches({left}, {right})"


class DuckDBDialect(PGDialect):
    """Reads tables of a lent DuckDB connection."""

    name = "postgresql"
    driver = SCHEME
    statement_compiler = DuckDBCompiler
    supports_statement_cache = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the stand-in for a DB-API module."""
        return LendingLibrary

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        """One connection for all: it is lent, not opened."""
        del url
        return pool.StaticPool

    def create_connect_args(self, url: URL) -> Any:
        """There is one desk: nothing to say."""
        del url
        return [], {}

    def initialize(self, connection: Connection) -> None:
        """Skip PostgreSQL's questions to its server."""
        del connection
        self.server_version_info = (16, 0)
        self.default_schema_name = "main"

    def do_begin(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> list[ReflectedColumn]:
        """Reflect column names by DESCRIBE; the types don't matter to the expectations used here."""
        del schema, options
        quoted = self.identifier_preparer.quote_identifier(table_name)
        rows = connection.exec_driver_sql(f"DESCRIBE {quoted}").fetchall()
        return [{"name": row[0], "type": types.String(), "nullable": True, "default": None} for row in rows]

    def has_table(
        self, connection: Connection, table_name: str, schema: str | None = None, **options: Any
    ) -> bool:
        """Whether a table or view of that name exists."""
        del schema, options
        query = "SELECT 1 FROM information_schema.tables WHERE table_name = ?"
        return bool(connection.exec_driver_sql(query, (table_name,)).fetchall())

    def get_table_names(self, connection: Connection, schema: str | None = None, **options: Any) -> list[str]:
        """Return the names of all tables and views."""
        del schema, options
        query = "SELECT table_name FROM information_schema.tables ORDER BY 1"
        return [row[0] for row in connection.exec_driver_sql(query).fetchall()]

    def get_schema_names(self, connection: Connection, **options: Any) -> list[str]:
        """Return the one schema."""
        del connection, options
        return ["main"]
