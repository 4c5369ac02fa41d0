"""Filed staff (清查兼职): what a firm's own list can and can't claim.

Nobody was met and no police officer read a card, so such a batch may not carry the words that say so:
the strength of evidence follows from the lawful source, never from what a cell says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.intake.refusals import reject_rows
from tongcha.tables.intake import FILED_GROUND

if TYPE_CHECKING:
    from tongcha.intake.source import Source

TYPED: Final = "typed"
"""A filed number was typed by a clerk of the firm: that is how it errs."""
FILLED: Final = frozenset({"capture"})


def fill_filed(identities: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Fill an empty `capture` of filed staff and say in `ground` that nobody checked; raids stay."""
    if not source.is_filed:
        return identities
    return identities.with_columns(
        capture=pl.col("capture").fill_null(TYPED),
        ground=pl.concat_str(pl.lit(FILED_GROUND), "ground", separator="；", ignore_nulls=True),
    )


def check_filed(identities: pl.DataFrame, source: Source) -> list[pl.DataFrame]:
    """Return entries for filed staff that claim a card read or a police check on the spot."""
    if not source.is_filed:
        return []
    claims = {
        "capture": (pl.col("capture") == "card", "清查兼职批次是备案名单，没有现场读卡"),
        "checked_by": (pl.col("checked_by").is_not_null(), "清查兼职批次是备案名单，没有民警现场核验"),
    }
    return [
        reject_rows(
            identities.filter(claimed),
            table="identities",
            rule=f"filed_{column}_is_not_claimed",
            reason=f"{reason}；确有现场核验的，请另作现场查处批次报送",
            column=column,
        )
        for column, (claimed, reason) in claims.items()
    ]


def refuse_pupils(pupils: pl.DataFrame, source: Source) -> list[pl.DataFrame]:
    """Return entries for pupils in a batch of filed staff: none was met, and a firm's roll isn't wanted."""
    if not source.is_filed:
        return []
    reason = "清查兼职批次是备案名单，不收学生信息；请勿报送"
    return [reject_rows(pupils, table="pupils", rule="filed_batch_has_no_pupils", reason=reason)]
