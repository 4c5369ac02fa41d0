"""One part of the world: some of the registry, and those of its people who are met at raids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.synthetic.employment import OPEN, draw_births, draw_careers, standing_on
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
    registry = write_registry(rng, shares, places, setting.confusions, people, careers, records)
    met = describe_teachers(setting, slots, teachers_met, people, careers, records)
    staff_lists, contract_met = list_staff(
        rng, setting, slots, mine, number, (people, careers, subject), rows_before
    )
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
        lane=(number, 2 * spec.parts + 1),
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
    setting: Setting, slots: Slots, slot: NDArray[np.int64], people: People, kind: NDArray[np.int64]
) -> pl.DataFrame:
    """Return what is true of the people met: one row per slot, with columns

    slot, category, woman, birth, surname, name, former_name, id_number, phone, and, to be filled in
    by those who know: person (text), subject, claimed_school_no (row of the true school, or null),
    teacher_ids, staff_row, in_service, school_no, host_no, moved_that_day.
    """
    days = slots.day[slot]
    return pl.DataFrame(
        {
            "slot": slot,
            "category": np.array(CATEGORIES)[kind],
            "woman": people.woman,
            "birth_date": dates(people.birth),
            "age": ((days - people.birth) / 365.25).astype(np.int64),
            "surname": people.surname,
            "name": people.name,
            "former_name": nullable(people.former),
            "id_number": write_id_numbers(people),
            "phone": pl.Series(people.phone).cast(pl.String),
            "person": pl.Series([None] * len(slot), dtype=pl.String),
            "subject": pl.Series([None] * len(slot), dtype=pl.String),
            "true_school_no": pl.Series([None] * len(slot), dtype=pl.Int64),
            "teacher_ids": pl.Series([[] for _ in slot], dtype=pl.List(pl.String)),
            "staff_row": pl.Series([None] * len(slot), dtype=pl.String),
            "in_service": np.zeros(len(slot), dtype=bool),
            "school_no": pl.Series([None] * len(slot), dtype=pl.Int64),
            "host_no": pl.Series([None] * len(slot), dtype=pl.Int64),
            "moved_that_day": np.zeros(len(slot), dtype=bool),
        }
    )


def describe_teachers(
    setting: Setting, slots: Slots, meetings: Meetings, people: People, careers: Careers, records: Records
) -> pl.DataFrame:
    """Return what is true of the registered people met."""
    frame = describe_met(
        setting, slots, meetings.slot, people.take(meetings.person), slots.kind[meetings.slot]
    )
    standing = standing_on(careers.take(meetings.person), slots.day[meetings.slot])
    numbers = (
        pl.DataFrame({"row": records.person, "teacher_id": records.teacher_id, "doubled": records.doubled})
        .filter(pl.col("row").is_in(meetings.person.tolist()))
        .sort("row", "doubled", "teacher_id")
        .group_by("row", maintain_order=True)
        .agg(pl.col("teacher_id").alias("teacher_ids"))
    )
    subject = np.empty(len(people), dtype="<U8")
    subject[records.person] = np.array(SUBJECTS)[records.subject]
    last_school = careers.latest_school[meetings.person]
    return (
        frame.with_columns(
            pl.Series("row", meetings.person),
            pl.Series("subject", subject[meetings.person]),
            pl.Series("true_school_no", np.where(standing.serving, standing.school, last_school)),
            pl.Series("in_service", standing.serving),
            known(standing.school).alias("school_no"),
            known(standing.host).alias("host_no"),
            pl.Series("moved_that_day", meetings.moved_that_day),
        )
        .drop("teacher_ids")
        .join(numbers, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("teacher_ids").list.first().alias("person"))
        .select(frame.columns)
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
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the part's staff lists, contract staff included; return them and the contract staff met."""
    people, careers, subject = teachers
    spec, shares, places = setting.spec, setting.shares.staff_lists, setting.places
    staying = careers.end[np.arange(len(people)), careers.last] == OPEN
    listed = np.flatnonzero(rng.random(len(people)) < np.where(staying, shares.listed, shares.still_listed))
    count = int(len(people) * shares.contract)
    school = places.draw_schools(rng, count)
    contract = draw_people(
        rng,
        setting.drawer,
        setting.shares.registry,
        birth=setting.snapshot_day - (rng.uniform(22, 55, count) * 365.25).astype(np.int64),
        city=places.city[school],
        region=places.draw_birthplaces(rng, places.city[school]),
        lane=(spec.parts + number, 2 * spec.parts + 1),
    )
    contract_subject = rng.integers(0, len(SUBJECTS), count)
    lists = write_staff_lists(
        rng,
        shares,
        places,
        setting.confusions,
        people=people.take(listed).join(contract),
        school=np.concatenate([careers.latest_school[listed], school]),
        subject=np.array(SUBJECTS)[np.concatenate([subject[listed], contract_subject])],
        contract=np.arange(len(listed) + count) >= len(listed),
        rows_before=rows_before,
    )
    wanted = mine[slots.kind[mine] == CONTRACT_STAFF]
    order = np.argsort(places.city[school], kind="stable")
    chosen = (
        order[pick_local(rng, places.city[school][order], slots.city[wanted], setting.shares.found.same_city)]
        if count
        else np.array([], dtype=np.int64)
    )
    once = np.sort(np.unique(chosen, return_index=True)[1])
    wanted, chosen = wanted[once], chosen[once]
    rows = lists.select(
        "row", (pl.col("list_id") + "#" + pl.col("row_no").cast(pl.String)).alias("staff_row")
    )
    met = describe_met(setting, slots, wanted, contract.take(chosen), slots.kind[wanted])
    met = (
        met.with_columns(
            pl.Series("row", chosen + len(listed)),
            pl.Series("subject", np.array(SUBJECTS)[contract_subject[chosen]]),
            pl.Series("true_school_no", school[chosen]),
        )
        .drop("staff_row")
        .join(rows, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("staff_row").alias("person"))
        .select(met.columns)
    )
    return lists.drop("row"), met


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
