"""As known then: the same work on the ledger cut off at an event, beside what is known now.

What was handed over is kept byte for byte in the archive; this computes it anew from what was known, so
that what changed since, and why, can be shown. It works in a folder of its own and changes nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.declare import RAIDS
from assets.office import ARCHIVE
from assets.store import TableStore
from pipelines.archive import describe_making
from pipelines.definitions import build_definitions
from pipelines.home import FOLDERS, PRIVATE_FOLDER
from pipelines.resources import build_office, hold_home
from pipelines.runs import QUIET, tell_interrupts
from tongcha.casebook.disclosures import read_disclosures
from tongcha.casebook.dispute_answers import LETTERS
from tongcha.errors import LedgerError
from tongcha.ledger.events import NewEvent
from tongcha.ledger.store import Ledger
from tongcha.responsibility.repricing import compare_deductions
from tongcha.tables import ALL, BY_NAME, Partition, Stage

if TYPE_CHECKING:
    from assets.office import Office
    from pipelines.home import Home
    from tongcha.ledger.events import Event

GIVEN: Final = frozenset({Stage.INTAKE, Stage.REFERENCE, Stage.LINKAGE})
"""Stages whose tables are what was known of the world; the rest follows from them and the ledger."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What was known after an event, beside what is known now.

    Attributes:
        upto: the event's place in the ledger.
        papers: every file handed over by then: `path, recipient_name, sha256, again` (whether it comes out
            byte for byte the same).
        sums: `school_id, campaign, before, after, change, added, removed`; before = then, after = now.
        links: `link_id, then, now`: which links were confirmed.
        differences: what the papers were made of and isn't the same any more, as Chinese sentences.
    """

    upto: int
    papers: pl.DataFrame
    sums: pl.DataFrame
    links: pl.DataFrame
    differences: list[str]


def replay(home: Home, upto: int, *, out: Path | None = None) -> Replay:
    """Compute everything as it was known after an event.

    Args:
        home: an opened home.
        upto: place of the last event that counts.
        out: folder to leave the papers of then in; none are left when it is None.

    Raises:
        LedgerError: the ledger has no such event or is broken, or the folder can't be made.
    """
    office = build_office(home)
    kept = cut_ledger(office.events(), upto)
    if out is not None and (out.exists() or not out.parent.is_dir()):
        raise LedgerError(
            f"文件夹 {out.name}", "已经存在，或者上一级文件夹不存在", "用 --out 另写一个新的文件夹名"
        )
    with tempfile.TemporaryDirectory(dir=home.root, prefix=".replay-") as folder:
        then = rebuild_office(home, office, kept, Path(folder))
        run_everything(then)
        found = compare(upto, kept, then=then, now=office)
        if out is not None:
            shutil.copytree(then.outbox, out)
    return found


def cut_ledger(events: list[Event], upto: int) -> list[Event]:
    """Return the events up to and with a place.

    Raises:
        LedgerError: there is no event in that place.
    """
    kept = [event for event in events if event.seq <= upto]
    if not kept or kept[-1].seq != upto:
        raise LedgerError(f"台账第 {upto} 条", "不存在", "用 tongcha ledger list 查序号")
    return kept


def rebuild_office(home: Home, office: Office, kept: list[Event], root: Path) -> Office:
    """Return an office of its own: what was known of the world, the ledger cut off, that day's date.

    Raises:
        LedgerError: the copied events don't carry the same chain.
    """
    for name in FOLDERS:
        (root / name).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with hold_home(home):
        copy_given(office.tables, TableStore(root / "tables"), made_by=describe_last_making(kept))
        for source in sorted(home.inbox.glob("raids/*/source.yaml")):
            target = root / source.relative_to(home.root)
            target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True)
            shutil.copyfile(source, target)
        shutil.copyfile(home.root / "reviewers.yaml", root / "reviewers.yaml")
    for rules in sorted({str(event.payload["rules"]) for event in kept if "rules" in event.payload}):
        (root / ARCHIVE).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        shutil.copyfile(home.root / ARCHIVE / rules, root / ARCHIVE / rules)
    url = f"sqlite:///{root / 'ledger.sqlite'}"
    ledger = Ledger(url)
    for event in kept:
        said = NewEvent(event.kind, event.subject, event.actor, event.payload)
        if ledger.append(said, at=event.at).digest != event.digest:
            raise LedgerError(f"台账第 {event.seq} 条", "不能原样重演", "运行 tongcha ledger verify")
    last = kept[-1].at
    return replace(
        office, home=root, today=datetime.fromisoformat(last).date(), now=lambda: last, ledger_url=url
    )


def describe_last_making(kept: list[Event]) -> dict[str, str]:
    """Return what the last paper handed over by then was made of; empty when none was."""
    said = [event.payload["made_by"] for event in kept if "made_by" in event.payload]
    return {str(k): str(v) for k, v in said[-1].items()} if said and isinstance(said[-1], dict) else {}


def copy_given(source: TableStore, target: TableStore, *, made_by: dict[str, str]) -> None:
    """Copy the tables that say what was known of the world: batches and snapshots of then only.

    Links that were proposed anew since rest on a later snapshot; it comes with them, or nothing could be
    recomputed. That it is another one than then is told by `compare`.

    Args:
        source: the stored tables.
        target: an empty store.
        made_by: what the last paper was made of; without it everything stored counts as known.
    """
    batches = {key.removeprefix("批次 ") for key in made_by if key.startswith("批次 ")}
    links = BY_NAME["candidate_links"]
    known = batches & set(source.partitions(links))
    rests_on = {day for batch in known for day in source.read(links, batch)["snapshot"].unique()}
    newest = max(made_by.get("参照快照", "9999"), *rests_on, "")
    for table in ALL:
        if table.stage not in GIVEN:
            continue
        for partition in source.partitions(table):
            later = table.partition is Partition.SNAPSHOT and partition > newest
            unknown = table.partition is Partition.BATCH and bool(made_by) and partition not in batches
            if not later and not unknown:
                path = target.path(table, partition)
                path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                shutil.copyfile(source.path(table, partition), path)


def run_everything(office: Office) -> None:
    """Run `act` for every batch and `settle` on an office of its own; nothing of it shows in the UI."""
    resource = dg.ResourceDefinition.hardcoded_resource(office)
    definitions = build_definitions(office=resource)
    batches = office.tables.partitions(BY_NAME["candidate_links"])
    with tell_interrupts(), dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(RAIDS.name), batches)
        for job, keys in (("act", batches), ("settle", [None])):
            for key in keys:
                definitions.resolve_job_def(job).execute_in_process(
                    instance=instance, partition_key=key, run_config=QUIET
                )


def compare(upto: int, kept: list[Event], *, then: Office, now: Office) -> Replay:
    """Set what was known then beside what is known now."""
    given = read_disclosures(kept).filter(~pl.col("kind").is_in(LETTERS))
    last = given.sort("seq").unique(["recipient_name", "path"], keep="last", maintain_order=True)
    again = [then.fingerprint(path) == sha for path, sha in last.select("path", "sha256").iter_rows()]
    papers = last.select("path", "recipient_name", "sha256").with_columns(
        again=pl.Series(again, dtype=pl.Boolean)
    )
    sums = [office.tables.read_all(BY_NAME["score_deductions"]) for office in (then, now)]
    confirmed = [
        office.tables.read_all(BY_NAME["confirmed_links"]).select("link_id", pl.lit(value=True).alias(name))
        for office, name in ((then, "then"), (now, "now"))
    ]
    links = confirmed[0].join(confirmed[1], on="link_id", how="full", coalesce=True).sort("link_id")
    made, makes = describe_last_making(kept), describe_making(now)
    changed = [key for key in sorted(made) if made[key] != makes.get(key)]
    return Replay(
        upto,
        papers.sort("recipient_name", "path"),
        compare_deductions(before=sums[0], after=sums[1]),
        links.with_columns(pl.col("then", "now").fill_null(value=False)),
        [f"{key}当时为 {made[key]}，现在为 {makes.get(key, '无')}" for key in changed],
    )
