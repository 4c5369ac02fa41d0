"""The engine on one folder of Parquet tables, without the rest of the house: `tongcha link DIR`.

Its output shape is fixed (DESIGN §4): comparisons with other linkers are run through it.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.linkage.as_of import add_hiring, employment_as_of
from tongcha.linkage.blocking.index import MANIFEST, Index, prepare_index
from tongcha.linkage.blocking.listed import read_entries
from tongcha.linkage.decisions import decide_links, grade_links
from tongcha.linkage.links import list_links
from tongcha.linkage.people.source import PeopleAhead, PeopleFile, PeopleFrame
from tongcha.linkage.reading.list_entries import choose_entries, find_entries, match_entries
from tongcha.linkage.reading.tables import (
    IN_MEMORY,
    Reading,
    count_rows,
    read_schema,
    scan_table,
)
from tongcha.linkage.reading.threads import workers
from tongcha.linkage.scoring import compare_candidates, find_candidates, weigh_candidates

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from tongcha.linkage.blocking.listed import Listed
    from tongcha.linkage.people.source import People
    from tongcha.policy.linkage import LinkagePolicy

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
INDEXED: Final = ("registry", "spells", "staff_lists")
FOOTER_BYTES: Final = 65_536
AS_PEOPLE: Final = (
    pl.col("teacher_id").cast(pl.String),
    pl.col("school_id").cast(pl.String),
    pl.col("teacher_id").cast(pl.String).alias("person_id"),
)


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
        How many identities were read, how many of them fell to each decision, and how many have no candidate.

    Raises:
        InputError: a table or an essential column is missing, a file can't be read, the index is stale.
    """
    with Reading.start(folder, is_indexed=index is not None) as reading:
        return link_reading(reading, out, candidates, policy, index, is_prepared=is_prepared)


def link_reading(
    reading: Reading,
    out: Path,
    candidates: Path | None,
    policy: LinkagePolicy,
    index: Path | None,
    *,
    is_prepared: bool = False,
) -> dict[str, int]:
    """As `link_folder`, for a folder that is being read already."""
    if index is not None and not is_prepared and not (index / MANIFEST).is_file():
        prepare_folder(reading.folder, index)
    prepared = None if index is None else Index.load(index, fingerprint_folder(reading.folder))
    identities, id_type = _as_text(reading.identities.result(), "identity_id")
    schools, school_type = _as_text(reading.schools.result(), "school_id")
    people = open_registry(reading.folder, reading) if prepared is None else prepared.people
    list_phones = partial(
        _find_listed, reading, prepared, identities["phone"], schools, policy.school.fits_from
    )
    scan = None if prepared is None else prepared.scan
    found = find_candidates(identities, people, schools, policy, scan, list_phones)
    compared = compare_candidates(found, policy)
    # from here on one core would be idle
    spells = workers().submit(_find_spells, found.people["teacher_id"], reading.folder, prepared)
    scored = weigh_candidates(found, compared, policy)
    links = list_links(scored, identities, policy)
    wanted = pl.col("rank") == 1 if candidates is None else pl.lit(value=True)
    employed = workers().submit(_employ, links.filter(wanted), found.people, spells, policy)
    decided = decide_links(grade_links(links, policy), policy).filter(wanted)
    typed = (
        pl.concat([decided, employed.result()], how="horizontal")
        .select(OUTPUT)
        .with_columns(
            pl.col("identity_id").cast(id_type),
            pl.col("teacher_id").cast(_type_of(reading.folder, "registry", "teacher_id")),
            pl.col("responsible_school_id").cast(school_type),
        )
    )
    best = typed.filter(pl.col("rank") == 1)
    best.write_parquet(out)
    if candidates is not None:
        typed.write_parquet(candidates)
    decided_so = {name: int((best["decision"] == name).sum()) for name in ("accept", "review", "none")}
    without = identities.height - best.height
    return {"identities": identities.height, **decided_so, "without_candidate": without}


def _find_listed(
    reading: Reading, prepared: Index | None, given: pl.Series, schools: pl.DataFrame, fits_from: float
) -> Listed:
    if prepared is not None:
        entries = choose_entries(given, prepared.find_entries(given))
        found = match_entries(entries, prepared.find_namesakes(entries["name"]))
    elif reading.entries is not None:
        found = reading.entries.result()
    else:
        folder = reading.folder
        found = find_entries(given, scan_table(folder, "staff_lists"), scan_table(folder, "registry"))
    return read_entries(found, schools, fits_from)


def prepare_folder(folder: Path, index: Path) -> int:
    """Write the key index of a folder's registry; return how many records it has.

    Args:
        folder: holds `registry.parquet`.
        index: folder that gets the index.

    Raises:
        InputError: the registry or an essential column is missing, or the file can't be read.
    """
    spells, staff = scan_table(folder, "spells"), scan_table(folder, "staff_lists")
    text = spells.with_columns(pl.col("teacher_id").cast(pl.String))
    return prepare_index(open_registry(folder), text, staff, index, fingerprint_folder(folder))


def fingerprint_folder(folder: Path) -> str:
    """Return a fingerprint of the tables that an index stands for.

    It covers the size of each file and its end, where the statistics of the columns lie.
    """
    digest = hashlib.sha256()
    for name in INDEXED:
        path = folder / f"{name}.parquet"
        size = path.stat().st_size if path.is_file() else 0
        digest.update(f"{name} {size}\n".encode())
        if size:
            with path.open("rb") as file:
                file.seek(max(size - FOOTER_BYTES, 0))
                digest.update(file.read())
    return digest.hexdigest()[:32]


def open_registry(folder: Path, reading: Reading | None = None) -> People:
    """Open the registry: in memory if it is small, else part by part.

    Args:
        folder: holds `registry.parquet`.
        reading: the folder as it is being read.

    Raises:
        InputError: the registry or an essential column is missing, or the file can't be read.
    """
    if reading is not None and reading.registry is not None:
        return PeopleAhead.start(reading.registry.result().with_columns(AS_PEOPLE))
    table = scan_table(folder, "registry").with_columns(AS_PEOPLE)
    height = count_rows(table)
    return PeopleFile(table, height) if height > IN_MEMORY else PeopleFrame(table.collect())


def _type_of(folder: Path, table: str, column: str) -> pl.DataType:
    return read_schema(folder / f"{table}.parquet")[column]


def _as_text(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataType]:
    dtype = frame.schema[column]
    return frame.with_columns(pl.col(column).cast(pl.String)).sort(column), dtype


def _employ(
    links: pl.DataFrame, people: pl.DataFrame, spells: Future[pl.DataFrame], policy: LinkagePolicy
) -> pl.DataFrame:
    asked = links.select("person_id", "teacher_id", "twin_id", day="raid_date")
    twins = asked.select("person_id", "day", teacher_id="twin_id").drop_nulls()
    records = pl.concat([asked.select(twins.columns), twins])
    known = spells.result().with_columns(pl.col("school_id").cast(pl.String))
    employed = employment_as_of(add_hiring(records, people), known, policy.employment)
    keys = ["person_id", "raid_date"]
    told = employed.rename({"day": "raid_date"}).drop("spell_of")
    return links.select(keys).join(told, on=keys, how="left", maintain_order="left").drop(keys)


def _find_spells(teachers: pl.Series, folder: Path, prepared: Index | None) -> pl.DataFrame:
    if prepared is not None:
        return prepared.spells.find(teachers)
    table = scan_table(folder, "spells")
    there = table.collect_schema()["teacher_id"]
    asked = teachers.cast(there, strict=False)  # sought as they lie there, so that few rows are read
    found = table.filter(pl.col("teacher_id").is_in(asked.implode())).collect()
    return found.with_columns(pl.col("teacher_id").cast(pl.String))
