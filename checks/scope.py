"""What a check judges: the partition of its run, or everything stored when it runs alone."""

import dagster as dg
import polars as pl

from assets.office import Office
from assets.store import WHOLE
from tongcha.tables import Partition, Table


def read_judged(context: dg.AssetCheckExecutionContext, office: Office, table: Table) -> pl.DataFrame:
    """Return what the run made of the table, even when the store refused it.

    A check that is run by itself has no partition and judges every stored one.
    """
    partitions = list_judged(context, office, table)
    return pl.concat([table.empty(), *(office.tables.read_latest(table, key) for key in partitions)])


def read_neighbour(context: dg.AssetCheckExecutionContext, office: Office, table: Table) -> pl.DataFrame:
    """Return the stored rows of another table that belong to what is judged."""
    partitions = [key for key in list_judged(context, office, table) if office.tables.has(table, key)]
    return pl.concat([table.empty(), *(office.tables.read(table, key) for key in partitions)])


def list_judged(context: dg.AssetCheckExecutionContext, office: Office, table: Table) -> list[str]:
    """Return the partitions of a table that a check's run is about."""
    match table.partition:
        case Partition.WHOLE:
            return [WHOLE]
        case Partition.SNAPSHOT:
            return office.tables.partitions_made(table)[-1:]
        case Partition.BATCH:
            own = [context.partition_key] if context.has_partition_key else None
            return own or office.tables.partitions_made(table)
