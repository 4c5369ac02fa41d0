"""White and black lists of institutions as of the raid date, against what was recorded there (002, 003).

A contradiction says that the list or the record is wrong: a question, and of institutions only.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.casebook.addresses import clean_text
from tongcha.tables.intake import LICENCES, UNLICENSED
from tongcha.tables.reference import LISTINGS

WHITE, BLACK = LISTINGS
LICENSED: Final = LICENCES[0]
CATEGORY: Final = "listing_contradiction"
BASES: Final = ("机构编号相同", "许可证号相同", "区划与机构名称相同")
ADVICE: Final = "请核对名单与现场登记哪一个有误"


def find_listing_contradictions(sites: pl.DataFrame, institutions: pl.DataFrame) -> pl.DataFrame:
    """Return one row per site and institution of which list and record contradict each other that day.

    Args:
        sites: table `sites` of all batches.
        institutions: table `institutions`; an entry covers the day it starts on, not the day it ends on.

    Returns:
        The columns of `sites`, and category, case_ref (raid／institution), sentence.
    """
    raid, end = pl.col("raid_date"), pl.col("end")
    dated = _match(sites, institutions).with_columns(
        stands=(pl.col("start") <= raid) & (end.is_null() | (end > raid)),
        is_past=(end <= raid).fill_null(value=False),
    )
    white, black = pl.col("listing") == WHITE, pl.col("listing") == BLACK
    judged = dated.group_by("batch", "raid_id", "listed_id").agg(
        pl.col("licence").first(),
        basis=pl.col("basis").min(),
        white_from=pl.col("start").filter(white & pl.col("stands")).min(),
        black_from=pl.col("start").filter(black & pl.col("stands")).min(),
        white_until=pl.col("end").filter(white & pl.col("is_past")).max(),
    )
    told = judged.with_columns(said=_say()).filter(pl.col("said") != "")
    basis = pl.col("basis").replace_strict(dict(enumerate(BASES)), return_dtype=pl.String)
    sentence = pl.format("{}（{}）。{}", "said", basis, pl.lit(ADVICE))
    return sites.join(
        told.select("batch", "raid_id", "listed_id", sentence=sentence), on=["batch", "raid_id"]
    ).with_columns(category=pl.lit(CATEGORY), case_ref=pl.format("{}／{}", "raid_id", "listed_id"))


def _match(sites: pl.DataFrame, institutions: pl.DataFrame) -> pl.DataFrame:
    """Pair sites with entries of the list by an equal number, licence, or name in the same area."""
    own = sites.select(
        "batch", "raid_id", "raid_date", "licence", "area",
        number=clean_text("institution_id"), title=clean_text("institution_name"),
    )  # fmt: skip
    listed = institutions.select(
        "listing", "start", "end", "area", listed_id="institution_id",
        number=clean_text("institution_id"), permit=clean_text("licence_no"),
        title=clean_text("institution_name"),
    )  # fmt: skip
    pairs = [
        own.join(listed.drop_nulls("number"), on="number"),
        own.join(listed.drop_nulls("permit"), left_on="number", right_on="permit"),
        own.join(listed, on=["area", "title"]),
    ]
    columns = ["batch", "raid_id", "raid_date", "licence", "listed_id", "listing", "start", "end"]
    return pl.concat(
        [pair.select(*columns, basis=pl.lit(place, pl.Int64)) for place, pair in enumerate(pairs)]
    )


def _say() -> pl.Expr:
    """Return what contradicts what, joined; empty where nothing does."""
    licence, white, black = pl.col("licence"), pl.col("white_from"), pl.col("black_from")
    recorded = pl.format("现场登记为“{}”", "licence")
    until = pl.col("white_until")
    parts = [
        pl.when(white.is_not_null() & licence.is_in(UNLICENSED)).then(
            pl.format("查处当日在白名单（{}列入），{}", white.cast(pl.String), recorded)
        ),
        pl.when(black.is_not_null() & (licence == LICENSED)).then(
            pl.format("查处当日在黑名单（{}列入），{}", black.cast(pl.String), recorded)
        ),
        pl.when(white.is_null() & until.is_not_null() & (licence == LICENSED)).then(
            pl.format("已于{}移出白名单，{}", until.cast(pl.String), recorded)
        ),
        pl.when(white.is_not_null() & black.is_not_null()).then(pl.lit("查处当日同时在白名单和黑名单")),
    ]
    return pl.concat_str(parts, separator="；", ignore_nulls=True)
