"""Reference: the newest registry snapshot, what it changed, and the people that can be matched."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset, declare_assets
from assets.office import Office
from assets.returned import place_returned, tell_senders
from tongcha.intake.returns_sheet import write_rejections
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.diff import diff_snapshots, refuse_shrunken_registry
from tongcha.reference.entries import Linking
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import SnapshotIntake, newest_snapshot, read_snapshot
from tongcha.reference.volume import COUNTED, refuse_shrunken_tables
from tongcha.tables import BY_NAME, reference, reference_findings


@declare_assets("read_reference", reference.READ_TABLES, "读入最新参照快照，与上一快照对照，合成比对库")
def read_reference(office: dg.ResourceParam[Office]) -> tuple[pl.DataFrame, ...]:
    """Read the newest dated folder under inbox/reference and combine its people."""
    policy, snapshot = office.policy(IntakePolicy, "intake"), newest_snapshot(office.inbox)
    with tell_senders(office, "reference", snapshot):
        taken = read_snapshot(office.inbox, snapshot, policy=policy)
    refuse_losses(office, taken)
    combined = combine_people(
        taken.teachers, taken.employment, taken.schools, taken.staff_entries, choose_linking(office)
    )
    made = {
        "people": combined.people,
        "staff_entries": combined.staff_entries,
        "staff_findings": combined.staff_findings,
        "snapshot_changes": diff_snapshots(
            office.tables.read_before(BY_NAME["teachers"], snapshot), taken.teachers
        ),
    }
    names = [table.name for table in reference.READ_TABLES]
    return tuple(made[name] if name in made else getattr(taken, name) for name in names)


def refuse_losses(office: Office, taken: SnapshotIntake) -> None:
    """Stop a snapshot that lost too much of what the one in use holds."""
    snapshot = newest_snapshot(office.inbox)
    teachers = read_standing(office, "teachers", snapshot)
    refuse_shrunken_registry(teachers, taken.teachers, office.policy(IntakePolicy, "intake"))
    stands = {name: read_standing(office, name, snapshot) for name in COUNTED}
    volume = office.policy(ReferencePolicy, "reference").volume
    refuse_shrunken_tables(stands, {name: getattr(taken, name) for name in COUNTED}, volume)


def read_standing(office: Office, name: str, snapshot: str) -> pl.DataFrame:
    """Return what is stored of a table under this date, or else under the one before."""
    table, tables = BY_NAME[name], office.tables
    return (
        tables.read(table, snapshot) if tables.has(table, snapshot) else tables.read_before(table, snapshot)
    )


def choose_linking(office: Office) -> Linking:
    """Return by what staff lists are linked to the registry."""
    lists = office.policy(ReferencePolicy, "reference").staff_lists
    return Linking(lists, office.policy(LinkagePolicy, "linkage"))


@declare_asset(reference_findings.REFERENCE_REJECTION_SHEETS)
def reference_rejection_sheets(
    office: dg.ResourceParam[Office], rejected_reference_rows: pl.DataFrame
) -> pl.DataFrame:
    """Write a workbook per file of the snapshot with rows turned away or values set aside."""
    policy, snapshot = office.policy(IntakePolicy, "intake"), newest_snapshot(office.inbox)
    folder = place_returned(office, "reference", snapshot)
    files = write_rejections(rejected_reference_rows, office.inbox, folder, policy=policy)
    return office.list_files(files, only_in=folder).with_columns(snapshot=pl.lit(snapshot))
