"""One part of the world: some of the registry, and those of its people who are met at raids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.synthetic.employment import draw_births, draw_careers
from tongcha.synthetic.meeting import meet_teachers
from tongcha.synthetic.met import describe_teachers, number_people
from tongcha.synthetic.population import draw_people, place_twins, write_id_numbers
from tongcha.synthetic.raids import CONTRACT_STAFF
from tongcha.synthetic.registry import dates, number_records, write_registry, write_spells
from tongcha.synthetic.staff_lists import list_staff
from tongcha.synthetic.subjects import draw_subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.careers import Careers
    from tongcha.synthetic.population import People
    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.registry import Records
    from tongcha.synthetic.setting import Setting


@dataclass(frozen=True, slots=True)
class Part:
    """Frames of one part.

    Attributes:
        registry: table `registry`.
        spells: table `spells`.
        staff_lists: table `staff_lists`.
        met: people met, one row per filled slot (see `tongcha.synthetic.met`).
        donors: registry people whose name, number or phone others may turn up with.
        listed: staff_row (`list_id#row_no`) and teacher_ids of each registered person on a staff list.
    """

    registry: pl.DataFrame
    spells: pl.DataFrame
    staff_lists: pl.DataFrame
    met: pl.DataFrame
    donors: pl.DataFrame
    listed: pl.DataFrame


def build_part(setting: Setting, slots: Slots, number: int, rows_before: NDArray[np.int64]) -> Part:
    """Make one part of the registry.

    Args:
        setting: what all parts share.
        slots: places to be filled at the raids.
        number: which part.
        rows_before: rows that each school's staff list has so far (changed).
    """
    spec = setting.spec
    rng = np.random.default_rng([spec.seed, 1, number])
    wanted = min(spec.part_size, spec.teachers - number * spec.part_size)
    doubles = round(wanted * setting.shares.registry.duplicate)
    people, careers = draw_teachers(rng, setting, wanted - doubles, number)
    mine = np.flatnonzero((slots.part == number) & (slots.kind <= CONTRACT_STAFF))
    meetings = meet_teachers(rng, setting, slots, mine, careers)
    subject = draw_subjects(rng, len(people))
    first_number = number * spec.part_size + 1
    records = number_records(rng, setting, careers, subject, doubles, first_number)
    registry = write_registry(rng, setting, people, careers, records)
    staff_lists, entries, contract_met = list_staff(
        rng, setting, slots, mine, number, (people, careers, subject), rows_before
    )
    met = describe_teachers(slots, meetings, people, careers, records, entries)
    return Part(
        registry=registry,
        spells=write_spells(careers, setting.places, records),
        staff_lists=staff_lists,
        met=pl.concat([met, contract_met]),
        donors=sample_donors(rng, setting, slots, people, careers, records, registry),
        listed=entries.join(number_people(records, entries["person_row"].to_numpy()), on="person_row").select(
            "staff_row", "teacher_ids"
        ),
    )


def draw_teachers(
    rng: np.random.Generator, setting: Setting, count: int, number: int
) -> tuple[People, Careers]:
    """Draw the registered people of one part and their careers."""
    birth, left = draw_births(rng, setting, count)
    school = setting.places.draw_schools(rng, count)
    people = draw_people(rng, setting, birth=birth, city=setting.places.city[school], lane=number)
    people = place_twins(rng, setting, people)
    return people, draw_careers(rng, setting, birth=people.birth, left=left, school=school)


def sample_donors(
    rng: np.random.Generator,
    setting: Setting,
    slots: Slots,
    people: People,
    careers: Careers,
    records: Records,
    registry: pl.DataFrame,
) -> pl.DataFrame:
    """Return registry people whose data strangers may turn up with, sorted by city.

    Columns: city, donor_name, donor_woman, donor_birth, donor_id, donor_phone (as registered) and
    donor_phone_live (whether the number is still the teacher's).
    """
    wanted = min(len(registry), 2_000 + 3 * len(slots.raid) // setting.spec.parts)
    at = np.sort(rng.choice(len(registry), size=wanted, replace=False))
    person = records.person[at]
    live = registry["phone"][at] == pl.Series(people.phone[person]).cast(pl.String)
    return pl.DataFrame(
        {
            "city": setting.places.city[careers.latest_school[person]],
            "donor_name": registry["name"][at],
            "donor_woman": people.woman[person],
            "donor_birth": dates(people.birth[person]),
            "donor_id": write_id_numbers(people.take(person)),
            "donor_phone": registry["phone"][at],
            "donor_phone_live": live.fill_null(value=False),
            "donor_teacher_id": registry["teacher_id"][at],
        }
    ).sort("city", "donor_teacher_id")
