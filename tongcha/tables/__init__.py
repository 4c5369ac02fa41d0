"""Every table's contract, declared once: asset = table = Parquet folder = view = check prefix.

Great Expectations suites, Dagster column schemas, the data dictionary and the DuckDB views are
generated from these declarations.
"""

from __future__ import annotations

from typing import Final

from tongcha.tables import casebook, intake, linkage, reference, referral, responsibility, review
from tongcha.tables.contract import Column, Partition, Rule, Sensitivity, Stage, Table

ALL: Final[tuple[Table, ...]] = (
    *intake.TABLES,
    *reference.TABLES,
    *linkage.TABLES,
    *review.TABLES,
    *referral.TABLES,
    *responsibility.TABLES,
    *casebook.TABLES,
)
BY_NAME: Final[dict[str, Table]] = {table.name: table for table in ALL}

__all__ = ["ALL", "BY_NAME", "Column", "Partition", "Rule", "Sensitivity", "Stage", "Table"]
