"""One blocking check per table: it keeps its contract. Generated, so that no table can lack one."""

import dagster as dg
import polars as pl

from assets.office import Office
from checks.expectations import find_breaches
from checks.scope import read_judged
from checks.verdict import write_markdown
from tongcha.tables import ALL, Table
from tongcha.tables.predicates import rule_predicates


def build_contract_checks() -> list[dg.AssetChecksDefinition]:
    """Return `<table>_keeps_its_contract` for every declared table."""
    return [_build_check(table) for table in ALL]


def _build_check(table: Table) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table.name,
        name=f"{table.name}_keeps_its_contract",
        description=f"「{table.label}」符合声明的列、类型、主键与每条规则；不符合则后续步骤不再进行。",
        blocking=True,
    )
    def keeps_its_contract(
        context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]
    ) -> dg.AssetCheckResult:
        return judge_contract(table, read_judged(context, office, table))

    return keeps_its_contract


def judge_contract(table: Table, frame: pl.DataFrame) -> dg.AssetCheckResult:
    """Return the verdict on a frame as counts and rules, never values."""
    breaches = find_breaches(table, frame)
    metadata: dict[str, dg.MetadataValue] = {
        "核对行数": dg.MetadataValue.int(frame.height),
        "规则数": dg.MetadataValue.int(len(rule_predicates(table)) + 1),
        "未通过的规则数": dg.MetadataValue.int(len(breaches)),
    }
    if breaches:
        listed = pl.DataFrame([{"规则": b.text, "不符行数": b.rows} for b in breaches])
        metadata["未通过的规则"] = dg.MetadataValue.md(write_markdown(listed))
    return dg.AssetCheckResult(passed=not breaches, metadata=metadata)
