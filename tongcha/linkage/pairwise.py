"""Both sides of each pair beside each other, and the level of every field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.comparison.fields import (
    compare_ages,
    compare_areas,
    compare_births,
    compare_numbers,
    compare_phones,
    compare_sexes,
)
from tongcha.linkage.comparison.names import compare_names
from tongcha.linkage.encoding.codes import I64, Levels, mix
from tongcha.linkage.encoding.sides import hash_text, read_column
from tongcha.linkage.reading.threads import run_together
from tongcha.linkage.schools.claims import (
    Claims,
    compare_schools,
    compare_subjects,
    share_subjects,
    weigh_claims,
)
from tongcha.linkage.weights.ratios import Compared

if TYPE_CHECKING:
    from tongcha.linkage.blocking.scan import Scan
    from tongcha.linkage.encoding.sides import Side
    from tongcha.policy.linkage import LinkagePolicy

NO_SCHOOL: Final = -1


@dataclass(frozen=True, slots=True)
class Sides:
    """Positions of the identity and of the person's record, pair by pair."""

    identity: I64
    record: I64


@dataclass(frozen=True, slots=True)
class Told:
    """What isn't held as numbers.

    Attributes:
        identities: table `identities`.
        claims: the schools that they claim.
        people: records of the people in the pairs.
        schools: table `schools`.
    """

    identities: pl.DataFrame
    claims: Claims
    people: pl.DataFrame
    schools: pl.DataFrame


def compare_pairs(
    met: Side, people: Side, sides: Sides, told: Told, scan: Scan, policy: LinkagePolicy
) -> Compared:
    """Lay both sides beside each other and compare every field.

    Args:
        met: the identities.
        people: the people in the pairs.
        sides: which of them make up each pair.
        told: their claims, schools and subjects.
        scan: how many people use each phone and work in each school.
        policy: which schools fit a claim, what a slip is, and shares that can't be counted.
    """
    taken = run_together(
        {"met": partial(met.take, sides.identity), "person": partial(people.take, sides.record)}
    )
    one, other = taken["met"], taken["person"]
    levels = run_together(
        {
            "name": partial(compare_names, one, other),
            "school": partial(_compare_schools, one, sides, told, policy.school.fits_from),
            "id_number": partial(compare_numbers, one, other, policy.id_number.slip_places),
            "subject": partial(_compare_subjects, sides, told),
            "phone": partial(compare_phones, one, other),
            "birth": partial(compare_births, one, other),
            "age": partial(compare_ages, one, other),
            "sex": partial(compare_sexes, one, other),
            "area": partial(compare_areas, one, other),
        }
    )
    staff = scan.census.staff_of(hash_text(told.schools["school_id"]))
    return Compared(
        sides.identity,
        sides.record,
        one,
        other,
        levels,
        phone_holders=count_holders(met, scan)[sides.identity],
        school_share=weigh_claims(told.claims, staff, policy.school)[sides.identity],
        subject_share=share_subjects(read_column(told.people, "subject"), policy.subject)[sides.record],
    )


def _compare_schools(met: Side, sides: Sides, told: Told, fits_from: float) -> Levels:
    school = locate_schools(told.people, told.schools)[sides.record]
    return compare_schools(sides.identity, met.area, school, told.schools, told.claims, fits_from)


def _compare_subjects(sides: Sides, told: Told) -> Levels:
    claimed, taught = read_column(told.identities, "claimed_subject"), read_column(told.people, "subject")
    return compare_subjects(claimed.gather(sides.identity), taught.gather(sides.record))


def locate_schools(people: pl.DataFrame, schools: pl.DataFrame) -> I64:
    """Return the row in `schools` of each person's school, NO_SCHOOL if it isn't listed."""
    rows = schools.select("school_id").with_row_index("row")
    found = people.select("school_id").join(rows, on="school_id", how="left", maintain_order="left")
    return found["row"].cast(pl.Int64).fill_null(NO_SCHOOL).to_numpy()


def count_holders(met: Side, scan: Scan) -> I64:
    """Return how many people on record, or identities, use each identity's phone (whichever are more)."""
    on_record = scan.count("phone", mix(met.phone.astype(np.uint64)))
    _, at, times = np.unique(met.phone, return_inverse=True, return_counts=True)
    return np.where(met.phone > 0, np.maximum(on_record, times[at]), 1)
