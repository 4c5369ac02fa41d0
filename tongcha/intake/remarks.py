"""Rows that are no records: totals, signatures, repeated headers, exact repeats. Left out and reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.intake.headers import clean_header
from tongcha.intake.landing import FIRST
from tongcha.intake.refusals import PLACE, join_rejections, no_rejections, reject_rows, without_places
from tongcha.tables import BY_NAME

SPACES: Final = r"[\s\u3000\u00a0]+"
if TYPE_CHECKING:
    from tongcha.policy.intake import IntakePolicy

SUMS: Final = ("合计", "小计", "总计", "共计")


REASONS: Final = {
    "blank_row": "没有可取用的内容",
    "footer_row": "合计、填表人等说明行，不是记录",
    "repeated_header": "重复出现的表头",
}


def drop_remarks(text: pl.DataFrame, name: str, policy: IntakePolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the landed tidy rows that may be records, and entries for the others."""
    columns = [c for c in text.columns if c not in (*PLACE, FIRST)]
    # the first character, or a header's own word in a required column, singles out a few rows to look at
    initials = sorted({word[0] for word in policy.footer_words})
    # where even the greatest first cell comes before every initial, no row begins with one
    greatest = str(text[FIRST].max() or "")
    has_initial = (
        pl.col(FIRST).str.head(1).is_in(initials) if greatest >= min(initials, default="") else pl.lit(False)
    )
    words = {c: _header_words(name, c, policy) for c in columns}
    required = [c.name for c in BY_NAME[name].columns if c.required and c.name in columns]
    suspect = text.filter(
        pl.all_horizontal(pl.col(columns).is_null())
        | has_initial
        | pl.any_horizontal(pl.lit(False), *(pl.col(c).is_in(words[c]) for c in required))
    )
    if suspect.is_empty():
        return text.drop(FIRST), no_rejections()
    folded = [pl.col(c).str.replace_all(SPACES, "").is_in(words[c]).fill_null(False) for c in columns]
    # a list whose first column is the post has records that begin with 负责人
    is_word = pl.col(FIRST).is_in([word for word in policy.footer_words if word not in SUMS])
    is_record = is_word & (pl.sum_horizontal(pl.col(columns).is_not_null()) >= policy.header_hits)
    rule = (
        pl.when(pl.all_horizontal(pl.col(columns).is_null()))
        .then(pl.lit("blank_row"))
        .when(pl.col(FIRST).str.contains(_footer_pattern(policy.footer_words)) & ~is_record)
        .then(pl.lit("footer_row"))
        .when(pl.sum_horizontal(folded) >= policy.header_hits)
        .then(pl.lit("repeated_header"))
    )
    judged = suspect.with_columns(rule.alias("__rule"))
    dropped = join_rejections(
        [
            reject_rows(
                judged.filter(pl.col("__rule") == rule),
                table=name,
                rule=rule,
                reason=reason,
                outcome="dropped",
            )
            for rule, reason in REASONS.items()
        ]
    )
    return without_places(text, dropped).drop(FIRST), dropped


def drop_repeats(
    ordered: pl.DataFrame, recurring: pl.DataFrame, name: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows without those that repeat an earlier one of the same table in every value.

    Args:
        ordered: typed rows, sorted by the table's key.
        recurring: those of them whose key occurs more than once (`find_recurring`).
        name: the table.
    """
    values = [c for c in ordered.columns if c not in PLACE]
    repeats = recurring.sort(PLACE).filter(~pl.struct(values).is_first_distinct())
    reason = "与前面某一行完全相同，只收一次"
    dropped = reject_rows(repeats, table=name, rule="exact_repeat", reason=reason, outcome="dropped")
    return without_places(ordered, dropped), dropped


def find_recurring(ordered: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows whose key occurs more than once; the rows must be sorted by the key."""
    same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift(1)) for c in BY_NAME[name].key)
    as_before = ordered.select(same & (pl.int_range(pl.len()) > 0)).to_series()
    if not as_before.any():
        return ordered.clear()
    return ordered.filter(as_before | as_before.shift(-1, fill_value=False))


def _footer_pattern(words: tuple[str, ...]) -> str:
    """Match a word, spaced or not, followed by anything but a Chinese character; sums match as a prefix."""
    ends = r"(?:$|[^\p{Han}])"
    return "^(?:" + "|".join(_spaced(word) + ("" if word in SUMS else ends) for word in words) + ")"


def _spaced(word: str) -> str:
    return r"\s*".join(map(re.escape, word))


def _header_words(name: str, column: str, policy: IntakePolicy) -> list[str]:
    """Return what a column may be called, as written and without spaces."""
    written = (column, BY_NAME[name].column(column).label, *policy.headers.get(name, {}).get(column, ()))
    spaced = (" ".join(word) for word in written)
    return sorted({*written, *map(clean_header, written), *spaced})
