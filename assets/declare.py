"""How a table's contract becomes a Dagster asset: name, group, description and column schema."""

from collections.abc import Callable, Mapping, Sequence
from types import GenericAlias
from typing import Any, Final

import dagster as dg
import polars as pl

from assets.refusal import tell_plainly
from tongcha.tables import Column, Partition, Table

RAIDS: Final = dg.DynamicPartitionsDefinition(name="raid_batch")
"""One partition per raid batch, named as its folder in the inbox."""
Decorator = Callable[[Callable[..., Any]], dg.AssetsDefinition]
IO_MANAGER: Final = "tables"


def declare_asset(table: Table, *, deps: Sequence[str] = ()) -> Decorator:
    """Return a decorator that turns a function returning the table's frame into its asset."""
    decorate: Decorator = dg.asset(
        name=table.name,
        group_name=table.stage.value,
        description=describe_table(table),
        metadata=describe_columns(table),
        io_manager_key=IO_MANAGER,
        partitions_def=RAIDS if table.partition is Partition.BATCH else None,
        kinds={"polars", "parquet"},
        deps=list(deps),
    )
    return lambda function: decorate(tell_plainly()(function))


def declare_assets(
    name: str, tables: Sequence[Table], description: str, *, deps: Sequence[str] = ()
) -> Decorator:
    """Return a decorator for a function that reads once and returns several tables as a tuple."""

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        frames = (pl.DataFrame,) * len(tables)
        function.__annotations__["return"] = GenericAlias(tuple, frames)  # Dagster counts the entries
        return dg.multi_asset(
            name=name,
            description=description,
            deps=list(deps),
            partitions_def=RAIDS if tables[0].partition is Partition.BATCH else None,
            outs={
                table.name: dg.AssetOut(
                    group_name=table.stage.value,
                    description=describe_table(table),
                    metadata=describe_columns(table),
                    io_manager_key=IO_MANAGER,
                    kinds={"polars", "parquet"},
                )
                for table in tables
            },
        )(tell_plainly()(function))

    return decorate


def describe_table(table: Table) -> str:
    """Return the Chinese description that the UI shows; plain, because its lists show Markdown as it is."""
    return f"{table.label}：{table.meaning}"


def describe_columns(table: Table) -> Mapping[str, dg.TableSchema]:
    """Return the column schema as Dagster metadata."""
    columns = [_describe_column(column, column.name in table.key) for column in table.columns]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _describe_column(column: Column, is_key: bool) -> dg.TableColumn:  # noqa: FBT001 - one private caller
    return dg.TableColumn(
        name=column.name,
        type=str(column.dtype),
        description=f"{column.label}：{column.meaning}" if column.meaning else column.label,
        tags={"sensitivity": column.sensitivity.value, **({"key": "yes"} if is_key else {})},
        constraints=dg.TableColumnConstraints(nullable=not column.required),
    )
