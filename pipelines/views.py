"""The tables as DuckDB views: read-only, and with no way to any other file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import duckdb
from pyarrow import dataset
from rich.table import Table as Grid

from pipelines.terminal import say
from tongcha.tables import ALL
from tongcha.tables.predicates import quote_name, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.home import Home


@contextmanager
def open_views(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB in memory with one view per table; a table that was never made is empty.

    Arrow reads the files, column by column as they are asked for: a folder that DuckDB may read it may write
    as well. After that the session reaches no file at all and can't be reconfigured.
    """
    with duckdb.connect() as connection:
        connection.execute("SET python_enable_replacements = false")
        for table in ALL:
            files = sorted((home.root / "tables" / table.name).glob("*.parquet"))
            stored = dataset.dataset([str(path) for path in files], format="parquet") if files else None
            connection.register(table.name, table.empty() if stored is None else stored)
            connection.execute(f"COMMENT ON VIEW {quote_name(table.name)} IS {quote_text(table.label)}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def write_result(connection: duckdb.DuckDBPyConnection, query: str, *, as_csv: bool = False) -> None:
    """Run a query and show what it gives.

    Raises:
        click.UsageError: DuckDB doesn't understand the query.
    """
    try:
        relation = connection.sql(query)
        frame = relation.pl() if relation is not None else None
    except duckdb.Error as error:
        raise click.UsageError(str(error).splitlines()[0]) from error
    if frame is None:
        return
    if as_csv:
        click.echo(frame.write_csv(), nl=False)
        return
    grid = Grid()
    for name in frame.columns:  # folded, never cut short: a number with … for its end is of no use
        grid.add_column(name, overflow="fold")
    for row in frame.iter_rows():
        grid.add_row(*("" if value is None else _print_safely(str(value)) for value in row))
    say(grid)
    say(f"{frame.height} 行")


def _print_safely(text: str) -> str:
    """What somebody wrote into a cell mustn't steer the terminal or turn what stands around it."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
