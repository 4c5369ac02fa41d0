"""Which school each pupil met belongs to. Only counts go further; names stay in the table `pupils`."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from tongcha.identity.schools import resolve_schools
from tongcha.tables.responsibility import PUPIL_SCHOOLS

if TYPE_CHECKING:
    from tongcha.policy.intake import SchoolNameLimits


def place_pupils(
    *,
    pupils: pl.DataFrame,
    schools: pl.DataFrame,
    sites: pl.DataFrame,
    key: bytes,
    school_names: SchoolNameLimits,
) -> pl.DataFrame:
    """Return the table `pupil_schools`: one row per pupil met, without a name.

    `pupil_key` is the same for the same name, grade and school wherever met, so a pupil met in two raids
    is counted once. Namesakes in one grade of one school are counted once as well: the doubt favours the
    school. A pupil without a name can't be verified and stays `unknown`. In a closed batch the names are
    gone and the keys that were counted by stand in the table `pupils` itself.

    Args:
        pupils: table `pupils` of all batches.
        schools: table `schools`.
        sites: table `sites` of all batches; its area says in which district to look for the school.
        key: secret of the deployment; without it a key could be guessed from a class list.
        school_names: when a written school counts as one of the directory; of policy/intake.yaml.
    """
    met = pupils.join(
        sites.select("batch", "raid_id", "area").unique(
            ["batch", "raid_id"], keep="first", maintain_order=True
        ),
        on=["batch", "raid_id"],
        how="left",
    )
    settled = _settle_schools(met, schools, school_names)
    met = met.with_columns(is_named=pl.col("name").is_not_null() | pl.col("pupil_key").is_not_null())
    placed = met.join(settled, on=["school_written", "area"], how="left", nulls_equal=True).with_columns(
        state=pl.when(~pl.col("is_named") | pl.col("candidates").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("school_id").is_null())
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("resolved"))
    )
    keys = [row["pupil_key"] or _digest_pupil(row, key) for row in placed.iter_rows(named=True)]
    return PUPIL_SCHOOLS.conform(
        placed.with_columns(
            pl.Series("pupil_key", keys, dtype=pl.String),
            school_id=pl.when(pl.col("state") == "resolved").then("school_id"),
        ).select(PUPIL_SCHOOLS.schema.names())
    )


def _settle_schools(met: pl.DataFrame, schools: pl.DataFrame, limits: SchoolNameLimits) -> pl.DataFrame:
    """Return per written name and area: the settled school, and whether there were candidates at all."""
    written = (
        met.select("school_written", "area")
        .drop_nulls("school_written")
        .unique()
        .sort("school_written", "area")
    )
    ranked = resolve_schools(written, schools, limits=limits)
    return ranked.group_by("school_written", "area").agg(
        candidates=pl.col("school_id").drop_nulls().len().replace(0, None),
        school_id=pl.col("school_id").filter(pl.col("is_settled") & (pl.col("rank") == 1)).min(),
    )


def _digest_pupil(row: dict[str, object], key: bytes) -> str:
    if row["name"] is None:
        facts: tuple[object, ...] = ("unnamed", row["batch"], row["raid_id"], row["pupil_no"])
    else:
        school = row["school_id"] or f"{row['area']}/{row['school_written']}"
        facts = (school, _clean(str(row["name"])), _clean(str(row["grade"] or "")))
    text = "\x1f".join(str(fact) for fact in facts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _clean(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
