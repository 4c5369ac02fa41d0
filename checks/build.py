"""One step of checks per table: its contract, and the rules between it and other tables.

A step per check would be purer and slower: Dagster writes half a dozen events to disk for each.
"""

from collections.abc import Iterable, Iterator

import dagster as dg

from assets.office import Office
from assets.refusal import tell_plainly
from checks.contracts import name_contract_check, tell_contract
from checks.expectations import find_breaches
from checks.report import write_report
from checks.rules import CrossRule, tell_rule
from checks.scope import list_judged, read_judged, read_neighbour
from tongcha.tables import ALL, BY_NAME, Table


def build_checks(rules: Iterable[CrossRule]) -> list[dg.AssetChecksDefinition]:
    """Return the checks of every declared table, so that no table can lack its contract's."""
    own: dict[str, list[CrossRule]] = {table.name: [] for table in ALL}
    for rule in rules:
        own[rule.table].append(rule)
    return [_build_step(table, own[table.name]) for table in ALL]


def _build_step(table: Table, rules: list[CrossRule]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"{table.name}_checks",
        description=f"核对“{table.label}”",
        specs=[_specify_contract(table), *map(_specify_rule, rules)],
    )
    def judge_table(
        context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]
    ) -> Iterator[dg.AssetCheckResult]:
        yield from _judge(context, office, table, rules)

    return judge_table


@tell_plainly()
def _judge(
    context: dg.AssetCheckExecutionContext, office: Office, table: Table, rules: list[CrossRule]
) -> list[dg.AssetCheckResult]:
    frame = read_judged(context, office, table)
    needed = sorted({name for rule in rules for name in rule.needs})
    others = {name: read_neighbour(context, office, BY_NAME[name]) for name in needed}
    breaches = find_breaches(table, frame)
    found = [(rule, rule.find({table.name: frame, **others}, office)) for rule in rules]
    partitions = list_judged(context, office, table)
    page = write_report(office, table, frame, partitions=partitions, breaches=breaches, found=found)
    contract = tell_contract(table, frame, breaches, page)
    return [contract, *(tell_rule(rule, culprits, frame.height) for rule, culprits in found)]


def _specify_contract(table: Table) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name_contract_check(table),
        asset=table.name,
        description=f"“{table.label}”符合声明的列、类型、主键与每条规则。",
        blocking=True,
    )


def _specify_rule(rule: CrossRule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        rule.name,
        asset=rule.table,
        description=rule.text,
        additional_deps=list(rule.needs),
        blocking=not rule.warn_only,
    )
