"""Ask of every registered person whom neither `accept` nor `review` holds: could any linker have found them?

    python benchmarks/linkage/resolvable.py WORLD

WORLD is a folder that `run.py` made. Such a person is compared, without blocking, beside everyone in the
city of the raid and, if too few fit there, beside everyone on record. Another teacher *fits as well* if no
single field (number, name, phone, birth, age, sex, district, school, subject) speaks less for them than for
the person. Whatever weights a linker uses, it can't put the person before those who fit as well but by
luck; whom as many others fit as a reviewer is shown candidates is beyond any linker. Only the missed are
asked: whom `review` holds although five others fit as well (one or two in a province) counts as held.

Some of those within reach gave another name and nothing that leads to them but a school, a subject or an
age. Tongcha proposes nobody under another name for that, so they are told apart. Prints the count per kind
and what `review` holds of those within reach, with and without them, and writes `unresolved.csv` into the
world, one row per person.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "linkage")]

import numpy as np  # noqa: E402  the path must be set first
import polars as pl  # noqa: E402  the path must be set first
from misses import REASONS, describe  # noqa: E402  a neighbour of this script

from tongcha.identity.names import parse_name  # noqa: E402  the path must be set first
from tongcha.linkage.blocking.listed import find_listed  # noqa: E402  the path must be set first
from tongcha.linkage.blocking.scan import Pairs  # noqa: E402  the path must be set first
from tongcha.linkage.folder import link_folder, open_registry  # noqa: E402  the path must be set first
from tongcha.linkage.reading.tables import read_table, scan_table  # noqa: E402  the path must be set first
from tongcha.linkage.scoring import score_pairs  # noqa: E402  the path must be set first
from tongcha.linkage.weights.weigher import FIELDS  # noqa: E402  the path must be set first
from tongcha.policy.linkage import LinkagePolicy  # noqa: E402  the path must be set first

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tongcha.linkage.scoring import Scored

MOST_PAIRS: Final = 1_000_000
"""pairs that are compared at a time"""
AGE_STEPS: Final = (0, 1, 2, 4)
"""years that the levels of age reach, and one more for what is between two birthdays"""


def main(folder: str) -> None:
    """Link, find whom nobody would look at, and count who fits as well as they."""
    world = Path(folder)
    policy = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    link_folder(world, world / "tongcha.parquet", world / "candidates.parquet", policy)
    candidates = pl.read_parquet(world / "candidates.parquet")
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    rest = leave_out(truth.filter(pl.col("teacher_id").is_not_null()), candidates, ["accept"])
    missed = leave_out(rest, candidates, ["review"])
    reason = pl.coalesce(pl.when(holds).then(pl.lit(text)) for text, holds in REASONS)
    counted = describe(missed, world).join(count_equals(missed, world, policy), on="identity_id")
    ranks = policy.decision.review_ranks
    shown = counted.with_columns(reason=reason, is_beyond=pl.col("as_good") >= ranks)
    columns = ("identity_id", "reason", "as_good", "better", "is_beyond")
    shown.select(columns).sort("identity_id").write_csv(world / "unresolved.csv")
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=60, tbl_width_chars=160):
        print(sum_up(shown))
    beyond, held = int(shown["is_beyond"].sum()), rest.height - missed.height
    print(f"not accepted: {rest.height}; held by review: {held}; beyond any linker: {beyond}")
    reach = rest.height - beyond
    refused = shown.filter(~pl.col("is_beyond"), pl.col("is_lie"), ~pl.col("is_phone_known")).height
    print(f"held of all: {held / rest.height:.4f}; of those within reach: {held / reach:.4f}")
    print(
        f"within reach under another name only: {refused}; held of the others: {held / (reach - refused):.4f}"
    )


def leave_out(people: pl.DataFrame, candidates: pl.DataFrame, decisions: list[str]) -> pl.DataFrame:
    """Return those whom none of the decisions holds."""
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id"))
    known = people.select("identity_id", "teacher_ids")
    held = candidates.filter(pl.col("decision").is_in(decisions)).join(known, on="identity_id").filter(right)
    return people.join(held, on="identity_id", how="anti").sort("identity_id")


def sum_up(shown: pl.DataFrame) -> pl.DataFrame:
    """Return per kind: people, those beyond any linker, and how many others fit the median one as well."""
    counts = shown.group_by("reason").agg(
        people=pl.len(), beyond=pl.col("is_beyond").sum(), median_as_good=pl.col("as_good").median()
    )
    return counts.sort("people", "reason", descending=[True, False])


def count_equals(missed: pl.DataFrame, world: Path, policy: LinkagePolicy) -> pl.DataFrame:
    """Return identity_id, as_good (others who fit as well in every field), better (others who weigh more)."""
    identities = read_table(world, "identities").sort("identity_id")
    schools = read_table(world, "schools").sort("school_id")
    registry, people = scan_table(world, "registry"), open_registry(world)
    staff = scan_table(world, "staff_lists")
    listed = find_listed(identities["phone"], staff, registry, schools, policy.school.fits_from)
    columns = ("teacher_id", "name", "sex", "birth_date", "area")
    rows = registry.select(columns).collect().with_row_index("row")
    met = identities.with_row_index("place").select(
        *("place", "identity_id", "name", "sex", "age", "raid_date", "site_area")
    )
    asked = missed.select("identity_id", "teacher_ids").join(met, on="identity_id")

    def count(asked: pl.DataFrame, *, everywhere: bool) -> pl.DataFrame:
        parts = lay_out(asked, rows, everywhere=everywhere)
        return pl.concat(
            compare(score_pairs(identities, people, schools, policy, listed, part), asked, rows)
            for part in parts
        )

    nearby = count(asked, everywhere=False)
    settled = nearby.filter(pl.col("as_good") >= policy.decision.review_ranks)
    return pl.concat([settled, count(asked.join(settled, on="identity_id", how="anti"), everywhere=True)])


def lay_out(asked: pl.DataFrame, rows: pl.DataFrame, *, everywhere: bool) -> Iterator[Pairs]:
    """Yield each identity beside everyone whose sex and age fit as well as the person's, in portions."""
    who: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    whom: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    for person in asked.iter_rows(named=True):
        fits = fits_as_well(person, rows)
        if not everywhere:
            fits &= pl.col("area").str.slice(0, 4) == person["site_area"][:4]
        own = pl.col("teacher_id").is_in(person["teacher_ids"])
        fitting = rows.filter(fits | own)["row"].cast(pl.Int64).to_numpy()
        who.append(np.full(len(fitting), person["place"], np.int64))
        whom.append(fitting)
        if sum(map(len, whom)) > MOST_PAIRS:
            yield Pairs(np.concatenate(who), np.concatenate(whom), {})
            who, whom = [], []
    if whom:
        yield Pairs(np.concatenate(who), np.concatenate(whom), {})


def fits_as_well(person: dict[str, Any], rows: pl.DataFrame) -> pl.Expr:
    """Whether a record's sex, age and surname may fit as well as the person's own; the others can't."""
    own = rows.filter(pl.col("teacher_id").is_in(person["teacher_ids"]))
    fits = pl.lit(value=True)
    if person["sex"] is not None and (own["sex"] == person["sex"]).any():
        fits &= (pl.col("sex") == person["sex"]).fill_null(value=True)
    if person["age"] is not None:
        off = (person["raid_date"].year - pl.col("birth_date").dt.year() - person["age"]).abs()
        furthest = own.select(off.max()).item()
        reach = [step for step in AGE_STEPS if furthest is not None and step >= furthest]
        if reach:
            fits &= (off <= reach[0] + 1).fill_null(value=True)
    told = parse_name(person["name"])
    if told.form == "surname" and own["name"].str.starts_with(told.surname).any():
        fits &= pl.col("name").str.starts_with(told.surname)
    return fits


def compare(scored: Scored, asked: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Count per identity who fits as well as the person in every field, and who weighs more in all."""
    known = asked.select(pl.col("place").cast(pl.Int64), "identity_id", "teacher_ids")
    pairs = pl.DataFrame(
        {"place": scored.pairs.identity, "teacher_id": rows["teacher_id"].gather(scored.pairs.row)}
        | {field: scored.bits[field] for field in FIELDS}
    ).with_columns(weight=pl.sum_horizontal(FIELDS))
    is_right = pl.col("teacher_ids").list.contains(pl.col("teacher_id"))
    joined = pairs.join(known, on="place").with_columns(is_right=is_right)
    best = joined.filter("is_right").sort("weight", "teacher_id").unique("identity_id", keep="last")
    beside = joined.filter(~pl.col("is_right")).join(best, on="identity_id", suffix="_own")
    as_good = pl.all_horizontal(pl.col(field) >= pl.col(f"{field}_own") for field in FIELDS)
    counts = beside.group_by("identity_id").agg(
        as_good=as_good.sum(), better=(pl.col("weight") > pl.col("weight_own")).sum()
    )
    return best.select("identity_id").join(counts, on="identity_id", how="left").fill_null(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
