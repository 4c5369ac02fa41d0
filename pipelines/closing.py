"""Closing a batch, expiring the archive: what nobody needs any more is deleted, recorded and searched for."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Final

import polars as pl

from assets.office import list_returns
from assets.store import TableStore
from pipelines.casework import find_recorder, refuse_interested
from pipelines.home import write_private
from pipelines.irrevocable import show_day
from pipelines.report import read_all
from pipelines.resources import build_office, hold_home
from pipelines.scope import refuse_foreign
from pipelines.terminal import say
from pipelines.traces import find_traces
from pipelines.workflow import act_on, settle
from tongcha.casebook.closing import (
    Waiting,
    find_closed,
    find_kept,
    find_told,
    record_begun,
    record_done,
    refuse_unfinished,
)
from tongcha.casebook.erasure import BatchTables, erase_people, list_values
from tongcha.errors import LedgerError, UnknownBatchError
from tongcha.intake.source import FILE as SOURCE
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.ledger.wording import refuse_numbers
from tongcha.review.layout import name_workbook
from tongcha.review.return_file import read_cover
from tongcha.tables import ALL, BY_NAME, Partition, Stage
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assets.office import Office
    from pipelines.home import Home
    from pipelines.runs import Runner

ERASED: Final = ("identities", "candidate_links", "link_evidence", "pupils")
TAKEN: Final = frozenset({Stage.INTAKE, Stage.LINKAGE})
"""Stages whose tables of a batch can't be made again once it is closed."""
OUTWARD: Final = ("confirmed_links", "referrals", "referral_packages", "pupil_schools")
SHORTEST: Final = 7
"""characters of a number worth looking for; fewer turn up anywhere by chance"""
SHOWN: Final = 10


def close_batch(runner: Runner, batch: str, *, by: str, reason: str, drop_withheld: bool) -> None:
    """Close a batch: erase everyone who was met and is nobody's case, and prove it.

    Run again after an interruption, or when something of the batch turned up since, it finishes the work.

    Args:
        runner: runs on the home.
        batch: the batch.
        by: code of the person who decides; must have the role 办案.
        reason: on what grounds.
        drop_withheld: links that lack a condition of the gate aren't waited for any longer.

    Raises:
        UnknownBatchError: no such batch was proposed.
        LedgerError: the person may not close it, something of it still waits for a person, or erased
            values are left somewhere.
    """
    home = runner.home
    admit_closer(home, batch, by)
    store, ledger = TableStore(home.root / "tables"), Ledger(home.ledger_url())
    if batch in find_closed(ledger.events()):
        renew_tables(store, batch)
    act_on(runner, [batch])
    before = read_outward(home)
    office = build_office(home)
    with hold_home(home):
        counts = begin_closing(office, batch, by=by, reason=reason, drop_withheld=drop_withheld)
        removed = remove_files(home, batch)
    act_on(runner, [batch])
    settle(runner)
    if not all(frame.equals(read_all(home, name)) for name, frame in before.items()):
        say("！办结前后对外结果不一致，请从备份核对。")
    prove_erased(home, batch, by=by, counts=counts | {"files_removed": removed})


def preview_closing(home: Home, batch: str, *, by: str) -> None:
    """Say what closing a batch would delete, as the last `act` left it; nothing is deleted.

    Raises:
        UnknownBatchError: no such batch was proposed.
        LedgerError: the person may not record, or not this.
    """
    admit_closer(home, batch, by)
    office = build_office(home)
    _, counts = weigh_closing(office, batch)
    files = len(list(list_leftovers(home, batch)))
    say(
        f"办结批次 {batch} 将删除 {counts['people_erased']} 人、{counts['pupils_erased']} 名学生的信息"
        f"和 {files} 个文件，保留 {counts['people_kept']} 人。"
        "办结时先读回复核表、按当日重过关口，数目可能有变。"
    )
    show_day(home)


def admit_closer(home: Home, batch: str, by: str) -> None:
    """Refuse who may not close a batch, and a batch that isn't there.

    Raises:
        UnknownBatchError: no such batch was proposed.
        LedgerError: the person may not record, or not this: all its raids must lie in their districts, and
            none of its links may be one from which they are recused.
    """
    person = find_recorder(home, by)
    if not home.has_table("candidate_links", batch):
        raise UnknownBatchError(f"批次 {batch}", "没有比对过", "核对批次名称")
    office = build_office(home)
    before = office.events()
    refuse_foreign(home, before, person, [batch])
    refuse_interested(office, before, [NewEvent(EventKind.DELETION, batch, by)])


def weigh_closing(office: Office, batch: str) -> tuple[tuple[BatchTables, list[str]], dict[str, int]]:
    """Return the batch's tables, who stays, and the counts of who goes."""
    tables = BatchTables(*(office.tables.read(BY_NAME[name], batch) for name in ERASED))
    confirmed = office.tables.read(BY_NAME["confirmed_links"], batch)["link_id"].to_list()
    told = find_told(office.tables.read_all(BY_NAME["disclosures"]))
    kept = find_kept(tables.candidate_links, confirmed, told)
    return (tables, kept), count_erased(tables, kept)


def begin_closing(office: Office, batch: str, *, by: str, reason: str, drop_withheld: bool) -> dict[str, int]:
    """Record that the batch is closed, then erase its tables; return the counts.

    What must be gone is noted first, so that a search which found something, or was interrupted, can be
    made again for the same numbers.

    Raises:
        LedgerError: something of the batch still waits for a person, or the reason holds a number.
    """
    (tables, kept), counts = weigh_closing(office, batch)
    values = list_values(tables.identities, tables.pupils, kept)
    ledger = Ledger(office.ledger_url)
    if batch not in find_closed(ledger.events()):
        waiting = Waiting(
            office.tables.read(BY_NAME["review_queue"], batch),
            office.tables.read(BY_NAME["withheld_links"], batch),
            office.tables.read_all(BY_NAME["pupil_lists"]),
        )
        refuse_unfinished(waiting, batch, drop_withheld=drop_withheld)
        files = digest_files_taken(office, batch)
        event = record_begun(batch, by=by, reason=reason, counts=counts, files=files)
        refuse_numbers([event])
        recorded = ledger.append(event, at=office.now())
        say(f"✓ 批次 {batch} 已办结，记入台账第 {recorded.seq} 条（{recorded.event_id}）")
    note_sought(office.home, batch, values["numbers"])
    erased = erase_people(
        tables, kept, office.keys["closing"], office.tables.read_all(BY_NAME["pupil_schools"])
    )
    for name in ERASED:
        office.tables.write(BY_NAME[name], batch, getattr(erased, name))
    office.tables.write(BY_NAME["rejection_sheets"], batch, BY_NAME["rejection_sheets"].empty())
    return counts


def note_sought(home: Path, batch: str, numbers: list[str]) -> None:
    """Keep the numbers that must be gone, beside those of an earlier try, until the search has found none."""
    write_private(
        name_sought(home, batch), json.dumps(sorted({*read_sought(home, batch), *numbers})).encode()
    )


def read_sought(home: Path, batch: str) -> list[str]:
    """Return the numbers that must be gone and weren't yet proven to be."""
    path = name_sought(home, batch)
    return list(json.loads(path.read_bytes())) if path.is_file() else []


def name_sought(home: Path, batch: str) -> Path:
    """Return where these numbers are kept."""
    return home / "keys" / f"closing-{batch}.json"


def renew_tables(store: TableStore, batch: str) -> list[str]:
    """Bring what is left of a closed batch under today's contracts, which a later version may have widened.

    Returns:
        The tables that were rewritten.

    Raises:
        ContractError: a contract now requires what was erased or never taken.
    """
    renewed = []
    for table in ALL:
        path = store.path(table, batch)
        if table.stage not in TAKEN or table.partition is not Partition.BATCH or not path.is_file():
            continue
        frame = pl.read_parquet(path)
        if frame.schema != table.schema:
            known = frame.select(name for name in table.schema.names() if name in frame.columns)
            store.write(table, batch, table.conform(known))
            renewed.append(table.name)
    return renewed


def count_erased(tables: BatchTables, kept: list[str]) -> dict[str, int]:
    """Return how many people and pupils are erased now, and how many people stay."""
    goes = tables.identities.filter(pl.col("digest").is_null() & ~pl.col("identity_id").is_in(kept))
    return {
        "people_erased": goes.height,
        "people_kept": len(kept),
        "pupils_erased": tables.pupils["name"].drop_nulls().len(),
    }


def digest_files_taken(office: Office, batch: str) -> str:
    """Return one SHA-256 over the fingerprints of the files that were taken in for a batch."""
    files = office.tables.read(BY_NAME["intake_files"], batch).select("file", "sha256").unique()
    lines = [f"{file}\0{sha256}\n" for file, sha256 in files.sort("file", "sha256").iter_rows()]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def remove_files(home: Home, batch: str) -> int:
    """Remove what arrived for a batch and what was written of it for review; return how many files."""
    files = list(list_leftovers(home, batch))
    for path in files:
        path.unlink()
    shutil.rmtree(home.outbox / "returned" / "raids" / batch, ignore_errors=True)
    return len(files)


def list_leftovers(home: Home, batch: str) -> Iterable[Path]:
    """Yield the files of a batch that hold people who were met: what arrived, was sent out, came back."""
    raid = home.inbox / "raids" / batch
    yield from (path for path in sorted(raid.rglob("*")) if path.is_file() and path != raid / SOURCE)
    yield from (p for p in sorted((home.outbox / "returned" / "raids" / batch).rglob("*")) if p.is_file())
    written = (home.outbox / "review" / name_workbook(batch, name) for name in EVERY_ROUND)
    yield from (path for path in written if path.is_file())
    batches = home.raid_batches()
    yield from (path for path in list_returns(home.inbox) if name_owner(path, batches) == batch)
    for table in ALL:
        if table.partition is Partition.BATCH:
            folder = home.root / "tables" / table.name
            yield from (path for path in sorted(folder.glob(f"{batch}.parquet.*")) if path.is_file())


def name_owner(returned: Path, batches: Iterable[str]) -> str:
    """Return the batch that a returned file is of: by its cover, else by its name; empty if neither says."""
    cover = read_cover(returned)
    if cover is not None and cover.batch:
        return cover.batch
    named = [batch for batch in batches if returned.name.startswith(f"{batch}-")]
    return max(named, key=len, default="")


def prove_erased(home: Home, batch: str, *, by: str, counts: dict[str, int]) -> None:
    """Search the whole home for what was erased, record that it is gone, and forget what was sought.

    Numbers that the registry holds as well aren't looked for: they stand there lawfully.

    Raises:
        LedgerError: some file still holds one, or can't be looked into.
    """
    people = read_all(home, "people")
    known = {value for name in ("id_number", "phone") for value in people[name].drop_nulls()}
    noted = name_sought(home.root, batch)
    numbers = read_sought(home.root, batch)
    sought = [value for value in numbers if len(value) >= SHORTEST and value not in known]
    search = find_traces(home.root, sought, apart_from=noted)
    if not search.is_clean:
        places = "、".join([*search.found, *search.unread][:SHOWN])
        counted = f"{len(search.found)} 个文件中，{len(search.unread)} 个文件无法查看"
        left = f"已删除人员的号码仍在 {counted}：{places}"
        raise LedgerError(f"批次 {batch}", left, "处理这些文件后再运行一次 tongcha case close")
    office = build_office(home)
    found = {"files_searched": search.searched, "values_sought": len(sought), "values_found": 0}
    event = record_done(batch, by=by, counts=counts | found)
    recorded = Ledger(office.ledger_url).append(event, at=office.now())
    noted.unlink(missing_ok=True)
    say(
        f"✓ 删除 {counts['people_erased']} 人、{counts['pupils_erased']} 名学生的信息，"
        f"移除 {counts['files_removed']} 个文件；"
        f"在 {search.searched} 个文件中查找 {len(sought)} 个号码，没有找到残留。"
        f"删除记录为台账第 {recorded.seq} 条（{recorded.event_id}）"
    )


def read_outward(home: Home) -> dict[str, pl.DataFrame]:
    """Return the tables that closing must not change."""
    return {name: read_all(home, name) for name in OUTWARD}
