"""The IO manager: tables go to and come from the table store, and every output tells what it is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.linkage import LINKAGE
from assets.page_one import tell_error_rates
from assets.refusal import tell_plainly
from assets.store import WHOLE
from checks.judging import keeps_contract
from checks.verdict import write_markdown
from tongcha.documents.validation_index import place_index
from tongcha.documents.validation_report import place_report
from tongcha.reference.snapshot import newest_snapshot
from tongcha.review.page_one import TITLE
from tongcha.tables import BY_NAME, Partition, Table

if TYPE_CHECKING:
    import polars as pl

    from assets.office import Office

PREVIEW_ROWS: Final = 8
PAGE_ONE: Final = ("confirmed_links", "referrals", "review_quality")
"""tables whose page in the UI says how often the wrong person was confirmed, as last measured"""


class ParquetTables(dg.IOManager):
    """Stores each output under its contract; a frame that breaks a rule doesn't replace the last good one.

    Args:
        office: the office of the run.
    """

    def __init__(self, office: Office) -> None:
        """Keep the office, and from now on which snapshot this run itself made of which table."""
        self._office = office
        self._made: dict[str, str] = {}

    @tell_plainly()
    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Conform, judge and store one table, and describe it for the UI."""
        table = BY_NAME[context.asset_key.path[-1]]
        frame = table.conform(obj)
        partition = self._partition_written(context, table, frame)
        is_good = keeps_contract(table, frame)
        path = self._office.tables.write(table, partition, frame, is_good=is_good)
        self._made[table.name] = partition
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        context.step_context.set_data_version(context.asset_key, dg.DataVersion(digest))
        context.add_output_metadata(
            {
                "dagster/row_count": frame.height,
                "文件": path.relative_to(self._office.home).as_posix(),
                "已入库": is_good,
                "核对报告": dg.MetadataValue.path(place_report(self._office.outbox, table, partition)),
                "核对总览": dg.MetadataValue.path(place_index(self._office.outbox)),
                "预览（仅公开列）": dg.MetadataValue.md(preview(table, frame)),
                **self._office.provenance,
                **({"参照快照": partition} if table.partition is Partition.SNAPSHOT else {}),
                **({TITLE: "".join(tell_error_rates(self._office.tables))} if table.name in PAGE_ONE else {}),
            }
        )

    @tell_plainly()
    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Return the stored table that a downstream asset asked for."""
        table = BY_NAME[context.asset_key.path[-1]]
        tables = self._office.tables
        match table.partition:
            case Partition.WHOLE:
                return tables.read(table, WHOLE)
            case Partition.SNAPSHOT:
                return tables.read(table, self._made.get(table.name) or self._snapshot_for(context))
            case Partition.BATCH if context.has_partition_key:
                return tables.read(table, context.partition_key)
            case _:
                return tables.read_all(table)

    def _partition_written(self, context: dg.OutputContext, table: Table, frame: pl.DataFrame) -> str:
        match table.partition:
            case Partition.WHOLE:
                return WHOLE
            case Partition.SNAPSHOT:
                return str(frame["snapshot"][0]) if frame.height else newest_snapshot(self._office.inbox)
            case Partition.BATCH:
                return context.partition_key

    def _snapshot_for(self, context: dg.InputContext) -> str:
        """Linkage reads the newest complete snapshot; what follows in a batch, the one it was linked to.

        What is itself made per snapshot reads the one being taken in: a run that is repeated from where it
        failed reads what the first one stored.
        """
        own = BY_NAME.get(context.op_def.name)
        if own is not None and own.partition is Partition.SNAPSHOT:
            return newest_snapshot(self._office.inbox)
        tables, links = self._office.tables, BY_NAME["candidate_links"]
        if context.has_partition_key and context.op_def.name != LINKAGE:
            proposed = tables.read(links, context.partition_key)
            if proposed.height:
                return str(proposed["snapshot"][0])
        return tables.current_snapshot()


@dg.io_manager(required_resource_keys={"office"}, description="每表每分区一个 Parquet 文件")
def store_tables(context: dg.InitResourceContext) -> ParquetTables:
    """Build the IO manager over the run's office."""
    return ParquetTables(context.resources.office)


def preview(table: Table, frame: pl.DataFrame) -> str:
    """Return the first rows of the open columns, with Chinese headers, as Markdown."""
    labels = {name: table.column(name).label for name in table.open_columns}
    return write_markdown(frame.select(table.open_columns).head(PREVIEW_ROWS).rename(labels))
