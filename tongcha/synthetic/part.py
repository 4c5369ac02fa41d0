"""One part of the world: some of the registry, and those of its people who are met at raids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.synthetic.employment import OPEN, YEAR, draw_births, draw_careers, standing_on
from tongcha.synthetic.meeting import Meetings, meet_teachers
from tongcha.synthetic.population import People, draw_people, place_twins, write_id_numbers
from tongcha.synthetic.raids import CATEGORIES, CONTRACT_STAFF, IN_SERVICE, pick_local
from tongcha.synthetic.registry import (
    SUBJECT_CUMULATIVE,
    SUBJECTS,
    Records,
    dates,
    nullable,
    number_records,
    write_registry,
    write_spells,
)
from tongcha.synthetic.staff_lists import write_staff_lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.employment import Careers
    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.setting import Setting


@dataclass(frozen=True, slots=True)
class Part:
    """Frames of one part.

    Attributes:
        registry: table `registry`.
        spells: table `spells`.
        staff_lists: table `staff_lists`.
        met: people met, one row per filled slot (see `describe_met`).
        donors: registry people whose name, number or phone strangers may turn up with.
    """

    registry: pl.DataFrame
    spells: pl.DataFrame
    staff_lists: pl.DataFrame
    met: pl.DataFrame
    donors: pl.DataFrame


def build_part(setting: Setting, slots: Slots, number: int, rows_before: NDArray[np.int64]) -> Part:
    """Make one part of the registry.

    Args:
        setting: what all parts share.
        slots: places to be filled at the raids.
        number: which part.
        rows_before: rows that each school's staff list has so far (changed).
    """
    spec, shares, places = setting.spec, setting.shares, setting.places
    rng = np.random.default_rng([spec.seed, 1, number])
    records_wanted = min(spec.part_size, spec.teachers - number * spec.part_size)
    doubles = int(round(records_wanted * shares.registry.duplicate))
    people, careers = draw_teachers(rng, setting, records_wanted - doubles, number)
    mine = np.flatnonzero((slots.part == number) & (slots.kind <= CONTRACT_STAFF))
    teachers_met = meet_teachers(rng, places, shares.found, slots, mine, careers)
    subject = np.searchsorted(SUBJECT_CUMULATIVE, rng.random(len(people)) * SUBJECT_CUMULATIVE[-1])
    records = number_records(rng, careers, subject, doubles, number * spec.part_size + 1)
    registry = write_registry(rng, setting, people, careers, records)
    staff_lists, entries, contract_met = list_staff(
        rng, setting, slots, mine, number, (people, careers, subject), rows_before
    )
    met = describe_teachers(slots, teachers_met, people, careers, records, entries)
    return Part(
        registry=registry,
        spells=write_spells(careers, places, records),
        staff_lists=staff_lists,
        met=pl.concat([met, contract_met]),
        donors=sample_donors(rng, setting, slots, people, careers, records, registry),
    )


def draw_teachers(
    rng: np.random.Generator, setting: Setting, count: int, number: int
) -> tuple[People, Careers]:
    """Draw the registered people of one part and their careers."""
    spec, shares, places = setting.spec, setting.shares, setting.places
    birth, left = draw_births(rng, count, setting.snapshot_day, shares.registry.left)
    school = places.draw_schools(rng, count)
    city = places.city[school]
    people = draw_people(
        rng,
        setting.drawer,
        shares.registry,
        birth=birth,
        city=city,
        region=places.draw_birthplaces(rng, city),
        lane=(number, setting.lanes),
    )
    people = place_twins(rng, people, shares.registry.twin, setting.drawer)
    careers = draw_careers(
        rng,
        places,
        shares.employment,
        birth=people.birth,
        left=left,
        school=school,
        snapshot=setting.snapshot_day,
    )
    return people, careers


def describe_met(
    slots: Slots, slot: NDArray[np.int64], people: People, kind: NDArray[np.int64]
) -> pl.DataFrame:
    """Return what is true of the people met, one row per slot.

    Columns: slot, category, woman, birth_date, age (on the day), surname, name, former_name, id_number,
    phone and, for the caller to fill in: person (text, equal for one person met twice), subject,
    true_school_no (row of the school, null if none), teacher_ids, staff_row, in_service, school_no
    (employing school on the day), host_no (school lent to), moved_that_day.
    """
    return pl.DataFrame(
        {
            "slot": slot,
            "category": np.array(CATEGORIES)[kind],
            "woman": people.woman,
            "birth_date": dates(people.birth),
            "age": ((slots.day[slot] - people.birth) / YEAR).astype(np.int64),
            "surname": people.surname,
            "name": people.name,
            "former_name": nullable(people.former),
            "id_number": write_id_numbers(people),
            "phone": pl.Series(people.phone).cast(pl.String),
        }
    ).with_columns(
        pl.lit(None, pl.String).alias("person"),
        pl.lit(None, pl.String).alias("subject"),
        pl.lit(None, pl.Int64).alias("true_school_no"),
        pl.lit([], pl.List(pl.String)).alias("teacher_ids"),
        pl.lit(None, pl.String).alias("staff_row"),
        pl.lit(value=False).alias("in_service"),
        pl.lit(None, pl.Int64).alias("school_no"),
        pl.lit(None, pl.Int64).alias("host_no"),
        pl.lit(value=False).alias("moved_that_day"),
    )


def describe_teachers(
    slots: Slots,
    meetings: Meetings,
    people: People,
    careers: Careers,
    records: Records,
    entries: pl.DataFrame,
) -> pl.DataFrame:
    """Return what is true of the registered people met; `entries` has person_row, staff_row."""
    frame = describe_met(slots, meetings.slot, people.take(meetings.person), slots.kind[meetings.slot])
    standing = standing_on(careers.take(meetings.person), slots.day[meetings.slot])
    subject = np.empty(len(people), dtype="<U8")
    subject[records.person] = np.array(SUBJECTS)[records.subject]
    numbers = number_people(records, meetings.person)
    return (
        frame.with_columns(
            pl.Series("person_row", meetings.person),
            pl.Series("subject", subject[meetings.person]),
            pl.Series(
                "true_school_no",
                np.where(standing.serving, standing.school, careers.latest_school[meetings.person]),
            ),
            pl.Series("in_service", standing.serving),
            known(standing.school).alias("school_no"),
            known(standing.host).alias("host_no"),
            pl.Series("moved_that_day", meetings.moved_that_day),
        )
        .drop("teacher_ids", "staff_row")
        .join(numbers, on="person_row", how="left", maintain_order="left")
        .join(entries, on="person_row", how="left", maintain_order="left")
        .with_columns(pl.col("teacher_ids").list.first().alias("person"))
        .select(frame.columns)
    )


def number_people(records: Records, person: NDArray[np.int64]) -> pl.DataFrame:
    """Return person_row and teacher_ids (the first record first) of these people."""
    return (
        pl.DataFrame(
            {"person_row": records.person, "teacher_ids": records.teacher_id, "doubled": records.doubled}
        )
        .filter(pl.Series(np.isin(records.person, person)))
        .sort("person_row", "doubled", "teacher_ids")
        .group_by("person_row", maintain_order=True)
        .agg("teacher_ids")
    )


def known(numbers: NDArray[np.int64]) -> pl.Series:
    """Return the numbers with null for -1."""
    series = pl.Series(numbers)
    return series.set(series < 0, None)


def list_staff(
    rng: np.random.Generator,
    setting: Setting,
    slots: Slots,
    mine: NDArray[np.int64],
    number: int,
    teachers: tuple[People, Careers, NDArray[np.int64]],
    rows_before: NDArray[np.int64],
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write the part's staff lists, contract staff included.

    Returns:
        Table `staff_lists`; person_row and staff_row of the listed teachers; the contract staff met.
    """
    people, careers, subject = teachers
    shares = setting.shares.staff_lists
    staying = careers.end[np.arange(len(people)), careers.last] == OPEN
    listed = np.flatnonzero(rng.random(len(people)) < np.where(staying, shares.listed, shares.still_listed))
    school, contract = draw_contract_staff(rng, setting, int(len(people) * shares.contract), number)
    contract_subject = rng.integers(0, len(SUBJECTS), len(contract))
    lists = write_staff_lists(
        rng,
        setting,
        people=people.take(listed).join(contract),
        school=np.concatenate([careers.latest_school[listed], school]),
        subject=np.array(SUBJECTS)[np.concatenate([subject[listed], contract_subject])],
        contract=np.arange(len(listed) + len(contract)) >= len(listed),
        rows_before=rows_before,
    )
    staff_row = (
        lists.sort("row").select(pl.format("{}#{}", "list_id", "row_no"))["list_id"].rename("staff_row")
    )
    wanted, chosen = meet_contract_staff(rng, setting, slots, mine, setting.places.city[school])
    met = describe_met(slots, wanted, contract.take(chosen), slots.kind[wanted]).with_columns(
        staff_row[chosen + len(listed)],
        staff_row[chosen + len(listed)].alias("person"),
        pl.Series("subject", np.array(SUBJECTS)[contract_subject[chosen]]),
        pl.Series("true_school_no", school[chosen]),
    )
    entries = pl.DataFrame({"person_row": listed, "staff_row": staff_row.head(len(listed))})
    return lists.drop("row"), entries, met


def draw_contract_staff(
    rng: np.random.Generator, setting: Setting, count: int, number: int
) -> tuple[NDArray[np.int64], People]:
    """Draw the schools and the people of contract staff, whom the registry doesn't know."""
    school = setting.places.draw_schools(rng, count)
    city = setting.places.city[school]
    return school, draw_people(
        rng,
        setting.drawer,
        setting.shares.registry,
        birth=setting.snapshot_day - (rng.uniform(22, 55, count) * YEAR).astype(np.int64),
        city=city,
        region=setting.places.draw_birthplaces(rng, city),
        lane=(setting.spec.parts + number, setting.lanes),
    )


def meet_contract_staff(
    rng: np.random.Generator,
    setting: Setting,
    slots: Slots,
    mine: NDArray[np.int64],
    city: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return slots of contract staff and who stands in them; a slot without anybody is left out."""
    wanted = mine[slots.kind[mine] == CONTRACT_STAFF]
    if not len(city):
        return wanted[:0], wanted[:0]
    order = np.argsort(city, kind="stable")
    chosen = order[pick_local(rng, city[order], slots.city[wanted], setting.shares.found.same_city)]
    once = np.sort(np.unique(chosen, return_index=True)[1])
    return wanted[once], chosen[once]


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
            "donor_name": people.name[person],
            "donor_woman": people.woman[person],
            "donor_birth": dates(people.birth[person]),
            "donor_id": write_id_numbers(people.take(person)),
            "donor_phone": registry["phone"][at],
            "donor_phone_live": live.fill_null(value=False),
            "donor_teacher_id": registry["teacher_id"][at],
        }
    ).sort("city", "donor_teacher_id")
