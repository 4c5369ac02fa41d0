"""After a withdrawal: who holds a paper that is no longer right, and what is wrong with it.

A correction goes to exactly those who got the old paper, as the disclosure records say; what never left
needs none.
"""

from __future__ import annotations

import polars as pl

CORRECTION_COLUMNS = ("recipient_name", "path", "sha256", "change", "sentence")


def list_corrections(*, disclosures: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Return the corrections due: `recipient_name, path, sha256, change, sentence`.

    Args:
        disclosures: what was handed over: `recipient_name, path, sha256`, one row per file and recipient;
            a later version of a path supersedes an earlier one for the same recipient by `seq`.
        standing: the papers that stand now: `path, sha256`.

    Returns:
        One row per recipient and path whose last version handed over isn't the one that stands: `change`
        is `withdrawn` (nothing stands any more) or `replaced` (another version stands).
    """
    held = disclosures.sort("recipient_name", "path", "seq").unique(
        ["recipient_name", "path"], keep="last", maintain_order=True
    )
    now = standing.select("path", current="sha256").unique("path")
    wrong = held.join(now, on="path", how="left").filter(pl.col("sha256").ne_missing(pl.col("current")))
    gone = pl.col("current").is_null()
    return (
        wrong.with_columns(
            change=pl.when(gone).then(pl.lit("withdrawn")).otherwise(pl.lit("replaced")),
            sentence=pl.when(gone)
            .then(pl.lit("此前送达的文书已撤回，请停止使用并退回或者销毁，由此作出的处理请一并更正"))
            .otherwise(pl.lit("此前送达的文书内容有变，请以更正后的为准")),
        )
        .select(CORRECTION_COLUMNS)
        .sort("recipient_name", "path")
    )
