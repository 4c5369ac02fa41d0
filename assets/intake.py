"""Intake: what arrived for a raid batch."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset, declare_assets
from assets.office import Office
from assets.returned import place_returned, tell_senders
from tongcha.casebook.closing import refuse_closed
from tongcha.intake.batch import read_batch
from tongcha.intake.raid_numbers import refuse_promoted_list, refuse_reused_numbers
from tongcha.intake.returns_sheet import write_rejections
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.regions import find_known_regions
from tongcha.tables import BY_NAME, intake


@declare_assets(
    "read_raid_batch",
    intake.READ_TABLES,
    "读入一个查处批次的材料，退回不合格的行并写明原因",
    deps=["teachers"],  # tells which regions of ID numbers are known
)
def read_raid_batch(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]
) -> tuple[pl.DataFrame, ...]:
    """Read the batch's folder of the inbox."""
    refuse_closed(office.events(), context.partition_key)
    with tell_senders(office, "raids", context.partition_key):
        taken = read_batch(
            office.inbox,
            context.partition_key,
            today=office.today,
            policy=office.policy(IntakePolicy, "intake"),
            known_regions=read_known_regions(office),
        )
        stored = office.tables.read_all(intake.SITES)
        refuse_reused_numbers(taken.sites, stored)
        refuse_promoted_list(taken.sites, stored)
    return tuple(getattr(taken, table.name) for table in intake.READ_TABLES)


def read_known_regions(office: Office) -> frozenset[str]:
    """Return the regions that the stored registry proves; none before the first snapshot."""
    teachers = BY_NAME["teachers"]
    stored = office.tables.partitions(teachers)
    if not stored:
        return frozenset()
    least = office.policy(ReferencePolicy, "reference").known_region_rows
    return find_known_regions(office.tables.read(teachers, stored[-1])["id_number"], least)


@declare_asset(intake.REJECTION_SHEETS)
def rejection_sheets(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office], rejected_rows: pl.DataFrame
) -> pl.DataFrame:
    """Write a workbook per file of the batch with rows turned away or values set aside, to be sent back."""
    policy, batch = office.policy(IntakePolicy, "intake"), context.partition_key
    refuse_closed(office.events(), batch)
    folder = place_returned(office, "raids", batch)
    files = write_rejections(rejected_rows, office.inbox, folder, policy=policy)
    return office.list_files(files, only_in=folder).with_columns(batch=pl.lit(batch))
