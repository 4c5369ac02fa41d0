"""Phones on the schools' own staff lists: often newer than the registry's, and a second way to a teacher.

Only list entries whose phone somebody met has given are looked at. An entry belongs to the one registry
record of its name and district if the list is of its school, or the last places of the number are told; if
several or none bear them, or several entries share the phone, it tells nothing. So who is on a list only
doesn't lend a namesake on record a phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.linkage.encoding.values import read_phones
from tongcha.linkage.reading.list_entries import find_entries
from tongcha.linkage.schools.fits import clean_claims, name_schools, read_as

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64


@dataclass(frozen=True, slots=True)
class Listed:
    """Phones that staff lists give for people on record; `row` ascends.

    Attributes:
        row: row of the person.
        phone: the phone on the list.
    """

    row: I64
    phone: I64

    def phone_of(self, rows: I64) -> I64:
        """Return the listed phone of each row, 0 if there is none."""
        if not len(self.row):
            return np.zeros(len(rows), np.int64)
        at = np.minimum(np.searchsorted(self.row, rows), len(self.row) - 1)
        return np.where(self.row[at] == rows, self.phone[at], 0)


def find_listed(
    given: pl.Series, staff: pl.LazyFrame, people: pl.LazyFrame, schools: pl.DataFrame, fits_from: float
) -> Listed:
    """Find the people on record to whom staff lists give a phone that somebody met has given.

    Args:
        given: phones of the people met, as written.
        staff: staff lists, see `find_entries`.
        people: people on record in their order of rows, see `find_entries`.
        schools: school_id, name, former_name, aliases, area.
        fits_from: as in `fit_letters`.
    """
    return read_entries(find_entries(given, staff, people), schools, fits_from)


def read_entries(found: pl.DataFrame, schools: pl.DataFrame, fits_from: float) -> Listed:
    """Return those that `match_entries` found whose school or last places are the record's, as numbers."""
    sure = found.filter(found["is_tail"] | _is_of_school(found, schools, fits_from))
    return Listed(sure["row"].to_numpy(), read_phones(sure["phone"]))


def _is_of_school(found: pl.DataFrame, schools: pl.DataFrame, fits_from: float) -> pl.Series:
    """Whether each list, as it is called, is one of the record's school."""
    theirs = schools.join(found.select("school_id").unique(), on="school_id", how="semi")
    rows = theirs.select("school_id").with_row_index("school")
    school = found.join(rows, on="school_id", how="left", maintain_order="left")["school"].cast(pl.Int64)
    reading = read_as(clean_claims(found["school_written"]), name_schools(theirs))
    known = school.is_not_null().arg_true().to_numpy()
    fits = np.zeros(found.height, np.bool_)
    fits[known] = reading.fit_pairwise(known, school.drop_nulls().to_numpy(), fits_from)
    return pl.Series(fits)


def list_phones(staff_entries: pl.DataFrame, people: pl.DataFrame) -> Listed:
    """Return the phones that resolved list entries give for the people.

    Args:
        staff_entries: table `staff_entries`, whose teacher_id names the person's record.
        people: table `people` in the order of its rows.
    """
    rows = people.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), teacher_id="person_id")
    known = staff_entries.select("teacher_id", "phone").drop_nulls().unique()
    entries = known.filter(pl.len().over("phone") == 1, pl.len().over("teacher_id") == 1)
    found = entries.join(rows, on="teacher_id").sort("row")
    return Listed(found["row"].to_numpy(), read_phones(found["phone"]))
