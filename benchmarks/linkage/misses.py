"""Say where the registered people are lost that Tongcha doesn't link, and what was known of them.

    python benchmarks/linkage/misses.py WORLD

WORLD is a folder that `run.py` made. Prints blocking recall, what was decided, and the misses by reason.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import polars as pl  # noqa: E402  the path must be set first

from tongcha.linkage.folder import link_folder  # noqa: E402  the path must be set first
from tongcha.policy.linkage import LinkagePolicy  # noqa: E402  the path must be set first

SURE: Final = 0.0
"""bits: more likely right than wrong"""
AGE_SPAN: Final = 2
"""years that an age given by word of mouth is off without surprise"""
LIES: Final = ("all_false", "false_name", "false_name_of_a_teacher", "false_name_true_phone")
WRONG_NAMES: Final = ("homophone", "lookalike", "missing_char", "swapped_char", "former_name")
HAS_DIGITS: Final = pl.col("id_number").str.contains(r"\d").fill_null(value=False)
REASONS: Final = (
    ("a lie, and no phone of theirs on record", pl.col("is_lie") & ~pl.col("is_phone_known")),
    ("a lie, a phone of theirs on record", pl.col("is_lie")),
    ("another's number", pl.col("kinds").list.contains("others_id")),
    ("surname only, no phone of theirs on record", pl.col("is_alias") & ~pl.col("is_phone_known")),
    ("surname only, a phone of theirs on record", pl.col("is_alias")),
    ("digits of a number taken", HAS_DIGITS),
    ("full name and a phone of theirs on record", pl.col("is_phone_known")),
    ("name taken down wrongly, no phone of theirs", pl.col("is_name_wrong")),
    ("name right, borne by another of that age", pl.col("namesakes") > 0),
    ("name right, nobody else of that age bears it", pl.col("namesakes") == 0),
)
"""the first that holds; names as taken down"""


def main(folder: str) -> None:
    """Link once with all candidates and print the tables."""
    world = Path(folder)
    out = world / "candidates.parquet"
    policy = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    link_folder(world, world / "tongcha.parquet", out, policy)
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    known = truth.select(
        *("identity_id", "teacher_ids"), met_in_service="in_service", met_school="responsible_school_id"
    )
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id")).fill_null(value=False)
    pairs = pl.read_parquet(out).join(known, on="identity_id").with_columns(is_right=right)
    linkable = truth.filter(pl.col("teacher_id").is_not_null())
    met = pl.read_parquet(world / "identities.parquet", columns=["identity_id", "id_number"])
    with_digits = met.filter(HAS_DIGITS)["identity_id"]
    for figure, value in summarise(pairs, truth, linkable, with_digits).items():
        print(f"{figure}: {value:.4f}" if isinstance(value, float) else f"{figure}: {value}")
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=60, tbl_width_chars=160):
        print(sort_misses(pairs, linkable, world))


def summarise(
    pairs: pl.DataFrame, truth: pl.DataFrame, linkable: pl.DataFrame, with_digits: pl.Series
) -> dict[str, float]:
    """Return blocking recall, employment on the raid date and what was decided."""
    right = pairs.filter("is_right")
    accepted = pairs.filter(decision="accept", rank=1)
    found = linkable.join(right, on="identity_id", how="semi")
    rest = linkable.join(accepted.filter("is_right"), on="identity_id", how="anti")
    held = rest.join(right.filter(decision="review"), on="identity_id", how="semi").height
    in_service = linkable.filter("in_service").height
    numbered = linkable.filter(pl.col("identity_id").is_in(with_digits.implode()))
    states = right.filter(rank=1)
    is_wrong = (pl.col("in_service") != pl.col("met_in_service")) | (
        pl.col("in_service").is_not_null() & pl.col("responsible_school_id").ne_missing(pl.col("met_school"))
    )
    return {
        "candidates per identity": pairs.height / truth.height,
        "blocking recall": found.height / linkable.height,
        "blocking recall, ID digits taken": numbered.join(found, on="identity_id", how="semi").height
        / numbered.height,
        "right links": states.height,
        "employment left open": states["in_service"].null_count(),
        "employment or school wrong": states.filter(is_wrong).height,
        "accepted": accepted.height,
        "accepted wrongly": accepted.filter(~pl.col("is_right")).height,
        "in service covered": accepted.filter("is_right", "met_in_service").height / in_service,
        "review pairs per identity": pairs.filter(decision="review").height / truth.height,
        "review holds of the rest": held / rest.height,
        "review holds of the rest found": held / rest.join(right, on="identity_id", how="semi").height,
    }


def sort_misses(pairs: pl.DataFrame, linkable: pl.DataFrame, world: Path) -> pl.DataFrame:
    """Return the misses per reason: not found, found but behind somebody, first but unsure."""
    first = pairs.filter((pl.col("rank") == 1) & (pl.col("score") >= SURE))
    linked = first.filter("is_right")
    behind = pairs.filter("is_right", pl.col("rank") > 1).select("identity_id").unique()
    found = pairs.filter("is_right").select("identity_id").unique()
    missed = describe(linkable.join(linked, on="identity_id", how="anti"), world)
    reason = pl.coalesce(pl.when(holds).then(pl.lit(text)) for text, holds in REASONS)
    ids = pl.col("identity_id")
    return (
        missed.with_columns(
            reason=reason,
            is_found=ids.is_in(found["identity_id"].implode()),
            is_behind=ids.is_in(behind["identity_id"].implode()),
            is_wrong=ids.is_in(first.filter(~pl.col("is_right"))["identity_id"].implode()),
        )
        .group_by("reason")
        .agg(
            misses=pl.len(),
            not_found=(~pl.col("is_found")).sum(),
            behind=pl.col("is_behind").sum(),
            first_but_unsure=(pl.col("is_found") & ~pl.col("is_behind")).sum(),
            linked_wrongly=pl.col("is_wrong").sum(),
        )
        .sort("misses", "reason", descending=[True, False])
    )


def describe(missed: pl.DataFrame, world: Path) -> pl.DataFrame:
    """Add what was known of each: kinds of error, whether a phone leads to them, namesakes of that age."""
    columns = ["identity_id", "name", "id_number", "phone", "age"]
    met = pl.read_parquet(world / "identities.parquet", columns=columns)
    registry = pl.scan_parquet(world / "registry.parquet").select("teacher_id", "name", "phone", "birth_date")
    asked = missed.select("identity_id", "raid_date", "teacher_ids", kinds="error_classes").join(
        met, on="identity_id"
    )
    records = asked.select("identity_id", "phone", teacher_id="teacher_ids").explode("teacher_id")
    reached = records.lazy().join(registry, on=["teacher_id", "phone"], how="semi").collect()
    age = pl.col("raid_date").dt.year() - pl.col("birth_date").dt.year()
    is_other = ~pl.col("teacher_ids").list.contains(pl.col("teacher_id"))
    fits = is_other & ((age - pl.col("age")).abs().fill_null(0) <= AGE_SPAN)
    namesakes = asked.lazy().join(registry, on="name", how="inner").filter(fits).collect()
    counted = namesakes.group_by("identity_id").agg(namesakes=pl.len())
    return asked.join(counted, on="identity_id", how="left").with_columns(
        pl.col("namesakes").fill_null(0),
        is_lie=has(LIES),
        is_alias=has(("alias_only",)),
        is_name_wrong=has(WRONG_NAMES),
        is_phone_known=pl.col("identity_id").is_in(reached["identity_id"].implode()),
    )


def has(kinds: tuple[str, ...]) -> pl.Expr:
    """Whether any of these kinds of error happened."""
    return pl.any_horizontal(pl.col("kinds").list.contains(kind) for kind in kinds)


if __name__ == "__main__":
    main(*sys.argv[1:])
