"""A closed batch: who is nobody's case is nowhere any more; what was referred stands, to the byte."""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.casework import Desk
from pipelines.closing import close_batch, preview_closing
from pipelines.handover import deliver
from pipelines.replay import replay
from pipelines.report import read_all
from pipelines.traces import find_traces
from pipelines.withdrawal import retract_event, withdraw_link
from pipelines.workflow import propose_batches
from tests.pipelines.conftest import digests
from tongcha.casebook.closing import find_closed, find_proven
from tongcha.casebook.erasure import digest_person
from tongcha.documents.packet import seal_packet
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.runs import Runner

pytestmark = pytest.mark.slow
BY = "R06"
OUTWARD = ("referrals", "notices", "prompts", "corrections", "scoreboard", "bulletins")


def read_everything(root: Path) -> str:
    """All text below a folder, by other means than the product's: rows, opened zips, dumped databases."""
    said = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            said.append(str(pl.read_parquet(path).rows()))
        elif content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                said += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        elif content.startswith(b"SQLite format 3"):
            with sqlite3.connect(path) as database:
                said += list(database.iterdump())
        said += [content.decode("utf-8", "replace"), content.decode("gb18030", "replace")]
    return "\n".join(said)


def choose_batch(home: Home) -> str:
    """The batch with the most confirmed links."""
    return str(read_all(home, "confirmed_links").group_by("batch").len().sort("len", "batch")["batch"][-1])


def list_gone(home: Home, batch: str) -> set[str]:
    """What was taken of those met who aren't confirmed, unless the registry or another batch says it too."""
    mine = pl.col("batch") == batch
    confirmed = read_all(home, "confirmed_links").filter(mine)["identity_id"].to_list()
    identities, people = read_all(home, "identities"), read_all(home, "people")
    goes = mine & ~pl.col("identity_id").is_in(confirmed)
    columns = ("id_number", "id_clean", "phone", "phone_clean", "name", "name_clean")
    met = {value for name in columns for value in identities.filter(goes)[name].drop_nulls()}
    met |= set(read_all(home, "pupils").filter(mine)["name"].drop_nulls())
    known = {value for name in columns for value in identities.filter(~goes)[name].drop_nulls()}
    known |= set(read_all(home, "pupils").filter(~mine)["name"].drop_nulls())
    known |= {v for c in ("id_number", "phone", "name", "former_name") for v in people[c].drop_nulls()}
    told = " ".join(known)
    return {value for value in met if len(value) > 2 and value not in told}


def test_after_closing_nothing_of_an_unmatched_person_is_left_and_what_was_referred_stands(
    runner: Runner, tmp_path, capsys
):
    home = runner.home
    batch = choose_batch(home)
    package = read_all(home, "referral_packages").filter(pl.col("batch") == batch).sort("package_id")
    desk = Desk(runner, BY)
    deliver(desk, package["package_id"][0], on=None, receipt="签收")
    upto = Ledger(home.ledger_url()).events()[-1].seq
    gone = list_gone(home, batch)
    numbers = [value for value in gone if value[:1].isdigit()]
    assert len(numbers) > 10
    assert len(gone) > len(numbers) + 5
    before = digests(home, *(f"outbox/{name}" for name in OUTWARD))
    tables = {
        n: read_all(home, n)
        for n in ("confirmed_links", "referrals", "scoreboard", "bulletins", "pupil_schools")
    }
    with pytest.raises(LedgerError, match="没有“办案”权限"):
        close_batch(runner, batch, by="R01", reason="期限已满", drop_withheld=True)
    whole = digests(home, "tables", "inbox", "outbox")
    preview_closing(home, batch, by=BY)
    told = capsys.readouterr().out
    assert digests(home, "tables", "inbox", "outbox") == whole
    assert any(value in read_everything(home.root) for value in gone)

    close_batch(runner, batch, by=BY, reason="期限已满", drop_withheld=True)

    begun = find_closed(Ledger(home.ledger_url()).events())[batch]
    assert f"将删除 {begun.payload['people_erased']} 人" in told
    left = read_everything(home.root)
    assert sorted(value for value in gone if value in left) == []
    for name, frame in tables.items():
        assert read_all(home, name).equals(frame), name
    assert digests(home, *(f"outbox/{name}" for name in OUTWARD)) == before
    refuse_what_needs_the_erased(runner, batch)
    found = replay(home, upto, out=tmp_path / "then")
    assert found.papers["again"].all()
    assert found.papers.height
    link = tables["confirmed_links"].filter(pl.col("batch") == batch)["link_id"][0]
    withdraw_link(runner, link, by=BY, reason="不是此人")
    assert link not in set(read_all(home, "confirmed_links")["link_id"])


def refuse_what_needs_the_erased(runner: Runner, batch: str) -> None:
    """A closed batch takes nothing in, isn't opened by a retraction, and has counted what it erased."""
    home = runner.home
    events = Ledger(home.ledger_url()).events()
    begun, done = find_closed(events)[batch], find_proven(events)[batch]
    assert (begun.actor, begun.payload["reason"], done.payload["values_found"]) == (BY, "期限已满", 0)
    with pytest.raises(LedgerError, match="已经办结"):
        propose_batches(runner, batch)
    with pytest.raises(LedgerError, match="不能恢复"):
        retract_event(runner, begun.event_id, by=BY, reason="误操作")
    erased = read_all(home, "identities").filter(pl.col("digest").is_not_null())
    assert erased.height == begun.payload["people_erased"]
    assert digest_person("990101199001011234", None, home.key("closing")) not in set(erased["digest"])


def test_a_search_looks_into_tables_packages_databases_and_other_encodings(tmp_path):
    value = "欧阳甲乙"
    pl.DataFrame({"x": [value]}).write_parquet(tmp_path / "t.parquet")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{value}</t>" * 9)
    (tmp_path / "old.csv").write_bytes(f"姓名,{value}".encode("gb18030"))
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf" + value.encode("utf-16-le"))
    with sqlite3.connect(tmp_path / "db.sqlite") as database:
        database.execute("CREATE TABLE t AS SELECT ? AS x", (value,))
    (tmp_path / "odd.xls").write_bytes(b"\xd0\xcf\x11" + value.encode("utf-16-le"))
    with zipfile.ZipFile(tmp_path / "reply.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "book.xlsx")
    (tmp_path / "reply.csv.gz").write_bytes(gzip.compress(value.encode()))
    (tmp_path / "clean.txt").write_text("没有", encoding="utf-8")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    (tmp_path / "sealed.zip").write_bytes(seal_packet({"a.txt": b"a"}, "a-long-password"))
    search = find_traces(tmp_path, [value])
    found = ("book.xlsx", "db.sqlite", "odd.xls", "old.csv", "old.xls", "reply.zip", "t.parquet")
    assert search.found == found
    assert search.unread == ("reply.csv.gz", "sealed.zip", "torn.parquet")
    assert search.searched == 11
