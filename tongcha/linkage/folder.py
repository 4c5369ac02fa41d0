"""The engine on one folder of Parquet tables, without the rest of the house: `tongcha link DIR`.

Its output shape is fixed (DESIGN §4): comparisons with other linkers are run through it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.as_of import employment_as_of
from tongcha.linkage.decisions import decide_links, grade_links
from tongcha.linkage.links import list_links
from tongcha.linkage.scoring import score_pairs
from tongcha.linkage.source import PeopleFrame

if TYPE_CHECKING:
    from pathlib import Path

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
        (
            *("former_name", "sex", "birth_date", "id_number", "phone", "subject", "school_id", "area"),
            "same_person_as",
        ),
    ),
    "schools": (("school_id", "name"), ("former_name", "aliases", "area")),
    "spells": (("teacher_id", "school_id", "start"), ("spell_no", "end", "staff_type", "end_reason")),
}
"""table → columns without which nothing can be linked, columns that help"""
OPTIONAL_TABLES: Final = ("schools", "spells")
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


def link_folder(folder: Path, out: Path, candidates: Path | None, policy: LinkagePolicy) -> dict[str, int]:
    """Link the identities of a folder to its registry and write the best teacher of each.

    Args:
        folder: holds `identities.parquet` and `registry.parquet`; `schools`, `spells` if there are any.
            Identifiers may be whole numbers or text and are given back as they came.
        out: gets one row per identity that has a candidate: identity_id, teacher_id, score (bits),
            probability, decision, rank, margin_bits, in_service, responsible_school_id.
        candidates: gets the same columns for every candidate kept.
        policy: weights, thresholds and caps.

    Returns:
        How many identities were read, and how many fell to each decision.

    Raises:
        InputError: a table or an essential column is missing, or a file can't be read.
    """
    identities, id_type = _as_text(read_table(folder, "identities"), "identity_id")
    registry = read_table(folder, "registry")
    teacher_type = registry.schema["teacher_id"]
    registry = registry.with_columns(pl.col("teacher_id").cast(pl.String))
    schools, school_type = _as_text(read_table(folder, "schools"), "school_id")
    people = PeopleFrame(registry.with_columns(pl.col("school_id").cast(pl.String), person_id="teacher_id"))
    found = _link(identities, people, schools, policy)
    employed = _employ(found, read_table(folder, "spells"), policy)
    typed = employed.select(OUTPUT).with_columns(
        pl.col("identity_id").cast(id_type),
        pl.col("teacher_id").cast(teacher_type),
        pl.col("responsible_school_id").cast(school_type),
    )
    best = typed.filter(pl.col("rank") == 1)
    best.write_parquet(out)
    if candidates is not None:
        typed.write_parquet(candidates)
    return {"identities": identities.height} | {
        decision: int((best["decision"] == decision).sum()) for decision in ("accept", "review", "none")
    }


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read the columns of one table that linkage needs; optional ones that are missing become null.

    Raises:
        InputError: the table or an essential column is missing, or the file can't be read.
    """
    path = folder / f"{name}.parquet"
    needed, helpful = READ[name]
    if not path.is_file() and name in OPTIONAL_TABLES:
        return pl.DataFrame(schema={c: TYPES.get(c, pl.String) for c in (*needed, *helpful)})
    try:
        there = pl.read_parquet_schema(path)
        missing = [column for column in needed if column not in there]
        if missing:
            raise InputError(f"文件 {path.name}", f"缺少必需列 {'、'.join(missing)}", "补齐后重新导出")
        frame = pl.read_parquet(path, columns=[c for c in (*needed, *helpful) if c in there])
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"文件 {path.name}", "不存在或无法读取", "核对文件是否为完整的 Parquet") from error
    return frame.with_columns(
        *(pl.col(c).cast(TYPES[c], strict=False) for c in frame.columns if c in TYPES),
        *(
            pl.lit(None, TYPES.get(column, pl.String)).alias(column)
            for column in helpful
            if column not in frame.columns
        ),
    )


def _as_text(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataType]:
    dtype = frame.schema[column]
    return frame.with_columns(pl.col(column).cast(pl.String)).sort(column), dtype


def _link(
    identities: pl.DataFrame, people: People, schools: pl.DataFrame, policy: LinkagePolicy
) -> pl.DataFrame:
    scored = score_pairs(identities, people, schools, policy)
    return decide_links(grade_links(list_links(scored, identities, policy)), policy)


def _employ(links: pl.DataFrame, spells: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    asked = links.select("person_id", "teacher_id", day="raid_date")
    known = employment_as_of(
        asked,
        spells.with_columns(pl.col("teacher_id", "school_id").cast(pl.String)),
        responsible=policy.responsible,
    )
    return links.join(
        known,
        left_on=["person_id", "raid_date"],
        right_on=["person_id", "day"],
        how="left",
        maintain_order="left",
    )
