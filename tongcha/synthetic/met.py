"""What is true of the people met at the raids, before anybody takes them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.synthetic.careers import YEAR, standing_on
from tongcha.synthetic.population import write_id_numbers
from tongcha.synthetic.raids import CATEGORIES
from tongcha.synthetic.registry import dates, nullable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.careers import Careers
    from tongcha.synthetic.meeting import Meetings
    from tongcha.synthetic.population import People
    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.registry import Records


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
    subject[records.person] = records.subject
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
