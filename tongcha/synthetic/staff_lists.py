"""The schools' own staff lists: nearly the registry, with drifted names, and with people it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.synthetic.careers import OPEN, YEAR
from tongcha.synthetic.confusions import Dice
from tongcha.synthetic.corruption import mishear
from tongcha.synthetic.met import describe_met
from tongcha.synthetic.population import draw_people, write_id_numbers
from tongcha.synthetic.raids import CONTRACT_STAFF, pick_local
from tongcha.synthetic.subjects import draw_subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.careers import Careers
    from tongcha.synthetic.places import Places
    from tongcha.synthetic.population import People
    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.setting import Setting

CONTRACT_TYPES: Final = ("合同制", "劳务派遣", "临时代课")


def list_staff(
    rng: np.random.Generator,
    setting: Setting,
    slots: Slots,
    mine: NDArray[np.int64],
    number: int,
    teachers: tuple[People, Careers, NDArray[np.str_]],
    rows_before: NDArray[np.int64],
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write the part's staff lists, contract staff included.

    Returns:
        Table `staff_lists`; person_row and staff_row of the listed teachers; the contract staff met.
    """
    people, careers, subject = teachers
    shares = setting.shares.staff_lists
    staying = careers.latest_end == OPEN
    listed = np.flatnonzero(rng.random(len(people)) < np.where(staying, shares.listed, shares.still_listed))
    school, contract = draw_contract_staff(rng, setting, int(len(people) * shares.contract), number)
    contract_subject = draw_subjects(rng, len(contract))
    lists = write_staff_lists(
        rng,
        setting,
        people=people.take(listed).join(contract),
        school=np.concatenate([careers.latest_school[listed], school]),
        subject=np.concatenate([subject[listed], contract_subject]),
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
        pl.Series("subject", contract_subject[chosen]),
        pl.Series("true_school_no", school[chosen]),
    )
    entries = pl.DataFrame({"person_row": listed, "staff_row": staff_row.head(len(listed))})
    return lists.drop("row"), entries, met


def draw_contract_staff(
    rng: np.random.Generator, setting: Setting, count: int, number: int
) -> tuple[NDArray[np.int64], People]:
    """Draw the schools and the people of contract staff, whom the registry doesn't know."""
    school = setting.places.draw_schools(rng, count)
    return school, draw_people(
        rng,
        setting,
        birth=setting.snapshot_day - (rng.uniform(22, 55, count) * YEAR).astype(np.int64),
        city=setting.places.city[school],
        lane=setting.spec.parts + number,
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
