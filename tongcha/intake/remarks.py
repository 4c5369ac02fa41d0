"""Rows that are no records: totals, signatures, repeated headers, exact repeats. Left out and reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.intake.headers import clean_header
from tongcha.intake.landing import FIRST
from tongcha.intake.refusals import PLACE, join_rejections, reject_rows, without_places
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from tongcha.policy.intake import IntakePolicy

SUMS: Final = ("合计", "小计", "总计", "共计")


def drop_remarks(text: pl.DataFrame, name: str, policy: IntakePolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the landed text rows that may be records, and entries for the others."""
    is_footer = pl.col(FIRST).str.strip_chars().str.contains(_footer_pattern(policy.footer_words))
    columns = [c for c in text.columns if c not in (*PLACE, FIRST)]
    is_blank = pl.all_horizontal(pl.col(columns).str.strip_chars().fill_null("") == "")
    flagged = text.with_columns(
        pl.when(is_blank)
        .then(pl.lit("blank_row"))
        .when(is_footer)
        .then(pl.lit("footer_row"))
        .when(_is_header(name, columns, policy))
        .then(pl.lit("repeated_header"))
        .alias("__rule")
    )
    reasons = {
        "blank_row": "没有可取用的内容",
        "footer_row": "合计、填表人等说明行，不是记录",
        "repeated_header": "重复出现的表头",
    }
    dropped = [
        reject_rows(
            flagged.filter(pl.col("__rule") == rule), table=name, rule=rule, reason=reason, outcome="dropped"
        )
        for rule, reason in reasons.items()
    ]
    return flagged.filter(pl.col("__rule").is_null()).drop("__rule", FIRST), join_rejections(dropped)


def drop_repeats(typed: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return typed rows without those that repeat an earlier row of the same table in every value."""
    values = [c for c in typed.columns if c not in PLACE]
    ordered = typed.sort(PLACE)
    repeats = ordered.filter(~pl.struct(values).is_first_distinct())
    reason = "与前面某一行完全相同，只收一次"
    dropped = reject_rows(repeats, table=name, rule="exact_repeat", reason=reason, outcome="dropped")
    return without_places(ordered, dropped), dropped


def _footer_pattern(words: tuple[str, ...]) -> str:
    """Match a word, spaced or not, followed by anything but a Chinese character; sums match as a prefix."""
    ends = r"(?:$|[^\p{Han}])"
    return "^(?:" + "|".join(_spaced(word) + ("" if word in SUMS else ends) for word in words) + ")"


def _spaced(word: str) -> str:
    return r"\s*".join(map(re.escape, word))


def _is_header(name: str, columns: list[str], policy: IntakePolicy) -> pl.Expr:
    """Whether at least as many cells as a header needs repeat a name of their own column."""
    hits = [
        pl.col(column.name)
        .str.replace_all(r"[\s\u3000\u00a0]+", "")
        .is_in(
            [clean_header(w) for w in (column.name, column.label, *policy.headers[name].get(column.name, ()))]
        )
        .fill_null(False)
        for column in BY_NAME[name].columns
        if column.name in columns
    ]
    return pl.sum_horizontal(hits) >= policy.header_hits
