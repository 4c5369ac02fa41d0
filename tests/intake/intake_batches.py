"""Reading the batch of `tests.intake_files` on one day, with people who differ from the one in it."""

from __future__ import annotations

import datetime as dt

from tests.intake_files import BATCH, IDENTITY_ROW, POLICY
from tongcha.intake.batch import BatchIntake, read_batch

TODAY = dt.date(2026, 11, 22)
COLUMNS = ("identity_id", "raid_id", "raid_date", "capture", "name", "id_number", "phone", "age", "role")


def read(inbox, batch: str = BATCH) -> BatchIntake:
    return read_batch(inbox, batch, today=TODAY, policy=POLICY)


def identity(**changes: object) -> list[object]:
    return [changes.get(name, value) for name, value in zip(COLUMNS, IDENTITY_ROW, strict=True)]


def assert_rows_add_up(taken: BatchIntake) -> None:
    counts = taken.intake_files
    whole = counts["rows_accepted"] + counts["rows_rejected"] + counts["rows_dropped"]
    assert (counts["rows_read"] == whole).all()
    assert counts["rows_accepted"].sum() == taken.sites.height + taken.identities.height + taken.pupils.height
