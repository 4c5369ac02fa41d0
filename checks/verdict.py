"""How a check speaks: passed or not, how many rows, and at most five culprits by their numbers."""

from typing import Final

import dagster as dg
import polars as pl

SHOWN: Final = 5


def give_verdict(
    culprits: pl.DataFrame, judged: int, *, asset_key: str, check_name: str, warn_only: bool = False
) -> dg.AssetCheckResult:
    """Return the result of a rule between tables.

    Args:
        culprits: one row per breach, columns of record numbers only (never names or values).
        judged: how many rows the rule was applied to.
        asset_key: the table that the rule hangs on.
        check_name: the rule's name.
        warn_only: a breach is reported to the bureau but doesn't stop what follows.
    """
    shown = culprits.head(SHOWN)
    metadata: dict[str, dg.MetadataValue] = {
        "核对行数": dg.MetadataValue.int(judged),
        "不符行数": dg.MetadataValue.int(culprits.height),
    }
    if shown.height:
        metadata["例（至多五条）"] = dg.MetadataValue.md(write_markdown(shown))
    severity = dg.AssetCheckSeverity.WARN if warn_only else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(
        passed=culprits.is_empty(),
        asset_key=asset_key,
        check_name=check_name,
        severity=severity,
        metadata=metadata,
    )


def write_markdown(frame: pl.DataFrame) -> str:
    """Return a small frame as a Markdown table."""
    head = "| " + " | ".join(frame.columns) + " |"
    rule = "|" + " --- |" * frame.width
    rows = ["| " + " | ".join(_write_cell(value) for value in row) + " |" for row in frame.iter_rows()]
    return "\n".join([head, rule, *rows])


def _write_cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "/").replace("\n", " ")
