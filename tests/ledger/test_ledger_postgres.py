"""The same ledger on a real PostgreSQL, started for the test alone."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.ledger_scene import AT, append_from_processes, note
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger


def find_server() -> Path | None:
    """The folder of the server's programs; Debian keeps them off the path."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


SERVER = find_server()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SERVER is None, reason="no PostgreSQL server is installed"),
]


def run(*command: object) -> None:
    """Run one of the server's programs; as another user where we are root, which it refuses to serve."""
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, capture_output=True, timeout=120)  # noqa: S603


@pytest.fixture(scope="module")
def url():
    assert SERVER is not None
    home = Path(tempfile.mkdtemp(prefix="tongcha-pg-"))  # pytest's own folders are closed to other users
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
    data = home / "data"
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    run(SERVER / "initdb", "-D", data, "-A", "trust", "-U", user)
    run(
        SERVER / "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        home / "log",
        "-o",
        f"-k {home} -c listen_addresses=",
        "start",
    )
    yield f"postgresql+psycopg://{user}@/postgres?host={home}"
    run(SERVER / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    shutil.rmtree(home)


def test_several_processes_append_at_once_on_postgres(url):
    before = len(Ledger(url).events())
    ledger = append_from_processes(url)
    assert len(ledger.events()) == before + 3 * 20 + 20
    assert ledger.verify().is_intact


def test_postgres_itself_refuses_change_and_keeps_statements_once(url):
    ledger = Ledger(url)
    first = ledger.append(note("甲"), at=AT)
    assert ledger.append(note("甲"), at=AT) == first
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    for statement in ("UPDATE events SET actor = 'x'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_an_unreachable_server_is_told_in_chinese():
    with pytest.raises(LedgerError, match="台账数据库"):
        Ledger("postgresql+psycopg://nobody@127.0.0.1:1/none")
