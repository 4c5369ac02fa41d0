"""A raid batch: sites, the people met there, the pupils, and what had to be sent back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import UnknownBatchError
from tongcha.identity.normalise import normalise_identities
from tongcha.intake.acceptance import (
    Accepted,
    accept_table,
    count_files,
    note_refused,
    raise_refused,
    require_tables,
)
from tongcha.intake.filed import FILLED, check_filed, fill_filed, refuse_pupils
from tongcha.intake.folder import read_folder
from tongcha.intake.patrols import check_patrols, number_patrols
from tongcha.intake.refusals import join_rejections, reject_rows
from tongcha.intake.source import Source, read_source
from tongcha.ledger.wording import refuse_named_people
from tongcha.tables.intake import IDENTITIES, INTAKE_FILES, PATROLS, PUPILS, REJECTED_ROWS, SITES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from tongcha.intake.landing import Landing
    from tongcha.policy.intake import IntakePolicy

DERIVABLE: Final = {
    "sites": frozenset[str](),
    "identities": frozenset({"raid_id", "raid_date"}),
    "pupils": frozenset({"raid_id"}),
    "patrols": frozenset({"patrol_id"}),
}
OPTIONAL: Final = ("patrols",)
"""A broken file of these only costs what it would have told; the batch goes on."""


@dataclass(frozen=True, slots=True)
class BatchIntake:
    """The tables of one batch, by contract, and its lawful source."""

    sites: pl.DataFrame
    identities: pl.DataFrame
    pupils: pl.DataFrame
    patrols: pl.DataFrame
    rejected_rows: pl.DataFrame
    intake_files: pl.DataFrame
    source: Source


def read_batch(
    inbox: Path,
    batch: str,
    *,
    today: dt.date,
    policy: IntakePolicy,
    known_regions: AbstractSet[str] = frozenset(),
) -> BatchIntake:
    """Read `raids/<batch>/` of the inbox.

    Args:
        inbox: the inbox folder.
        batch: name of the batch's folder.
        today: day of processing; expiry and future raids are judged against it.
        policy: aliases and limits.
        known_regions: regions of ID numbers that the registry proves, beside the frozen list.

    Raises:
        UnknownBatchError: the inbox has no such batch.
        SourceError: its source is missing, incomplete or expired.
        InputError: a file can't be read, lacks a required column, or a required table is absent.
    """
    folder = find_batch(inbox, batch)
    source = read_source(folder, today=today)
    landing = read_folder(folder, inbox, derivable=list_derivable(source), policy=policy)
    raise_refused(landing.refused, set(DERIVABLE) - set(OPTIONAL))
    require_tables(landing, ("sites", "identities"), f"批次 {batch}")
    taken = _accept_batch(landing, batch, source, today, policy)
    identities = normalise_identities(taken.identities, known_regions=known_regions)
    return replace(taken, identities=IDENTITIES.conform(identities))


def list_derivable(source: Source) -> dict[str, frozenset[str]]:
    """Return which columns the files may leave out; filed staff weren't checked in any way."""
    return DERIVABLE | {"identities": DERIVABLE["identities"] | FILLED} if source.is_filed else DERIVABLE


def find_batch(inbox: Path, batch: str) -> Path:
    """Return the folder of a batch; a name that leads out of `raids/` is unknown.

    Raises:
        UnknownBatchError: there is no such folder directly under `raids/`.
        InputError: the name holds somebody's number.
    """
    raids = inbox / "raids"
    refuse_named_people([f"raids/{batch}"])
    folder = raids / batch
    is_plain = batch not in {"", ".", ".."} and not set(batch) & set("/\\\0")
    if not (is_plain and folder.is_dir() and folder.resolve().parent == raids.resolve()):
        shown = batch if is_plain else "（名称不合规）"
        raise UnknownBatchError(f"批次 {shown}", "收件箱 raids/ 下没有这个文件夹", "核对批次名称")
    return folder


def _accept_batch(
    landing: Landing, batch: str, source: Source, today: dt.date, policy: IntakePolicy
) -> BatchIntake:
    def complete(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.lit(batch).alias("batch"))

    sites = accept_table(
        landing,
        "sites",
        policy,
        derive=lambda frame: complete(frame).with_columns(kind=pl.lit(source.kind)),
        cross_check=lambda f: check_sites(f, today),
    )
    identities = accept_table(
        landing,
        "identities",
        policy,
        derive=lambda frame: fill_filed(fill_from_site(complete(frame), sites.rows), source),
        cross_check=lambda frame: [
            *check_raids(frame, sites.rows, "identities"),
            *check_filed(frame, source),
        ],
    )
    pupils = accept_table(
        landing,
        "pupils",
        policy,
        derive=lambda frame: fill_from_site(complete(frame), sites.rows),
        cross_check=lambda frame: [
            *check_raids(frame, sites.rows, "pupils"),
            *refuse_pupils(frame, source),
        ],
    )
    patrols = accept_table(
        landing,
        "patrols",
        policy,
        derive=lambda frame: number_patrols(complete(frame)),
        cross_check=lambda frame: check_patrols(frame, today),
    )
    tables = {"sites": sites, "identities": identities, "pupils": pupils, "patrols": patrols}
    return _assemble(landing, batch, source, tables)


def _assemble(landing: Landing, batch: str, source: Source, tables: dict[str, Accepted]) -> BatchIntake:
    rejections = join_rejections(
        [*landing.notes, *note_refused(landing.refused), *(table.rejections for table in tables.values())]
    )
    label = pl.lit(batch).alias("batch")
    return BatchIntake(
        sites=SITES.conform(tables["sites"].rows),
        identities=tables["identities"].rows,
        pupils=PUPILS.conform(tables["pupils"].rows),
        patrols=PATROLS.conform(tables["patrols"].rows),
        rejected_rows=REJECTED_ROWS.conform(rejections.with_columns(label)),
        intake_files=INTAKE_FILES.conform(count_files(landing, tables, rejections).with_columns(label)),
        source=source,
    )


def fill_from_site(frame: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Fill what a list of people leaves out because its site says it: raid, date, area.

    The raid is filled only when the batch has exactly one.
    """
    if sites.height == 1:
        frame = frame.with_columns(pl.col("raid_id").fill_null(sites["raid_id"][0]))
    if "raid_date" not in frame.columns:
        return frame
    known = sites.select("raid_id", __date="raid_date", __area="area")
    return (
        frame.join(known, on="raid_id", how="left", maintain_order="left")
        .with_columns(
            raid_date=pl.coalesce("raid_date", "__date"), site_area=pl.coalesce("site_area", "__area")
        )
        .drop("__date", "__area")
    )


def check_sites(sites: pl.DataFrame, today: dt.date) -> list[pl.DataFrame]:
    """Return entries for raids that lie in the future; a source in force today covers all others."""
    return [
        reject_rows(
            sites.filter(pl.col("raid_date") > today), table="sites", rule="raid_is_not_in_the_future",
            reason="“查处日期”在处理日期之后", column="raid_date",
        )
    ]  # fmt: skip


def check_raids(frame: pl.DataFrame, sites: pl.DataFrame, table: str) -> list[pl.DataFrame]:
    """Return entries for rows whose raid isn't among the accepted sites or has another date there."""
    stray = frame.join(sites, on="raid_id", how="anti", maintain_order="left")
    reason = "“查处编号”不在本批次收下的场所之中"
    entries = [reject_rows(stray, table=table, rule="raid_is_known", reason=reason, column="raid_id")]
    if "raid_date" in frame.columns:
        dates = sites.select("raid_id", __date="raid_date")
        joined = frame.join(dates, on="raid_id", how="inner", maintain_order="left")
        other = joined.filter(pl.col("raid_date") != pl.col("__date"))
        reason = "“查处日期”与场所登记的日期不一致"
        entries.append(
            reject_rows(other, table=table, rule="raid_date_agrees", reason=reason, column="raid_date")
        )
    return entries
