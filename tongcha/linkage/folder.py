"""The engine on one folder of Parquet tables, without the rest of the house: `tongcha link DIR`.

Its output shape is fixed (DESIGN §4): comparisons with other linkers are run through it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.as_of import employment_as_of
from tongcha.linkage.decisions import decide_pairs
from tongcha.linkage.index import MANIFEST, load_index, prepare_index
from tongcha.linkage.listed import find_listed
from tongcha.linkage.scoring import score_pairs
from tongcha.linkage.source import PeopleFile, PeopleFrame

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tongcha.linkage.blocking import Scan
    from tongcha.linkage.source import People
    from tongcha.policy.linkage import LinkagePolicy

READ: Final = {
    "identities": (
        ("identity_id", "name"),
        (
            *("raid_id", "raid_date", "site_area", "capture", "id_number", "phone", "sex", "age"),
            *("claimed_school", "claimed_subject", "role"),
        ),
    ),
    "registry": (
        ("teacher_id", "name"),
        (*("former_name", "sex", "birth_date", "id_number", "phone", "subject", "school_id", "area"),),
    ),
    "schools": (("school_id", "name"), ("former_name", "aliases", "area")),
    "staff_lists": (("name",), ("area", "phone")),
    "spells": (("teacher_id", "school_id", "start"), ("spell_no", "end", "staff_type", "end_reason")),
}
"""table → columns without which nothing can be linked, columns that help"""
OPTIONAL_TABLES: Final = ("schools", "spells", "staff_lists")
OUTPUT: Final = (
    "identity_id",
    "teacher_id",
    "score",
    "probability",
    "decision",
    "rank",
    "margin_bits",
    "in_service",
    "responsible_school_id",
)
TYPES: Final = {
    "raid_date": pl.Date,
    "birth_date": pl.Date,
    "start": pl.Date,
    "end": pl.Date,
    "age": pl.Int64,
    "spell_no": pl.Int64,
}
IN_MEMORY: Final = 1_500_000
"""a registry of more records is read part by part"""
FOOTER_BYTES: Final = 65_536
PolarsType = pl.DataType | type[pl.DataType]


def link_folder(
    folder: Path,
    out: Path,
    candidates: Path | None,
    policy: LinkagePolicy,
    *,
    index: Path | None = None,
    is_prepared: bool = False,
) -> dict[str, int]:
    """Link the identities of a folder to its registry and write the best teacher of each.

    Args:
        folder: holds `identities.parquet` and `registry.parquet`; `schools`, `spells`,
            `staff_lists` if there are any.
            Identifiers may be whole numbers or text and are given back as they came.
        out: gets one row per identity that has a candidate: identity_id, teacher_id, score (bits),
            probability, decision, rank, margin_bits, in_service, responsible_school_id.
        candidates: gets the same columns for every candidate kept.
        policy: weights, thresholds and caps.
        index: folder of a key index of the registry (`prepare_folder`); later batches then don't read it all.
        is_prepared: whether the index must be there already; else it is written first if it is missing.

    Returns:
        How many identities were read, and how many of them fell to each decision.

    Raises:
        InputError: a table or an essential column is missing, a file can't be read, the index is stale.
    """
    identities, id_type = _as_text(read_table(folder, "identities"), "identity_id")
    schools, school_type = _as_text(read_table(folder, "schools"), "school_id")
    people, scan = _open_people(folder, index, is_prepared=is_prepared)
    records = people.frame.lazy() if isinstance(people, PeopleFrame) else scan_table(folder, "registry")
    listed = find_listed(identities["phone"], scan_table(folder, "staff_lists"), records)
    scored = score_pairs(identities, people, schools, policy, scan, listed)
    links = decide_pairs(scored, identities, policy)
    wanted = links if candidates is not None else links.filter(pl.col("rank") == 1)
    employed = _employ(wanted, folder, policy)
    typed = employed.select(OUTPUT).with_columns(
        pl.col("identity_id").cast(id_type),
        pl.col("teacher_id").cast(_type_of(folder, "registry", "teacher_id")),
        pl.col("responsible_school_id").cast(school_type),
    )
    best = typed.filter(pl.col("rank") == 1)
    best.write_parquet(out)
    if candidates is not None:
        typed.write_parquet(candidates)
    return {"identities": identities.height} | {
        decision: int((best["decision"] == decision).sum()) for decision in ("accept", "review", "none")
    }


def prepare_folder(folder: Path, index: Path) -> int:
    """Write the key index of a folder's registry; return how many records it has.

    Args:
        folder: holds `registry.parquet`.
        index: folder that gets the index.

    Raises:
        InputError: the registry or an essential column is missing, or the file can't be read.
    """
    return prepare_index(open_registry(folder), index, fingerprint_file(folder / "registry.parquet"))


def fingerprint_file(path: Path) -> str:
    """Return a fingerprint of a Parquet file: its size and its end, where the statistics of columns lie."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - FOOTER_BYTES, 0))
        return hashlib.sha256(str(size).encode() + file.read()).hexdigest()[:32]


def _open_people(folder: Path, index: Path | None, *, is_prepared: bool) -> tuple[People, Scan | None]:
    if index is None:
        return open_registry(folder), None
    if not is_prepared and not (index / MANIFEST).is_file():
        prepare_folder(folder, index)
    return load_index(index, fingerprint_file(folder / "registry.parquet"))


def open_registry(folder: Path) -> People:
    """Open the registry: in memory if it is small, else part by part.

    Raises:
        InputError: the registry or an essential column is missing, or the file can't be read.
    """
    table = scan_table(folder, "registry")
    people = table.with_columns(pl.col("teacher_id", "school_id").cast(pl.String)).with_columns(
        person_id="teacher_id"
    )
    height = int(table.select(pl.len()).collect().item())
    return PeopleFile(people, height) if height > IN_MEMORY else PeopleFrame(people.collect())


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read the columns of one table that linkage needs; see `scan_table`."""
    try:
        return scan_table(folder, name).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"文件 {name}.parquet", "无法读取", "核对文件是否为完整的 Parquet") from error


def scan_table(folder: Path, name: str) -> pl.LazyFrame:
    """Open the columns of one table that linkage needs; optional ones that are missing become null.

    Raises:
        InputError: the table or an essential column is missing, or the file can't be read.
    """
    path = folder / f"{name}.parquet"
    needed, helpful = READ[name]
    types = {column: TYPES.get(column, pl.String) for column in (*needed, *helpful)}
    if not path.is_file() and name in OPTIONAL_TABLES:
        return pl.LazyFrame(schema=types)
    try:
        there = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"文件 {path.name}", "不存在或无法读取", "核对文件是否为完整的 Parquet") from error
    missing = [column for column in needed if column not in there]
    if missing:
        raise InputError(f"文件 {path.name}", f"缺少必需列 {'、'.join(missing)}", "补齐后重新导出")
    return pl.scan_parquet(path).select(_conform(column, there, dtype) for column, dtype in types.items())


def _conform(column: str, there: Mapping[str, pl.DataType], dtype: PolarsType) -> pl.Expr:
    if column not in there:
        return pl.lit(None, dtype).alias(column)
    if there[column] == dtype or column.endswith("_id"):
        return pl.col(column)
    if there[column] == pl.String and dtype == pl.Date:
        return pl.col(column).str.to_date(strict=False)
    return pl.col(column).cast(dtype, strict=False)


def _type_of(folder: Path, table: str, column: str) -> pl.DataType:
    return pl.read_parquet_schema(folder / f"{table}.parquet")[column]


def _as_text(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataType]:
    dtype = frame.schema[column]
    return frame.with_columns(pl.col(column).cast(pl.String)).sort(column), dtype


def _employ(links: pl.DataFrame, folder: Path, policy: LinkagePolicy) -> pl.DataFrame:
    asked = links.select("person_id", "teacher_id", "twin_id", day="raid_date")
    twins = asked.select("person_id", "day", teacher_id="twin_id").drop_nulls()
    records = pl.concat([asked.select(twins.columns), twins])
    text = pl.col("teacher_id", "school_id").cast(pl.String)
    wanted = pl.col("teacher_id").is_in(records["teacher_id"].unique().implode())
    spells = scan_table(folder, "spells").with_columns(text).filter(wanted).collect()
    employed = employment_as_of(records, spells, responsible=policy.responsible)
    return links.join(
        employed.rename({"day": "raid_date"}),
        on=["person_id", "raid_date"],
        how="left",
        maintain_order="left",
    )
