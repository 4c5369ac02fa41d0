"""Reference: the newest registry snapshot, what it changed, and the people that can be matched."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset, declare_assets
from assets.office import Office
from tongcha.intake.returns_sheet import write_rejections
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.diff import diff_snapshots, refuse_shrunken_registry
from tongcha.reference.entries import Linking
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import newest_snapshot, read_snapshot
from tongcha.tables import BY_NAME, reference


@declare_assets("read_reference", reference.READ_TABLES, "读入最新参照快照，与上一快照对照，合成比对库")
def read_reference(office: dg.ResourceParam[Office]) -> tuple[pl.DataFrame, ...]:
    """Read the newest dated folder under inbox/reference and combine its people."""
    policy, snapshot = office.policy(IntakePolicy, "intake"), newest_snapshot(office.inbox)
    taken = read_snapshot(office.inbox, snapshot, policy=policy)
    teachers = BY_NAME["teachers"]
    earlier = office.tables.read_before(teachers, snapshot)
    stands = office.tables.read(teachers, snapshot) if office.tables.has(teachers, snapshot) else earlier
    refuse_shrunken_registry(stands, taken.teachers, policy)
    combined = combine_people(
        taken.teachers, taken.employment, taken.schools, taken.staff_entries, choose_linking(office)
    )
    made = {
        "people": combined.people,
        "staff_entries": combined.staff_entries,
        "staff_findings": combined.staff_findings,
        "snapshot_changes": diff_snapshots(earlier, taken.teachers),
    }
    names = [table.name for table in reference.READ_TABLES]
    return tuple(made[name] if name in made else getattr(taken, name) for name in names)


def choose_linking(office: Office) -> Linking:
    """Return by what staff lists are linked to the registry."""
    lists = office.policy(ReferencePolicy, "reference").staff_lists
    return Linking(lists, office.policy(LinkagePolicy, "linkage"))


@declare_asset(reference.REFERENCE_REJECTION_SHEETS)
def reference_rejection_sheets(
    office: dg.ResourceParam[Office], rejected_reference_rows: pl.DataFrame
) -> pl.DataFrame:
    """Write a workbook per file of the snapshot that had rows turned away, to be sent back."""
    policy, snapshot = office.policy(IntakePolicy, "intake"), newest_snapshot(office.inbox)
    folder = office.outbox / "returned" / "reference" / snapshot
    files = write_rejections(rejected_reference_rows, office.inbox, folder, policy=policy)
    return office.list_files(files, only_in=folder).with_columns(snapshot=pl.lit(snapshot))
