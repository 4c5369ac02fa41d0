"""Rules between tables: what a contract of one table can't say, as data that becomes asset checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dagster as dg
import polars as pl

from assets.office import Office
from checks.verdict import give_verdict

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


def tell_rule(rule: CrossRule, culprits: pl.DataFrame, judged: int) -> dg.AssetCheckResult:
    """Return the verdict of one rule: counts and at most five culprits by their numbers."""
    return give_verdict(
        culprits,
        judged,
        asset_key=rule.table,
        check_name=rule.name,
        warn_only=rule.warn_only,
    )


def find_altered_files(listed: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return the outbox files that are missing or differ from their recorded fingerprint: path, sha256."""
    found = [office.fingerprint(path) for path in listed["path"]]
    return listed.select("path", "sha256").filter(
        pl.col("sha256").ne_missing(pl.Series(found, dtype=pl.String))
    )
