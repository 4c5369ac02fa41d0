"""The schools' own staff lists: nearly the registry, with drifted names, and with people it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.synthetic.confusions import Dice
from tongcha.synthetic.corruption import mishear
from tongcha.synthetic.population import write_id_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.places import Places
    from tongcha.synthetic.population import People
    from tongcha.synthetic.setting import Setting

CONTRACT_TYPES: Final = ("合同制", "劳务派遣", "临时代课")


def write_staff_lists(
    rng: np.random.Generator,
    setting: Setting,
    *,
    people: People,
    school: NDArray[np.int64],
    subject: NDArray[np.str_],
    contract: NDArray[np.bool_],
    rows_before: NDArray[np.int64],
) -> pl.DataFrame:
    """Return table `staff_lists`, one list per school, plus `row` (whose entry it is).

    Args:
        rng: source of randomness.
        setting: shares, places and confusions.
        people: those listed.
        school: school of each.
        subject: subject of each.
        contract: who is contract staff, unknown to the registry.
        rows_before: rows that each school's list already has (changed: the new rows are added).
    """
    shares, places, count = setting.shares.staff_lists, setting.places, len(people)
    order = np.lexsort((rng.random(count), school))
    place = np.arange(count) - np.searchsorted(school[order], school[order])
    row_no = np.empty(count, dtype=np.int64)
    row_no[order] = rows_before[school[order]] + place + 1
    np.add.at(rows_before, school, 1)
    dice = Dice(rng)
    name = people.name.copy()
    drifted = np.flatnonzero(rng.random(count) < shares.name_drifted)
    name[drifted] = [mishear(dice, text, setting.confusions)[0] for text in name[drifted].tolist()]
    kind = np.where(contract, np.array(CONTRACT_TYPES)[rng.integers(0, len(CONTRACT_TYPES), count)], "在编")
    phone = pl.Series(people.phone).cast(pl.String).set(pl.Series(rng.random(count) >= shares.phone), None)
    tail = write_id_numbers(people).str.tail(4).set(pl.Series(rng.random(count) >= shares.id_tail), None)
    return pl.DataFrame(
        {
            "row": np.arange(count),
            "list_id": "L" + pl.Series(places.school_id[school]),
            "row_no": row_no,
            "school_written": write_school(places)[school],
            "area": pl.Series(places.area[school]).cast(pl.String),
            "name": name,
            "sex": np.where(people.woman, "女", "男"),
            "id_tail": tail,
            "subject": subject,
            "phone": phone,
            "staff_type": kind,
        }
    ).sort("list_id", "row_no")


def write_school(places: Places) -> pl.Series:
    """Return how each school writes its own name: in full, without the city, or in short."""
    style = pl.int_range(pl.len()) % 10
    return places.schools.select(
        pl.when(style < 5)  # noqa: PLR2004 - half of the schools
        .then("name")
        .when(style < 8)  # noqa: PLR2004 - three in ten
        .then(pl.col("name").str.replace(r"^.+?市", ""))
        .otherwise(pl.col("name").str.extract(r"市(.{2})") + pl.col("short"))
        .alias("written")
    )["written"]
