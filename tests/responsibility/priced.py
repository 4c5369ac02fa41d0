"""What the schools worked by hand answer for, and what it costs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tests.responsibility import hand_worked as world
from tongcha.responsibility.attribution import attribute_schools
from tongcha.responsibility.deductions import compute_deductions

if TYPE_CHECKING:
    from decimal import Decimal

    from tongcha.policy.deductions import DeductionPolicy


def attribute(acts=world.ACTS, *, changes=None, **tables: pl.DataFrame) -> pl.DataFrame:
    given_tables = {
        "identities": world.build_identities(),
        "people": world.build_people(),
        "employment": world.build_employment(),
        "schools": world.build_schools(),
    } | tables
    return attribute_schools(
        confirmed=world.build_confirmed(acts, **(changes or {})),
        policy=world.ROUTING,
        spell_rules=world.LINKAGE.employment,
        **given_tables,
    )


def deduct(
    acts=world.ACTS,
    pupils: pl.DataFrame | None = None,
    reliefs: pl.DataFrame | None = None,
    policy: DeductionPolicy = world.DEDUCTIONS,
) -> pl.DataFrame:
    return compute_deductions(
        school_responsibilities=attribute(acts),
        pupil_schools=world.build_pupil_schools() if pupils is None else pupils,
        sites=world.build_sites(),
        policy=policy,
        reliefs=reliefs,
    )


def totals(deductions: pl.DataFrame) -> dict[str, Decimal]:
    sums = deductions.group_by("school_id").agg(pl.col("points").sum()).sort("school_id")
    return {school: points for school, points in sums.iter_rows() if points != 0}
