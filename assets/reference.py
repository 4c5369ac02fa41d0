"""Reference: the newest registry snapshot, and the people that can be matched."""

import dagster as dg
import polars as pl

from assets.declare import declare_assets
from assets.office import Office
from tongcha.policy.intake import IntakePolicy
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import newest_snapshot, read_snapshot
from tongcha.tables import reference


@declare_assets("reference", reference.TABLES, "读入最新参照快照,合成比对库")
def read_reference(office: dg.ResourceParam[Office]) -> tuple[pl.DataFrame, ...]:
    """Read the newest dated folder under inbox/reference and combine its people."""
    policy = office.policy(IntakePolicy, "intake")
    taken = read_snapshot(office.inbox, newest_snapshot(office.inbox), policy=policy)
    combined = combine_people(taken.teachers, taken.employment, taken.staff_entries)
    made = {"people": combined.people, "staff_entries": combined.staff_entries}
    return tuple(made.get(table.name, getattr(taken, table.name, None)) for table in reference.TABLES)
