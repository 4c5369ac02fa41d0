"""`tongcha sql`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipelines.home import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@click.command()
@click.option("-q", "--query", metavar="SQL", help="执行一条查询后退出。 Run one query and leave.")
@click.option("--csv", "as_csv", is_flag=True, help="以 CSV 输出。 Write CSV.")
def sql(query: str | None, *, as_csv: bool) -> None:
    """用 SQL（DuckDB）查各表；每表一个视图，只读。

    Query the tables with SQL (DuckDB); one view per table, read-only.

    例 Example: tongcha sql -q "SELECT decision, count(*) FROM candidate_links GROUP BY 1"
    """
    from pipelines.views import open_views, write_result

    with open_views(Home.from_environment().open()) as connection:
        if query is not None:
            write_result(connection, query, as_csv=as_csv)
        elif sys.stdin.isatty():
            _converse(connection)
        else:
            write_result(connection, sys.stdin.read(), as_csv=as_csv)


def _converse(connection: DuckDBPyConnection) -> None:
    """Read statements line by line until an empty one; an error doesn't end the session."""
    import readline  # noqa: F401 - gives the prompt a history

    from pipelines.views import write_result

    click.echo("每行一条查询，空行退出。 One query per line, an empty line leaves. 例：SHOW TABLES")
    while line := _ask():
        try:
            write_result(connection, line)
        except click.UsageError as error:
            click.echo(error.message, err=True)


def _ask() -> str:
    """Return the next line; the end of the input leaves like an empty one."""
    try:
        return input("同查> ").strip()
    except EOFError:
        click.echo()
        return ""
