"""The verdict on a table's contract, as an asset check tells it: counts and rules, never values."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl

from checks.expectations import Breach
from checks.verdict import write_markdown
from tongcha.tables import Table
from tongcha.tables.predicates import rule_predicates


def name_contract_check(table: Table) -> str:
    """Return the check's name."""
    return f"{table.name}_keeps_its_contract"


def tell_contract(
    table: Table, frame: pl.DataFrame, breaches: Sequence[Breach], page: Path
) -> dg.AssetCheckResult:
    """Return the verdict on a frame as counts and rules, never values; `page` holds the details."""
    metadata: dict[str, dg.MetadataValue] = {
        "核对行数": dg.MetadataValue.int(frame.height),
        "规则数": dg.MetadataValue.int(len(rule_predicates(table)) + 1),
        "未通过的规则数": dg.MetadataValue.int(len(breaches)),
        "核对报告": dg.MetadataValue.path(page),
    }
    if breaches:
        listed = pl.DataFrame([{"规则": b.text, "不符行数": b.rows} for b in breaches])
        metadata["未通过的规则"] = dg.MetadataValue.md(write_markdown(listed))
    return dg.AssetCheckResult(
        passed=not breaches, asset_key=table.name, check_name=name_contract_check(table), metadata=metadata
    )
