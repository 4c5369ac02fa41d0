"""Intake: what arrived for a raid batch."""

import dagster as dg
import polars as pl

from assets.declare import declare_assets
from assets.office import Office
from tongcha.intake.batch import read_batch
from tongcha.policy.intake import IntakePolicy
from tongcha.tables import intake


@declare_assets("read_raid_batch", intake.TABLES, "读入一个查处批次的材料，退回不合格的行并写明原因")
def read_raid_batch(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]
) -> tuple[pl.DataFrame, ...]:
    """Read the batch's folder of the inbox."""
    policy = office.policy(IntakePolicy, "intake")
    taken = read_batch(office.inbox, context.partition_key, today=office.today, policy=policy)
    return tuple(getattr(taken, table.name) for table in intake.TABLES)
