"""Intake: what arrived for a raid batch."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset, declare_assets
from assets.office import Office
from tongcha.casebook.closing import refuse_closed
from tongcha.intake.batch import read_batch
from tongcha.intake.returns_sheet import write_rejections
from tongcha.policy.intake import IntakePolicy
from tongcha.tables import intake


@declare_assets("read_raid_batch", intake.READ_TABLES, "读入一个查处批次的材料，退回不合格的行并写明原因")
def read_raid_batch(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]
) -> tuple[pl.DataFrame, ...]:
    """Read the batch's folder of the inbox."""
    refuse_closed(office.events(), context.partition_key)
    policy = office.policy(IntakePolicy, "intake")
    taken = read_batch(office.inbox, context.partition_key, today=office.today, policy=policy)
    return tuple(getattr(taken, table.name) for table in intake.READ_TABLES)


@declare_asset(intake.REJECTION_SHEETS)
def rejection_sheets(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office], rejected_rows: pl.DataFrame
) -> pl.DataFrame:
    """Write a workbook per file of the batch that had rows turned away, to be sent back."""
    policy, batch = office.policy(IntakePolicy, "intake"), context.partition_key
    refuse_closed(office.events(), batch)
    folder = office.outbox / "returned" / "raids" / batch
    files = write_rejections(rejected_rows, office.inbox, folder, policy=policy)
    return office.list_files(files, only_in=folder).with_columns(batch=pl.lit(batch))
