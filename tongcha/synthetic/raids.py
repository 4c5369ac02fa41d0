"""Raids of an invented campaign, and what kind of person is met at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.places import Places
    from tongcha.synthetic.shares import FoundShares
    from tongcha.synthetic.spec import WorldSpec

CATEGORIES: Final = (
    "in_service",
    "ex_teacher",
    "hired_later",
    "homonym",
    "contract_staff",
    "student",
    "tutor",
)
IN_SERVICE, EX_TEACHER, HIRED_LATER, HOMONYM, CONTRACT_STAFF, STUDENT, TUTOR = range(7)
LICENCES: Final = ("无照无证", "有照无证", "有照有证")
VARIANTS: Final = ("居民楼内小班", "众筹私教", "家政服务名义", "托管名义", "研学名义", "一对一")
SUBJECT_TYPES: Final = ("学科类", "非学科类", "待鉴定")
SOURCES: Final = ("XF", "RX", "XC", "ZB")
"""Channel codes of tips (letters, hotline, patrol, transferred); never who gave them."""


@dataclass(frozen=True, slots=True)
class Slots:
    """One place per person to be taken down, before it is known who that is.

    Attributes:
        raid: row of the raid.
        day: its day, in days since 1970-01-01.
        city: its city.
        kind: index into `CATEGORIES`.
        part: the part of the registry that the person comes from, or whose names are borrowed.
    """

    raid: NDArray[np.int64]
    day: NDArray[np.int64]
    city: NDArray[np.int64]
    kind: NDArray[np.int64]
    part: NDArray[np.int64]


def draw_sites(rng: np.random.Generator, spec: WorldSpec, places: Places) -> pl.DataFrame:
    """Draw the raided sites as table `sites`, plus `city` (a number); ids follow the dates."""
    span = (spec.last_raid - spec.first_raid).days
    days = [
        spec.first_raid + timedelta(days=int(offset))
        for offset in np.sort(rng.integers(0, span + 1, spec.raids))
    ]
    school = places.draw_schools(rng, spec.raids)
    chance = rng.random((4, spec.raids))
    street = rng.integers(1, 400, (3, spec.raids))
    town = places.schools["name"].str.extract(r"^(.+?市.+?[区县])")[school]
    where = [
        f"{area}澄怀路{no}号{unit % 9 + 1}单元{room}室"
        for area, no, unit, room in zip(town, *street.tolist(), strict=True)
    ]
    number = np.arange(spec.raids)
    return pl.DataFrame(
        {
            "raid_id": [f"R{no + 1:05d}" for no in number],
            "raid_date": days,
            "address": where,
            "area": pl.Series(places.area[school]).cast(pl.String),
            "licence": np.array(LICENCES)[np.searchsorted([0.6, 0.85], chance[0])],
            "variant": np.array(VARIANTS)[(chance[1] * len(VARIANTS)).astype(int)],
            "subject_type": np.array(SUBJECT_TYPES)[np.searchsorted([0.75, 0.92], chance[2])],
            "team": [f"联合执法{no % 5 + 1}组" for no in number],
            "officers": [f"ZF{no % 40 + 101}、ZF{no % 37 + 201}" for no in number],
            "source": np.array(SOURCES)[(chance[3] * len(SOURCES)).astype(int)],
            "city": places.city[school],
        }
    )


def draw_slots(rng: np.random.Generator, spec: WorldSpec, shares: FoundShares, sites: pl.DataFrame) -> Slots:
    """Decide at which raid each person is met and what kind of person it is."""
    weight = rng.gamma(6.0, 1.0, spec.raids)
    raid = np.sort(rng.choice(spec.raids, size=spec.identities, p=weight / weight.sum()))
    kinds = [getattr(shares, name) for name in CATEGORIES[:TUTOR]]
    return Slots(
        raid=raid,
        day=sites["raid_date"].to_physical().to_numpy().astype(np.int64)[raid],
        city=sites["city"].to_numpy()[raid],
        kind=np.searchsorted(np.cumsum(kinds), rng.random(spec.identities), side="right"),
        part=rng.integers(0, spec.teachers, spec.identities) // spec.part_size,
    )


def pick_local(
    rng: np.random.Generator, pool_city: NDArray[np.int64], city: NDArray[np.int64], share_local: float
) -> NDArray[np.int64]:
    """Draw a position in a pool sorted by city for each wanted city; some from anywhere."""
    first = np.searchsorted(pool_city, city, side="left")
    after = np.searchsorted(pool_city, city, side="right")
    local = (after > first) & (rng.random(len(city)) < share_local)
    first, after = np.where(local, first, 0), np.where(local, after, len(pool_city))
    return first + (rng.random(len(city)) * (after - first)).astype(np.int64)


def find_earlier(slots: Slots, slot: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each of these slots, the position of one of the same kind at the city's raid before.

    No position is given twice within a raid. Positions are into `slot`; -1 where there is none.
    """
    raid, city, kind = slots.raid[slot], slots.city[slot], slots.kind[slot]
    order, places = np.lexsort((raid, city, kind)), np.arange(len(slot))
    changes = np.array([values[order][1:] != values[order][:-1] for values in (raid, city, kind)])
    starts = np.concatenate([[True], np.logical_or.reduce(changes)])[: len(slot)]
    start = np.maximum.accumulate(np.where(starts, places, 0))
    start_before = start[np.maximum(start - 1, 0)]
    before = start_before + places - start
    there = (start > 0) & (before < start)
    found = order[np.where(there, before, 0)]
    same = there & (city[found] == city[order]) & (kind[found] == kind[order])
    earlier = np.full(len(slot), -1)
    earlier[order] = np.where(same, found, -1)
    return earlier
