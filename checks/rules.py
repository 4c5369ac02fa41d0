"""Rules between tables: what a contract of one table can't say, as data that becomes blocking checks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import dagster as dg
import polars as pl

from assets.office import Office
from checks.scope import read_judged, read_neighbour
from checks.verdict import give_verdict
from tongcha.tables import BY_NAME

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class CrossRule:
    """One rule between tables.

    Attributes:
        name: a positive English sentence in snake case; the check's name.
        table: the table that is wrong when the rule is broken; the check hangs on its asset.
        needs: the other tables that the rule looks at.
        text: the rule as a Chinese sentence.
        find: returns one row per breach, with columns of record numbers only.
        warn_only: a breach is a finding for the bureau and doesn't stop what follows.
    """

    name: str
    table: str
    needs: tuple[str, ...]
    text: str
    find: Callable[[Frames, Office], pl.DataFrame]
    warn_only: bool = False


def build_cross_checks(rules: Iterable[CrossRule]) -> list[dg.AssetChecksDefinition]:
    """Return one asset check per rule."""
    return [_build_check(rule) for rule in rules]


def _build_check(rule: CrossRule) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=rule.table,
        name=rule.name,
        description=rule.text,
        additional_deps=list(rule.needs),
        blocking=not rule.warn_only,
    )
    def judge_rule(
        context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]
    ) -> dg.AssetCheckResult:
        own = read_judged(context, office, BY_NAME[rule.table])
        others = {name: read_neighbour(context, office, BY_NAME[name]) for name in rule.needs}
        culprits = rule.find({rule.table: own, **others}, office)
        return give_verdict(culprits, own.height, warn_only=rule.warn_only)

    return judge_rule


def find_altered_files(listed: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return the outbox files that are missing or differ from their recorded fingerprint: path, sha256."""
    found = [office.fingerprint(path) for path in listed["path"]]
    return listed.select("path", "sha256").filter(
        pl.col("sha256").ne_missing(pl.Series(found, dtype=pl.String))
    )
