"""One part of the registry: records with their usual faults, spells, and staff lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.synthetic.careers import LENT_KINDS, OPEN, REASONS, RETIRED, SLOTS, Careers
from tongcha.synthetic.confusions import Dice
from tongcha.synthetic.corruption import change_digit, mishear
from tongcha.synthetic.population import (
    ETHNICITIES,
    draw_phones,
    write_id_numbers,
    write_old_id_numbers,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.places import Places
    from tongcha.synthetic.population import People
    from tongcha.synthetic.setting import Setting
    from tongcha.synthetic.shares import WorldShares

STAFF_TYPES: Final = ("在编", "编外", "代课")
PARTIES: Final = ("中共党员", "群众", "共青团员", "民主党派")
POSTS: Final = ("教师", "中层干部", "副校长", "校长")
LAST_OLD_BIRTH: Final = 10_000
"""People born later (1997) never had a 15-digit ID number."""


@dataclass(frozen=True, slots=True)
class Records:
    """Registry records as parallel arrays; two records may be of one person.

    Attributes:
        person: row of the person in this part.
        number: number that `teacher_id` is made of.
        doubled: whether this is a further record of somebody.
        first_spell: first spell column that this record holds.
        after_spell: column after the last that it holds.
        subject: what the person teaches.
    """

    person: NDArray[np.int64]
    number: NDArray[np.int64]
    doubled: NDArray[np.bool_]
    first_spell: NDArray[np.int64]
    after_spell: NDArray[np.int64]
    subject: NDArray[np.str_]

    @property
    def teacher_id(self) -> pl.Series:
        """Teacher numbers as text, T and eight digits."""
        return "T" + pl.Series("teacher_id", self.number).cast(pl.String).str.zfill(8)


def number_records(
    rng: np.random.Generator,
    setting: Setting,
    careers: Careers,
    subject: NDArray[np.str_],
    doubles: int,
    first_number: int,
) -> Records:
    """Give each person a record and `doubles` of them two; numbers are in random order.

    Of the doubled who have moved, some have their spells up to the move in one record and those
    after it in the other; the others have the same spells twice.
    """
    people = len(careers.school)
    again = rng.choice(people, size=doubles, replace=False)
    last = careers.last
    person = np.concatenate([np.arange(people), again])
    after = np.concatenate([last + 1, last[again] + 1])
    first = np.zeros(people + doubles, dtype=np.int64)
    split = (last[again] > 0) & (rng.random(doubles) < setting.shares.registry.duplicate_split)
    after[again[split]] = last[again[split]]
    first[people:][split] = last[again[split]]
    number = first_number + rng.permutation(people + doubles)
    doubled = np.arange(people + doubles) >= people
    order = np.argsort(number)
    return Records(
        person[order], number[order], doubled[order], first[order], after[order], subject[person[order]]
    )


def write_registry(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    careers: Careers,
    records: Records,
) -> pl.DataFrame:
    """Return the records as table `registry`, with stale names, wrong IDs, old phones and the like."""
    shares, places = setting.shares, setting.places
    mine, held = people.take(records.person), careers.take(records.person)
    count = len(mine)
    rows = np.arange(count)
    school = held.school[rows, records.after_spell - 1]
    ended = held.end[rows, records.after_spell - 1] != OPEN
    gone = ended & (rng.random(count) >= shares.registry.left_unmarked)
    retired = held.reason[rows, records.after_spell - 1] == RETIRED
    stale = (mine.former != "") & (rng.random(count) < stale_share(shares))
    name = np.where(stale, mine.former, mine.name)
    dice = Dice(rng)
    slips = np.flatnonzero(records.doubled & (rng.random(count) < shares.registry.duplicate_misspelt))
    name[slips] = [mishear(dice, text, setting.confusions)[0] for text in name[slips].tolist()]
    kind = np.searchsorted([0.88, 0.97], rng.random(count), side="right")
    return pl.DataFrame(
        {
            "teacher_id": records.teacher_id,
            "name": name,
            "former_name": nullable(np.where(stale, "", mine.former)),
            "sex": np.where(mine.woman, "女", "男"),
            "birth_date": dates(mine.birth),
            "id_number": register_id_numbers(rng, shares, mine, records.doubled),
            "phone": register_phones(rng, shares, mine, school, records.doubled),
            "ethnicity": np.where(mine.ethnicity < 0, "维吾尔族", np.array(ETHNICITIES)[mine.ethnicity]),
            "subject": records.subject,
            "school_id": places.school_id[school],
            "area": pl.Series(places.area[school]).cast(pl.String),
            "staff_type": np.array(STAFF_TYPES)[kind],
            "hire_date": dates(held.start[:, 0]),
            "status": np.select([gone & retired, gone], ["退休", "离职"], "在职"),
            "party_member": np.array(PARTIES)[np.searchsorted([0.38, 0.9, 0.97], rng.random(count))],
            "post": np.array(POSTS)[np.searchsorted([0.92, 0.975, 0.99], rng.random(count))],
        }
    )


def stale_share(shares: WorldShares) -> float:
    """Return which share of those with a former name is still registered under it."""
    renamed = shares.registry.name_stale + shares.registry.former_name_known
    return shares.registry.name_stale / renamed if renamed else 0.0


def register_id_numbers(
    rng: np.random.Generator, shares: WorldShares, mine: People, doubled: NDArray[np.bool_]
) -> pl.Series:
    """Return ID numbers as registered: a few with one wrong digit, of 15 digits, or missing."""
    registry = shares.registry
    right, old = write_id_numbers(mine), write_old_id_numbers(mine)
    fault = rng.random(len(mine)) * np.where(doubled, 0.02, 1.0)
    dice = Dice(rng)
    wrong = np.flatnonzero(fault < registry.id_wrong)
    text = right.to_numpy().astype("<U18")
    text[wrong] = [change_digit(dice, number) for number in text[wrong].tolist()]
    below = registry.id_wrong + registry.id_15
    short = (fault >= registry.id_wrong) & (fault < below) & (mine.birth < LAST_OLD_BIRTH)
    missing = (fault >= below) & (fault < below + registry.id_missing)
    return nullable(np.where(missing, "", np.where(short, old.to_numpy().astype("<U15"), text)))


def register_phones(
    rng: np.random.Generator,
    shares: WorldShares,
    mine: People,
    school: NDArray[np.int64],
    doubled: NDArray[np.bool_],
) -> pl.Series:
    """Return phones as registered: some missing, out of date, the school's switchboard, a spouse's."""
    registry, count = shares.registry, len(mine)
    missing, stale, switchboard, spouse, _ = split_by_share(
        rng.random(count) * np.where(doubled, 0.75, 1.0),
        [registry.phone_missing, registry.phone_stale, registry.phone_switchboard, registry.phone_spouse],
    )
    theirs = mine.phone[rng.permutation(count)]
    number = pl.Series(np.select([stale, spouse], [draw_phones(rng, count), theirs], mine.phone))
    desk = "0610-" + pl.Series(60_000_000 + school).cast(pl.String)
    text = number.cast(pl.String).zip_with(~pl.Series(switchboard), desk)
    return text.set(pl.Series(missing), None)


def split_by_share(chance: NDArray[np.float64], shares: list[float]) -> list[NDArray[np.bool_]]:
    """Return one mask per share and one for the rest; every number in [0, 1) falls into exactly one."""
    kind = np.searchsorted(np.cumsum(shares), chance, side="right")
    return [kind == number for number in range(len(shares) + 1)]


def write_spells(careers: Careers, places: Places, records: Records) -> pl.DataFrame:
    """Return the spells of the records as table `spells`, numbered in order of their start."""
    held = careers.take(records.person)
    column = np.arange(SLOTS)
    kept = (
        (held.school >= 0)
        & (column >= records.first_spell[:, None])
        & (column < records.after_spell[:, None])
    )
    row, slot = np.nonzero(kept)
    lent = np.flatnonzero((held.lent > 0) & (records.after_spell == held.last + 1))
    after_pension = held.rehired[row] & (slot == held.last[row])
    school = np.concatenate([held.school[row, slot], held.host[lent]])
    frame = pl.DataFrame(
        {
            "teacher_id": records.teacher_id[np.concatenate([row, lent])],
            "school_id": places.school_id[school],
            "start": np.concatenate([held.start[row, slot], held.lent_start[lent]]),
            "end": np.concatenate([held.end[row, slot], held.lent_end[lent]]),
            "staff_type": np.concatenate(
                [np.where(after_pension, "返聘", "在编"), np.array(LENT_KINDS)[held.lent[lent]]]
            ),
            "end_reason": np.concatenate(
                [
                    np.array(REASONS)[held.reason[row, slot]],
                    np.where(held.lent_end[lent] < OPEN, "期满返回", ""),
                ]
            ),
        }
    )
    return frame.sort("teacher_id", "start", "school_id").select(
        "teacher_id",
        pl.int_range(1, pl.len() + 1).over("teacher_id").alias("spell_no"),
        "school_id",
        pl.col("start").cast(pl.Int32).cast(pl.Date),
        pl.when(pl.col("end") < OPEN).then("end").cast(pl.Int32).cast(pl.Date).alias("end"),
        "staff_type",
        pl.when(pl.col("end_reason") != "").then("end_reason").alias("end_reason"),
    )


def nullable(texts: NDArray[np.str_]) -> pl.Series:
    """Return texts with null for the empty ones."""
    series = pl.Series(texts)
    return series.set(series == "", None)


def dates(days: NDArray[np.int64]) -> pl.Series:
    """Return days since 1970-01-01 as dates."""
    return pl.Series(days).cast(pl.Int32).cast(pl.Date)
