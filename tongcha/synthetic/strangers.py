"""People met at raids who are in no register: students, tutors, and those who share a teacher's name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.synthetic.careers import YEAR
from tongcha.synthetic.met import describe_met
from tongcha.synthetic.population import draw_people, draw_phones
from tongcha.synthetic.raids import CONTRACT_STAFF, HOMONYM, STUDENT, TUTOR, Slots, find_earlier, pick_local
from tongcha.synthetic.subjects import draw_subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.setting import Setting


def draw_strangers(
    rng: np.random.Generator, setting: Setting, slots: Slots, met: pl.DataFrame, donors: pl.DataFrame
) -> pl.DataFrame:
    """Return rows like `met` for every slot that no teacher and no contract staff fills."""
    slot = np.setdiff1d(np.arange(len(slots.raid)), met["slot"].to_numpy())
    kind = np.where(slots.kind[slot] <= CONTRACT_STAFF, TUTOR, slots.kind[slot])
    kind = np.where(slots.kind[slot] == HOMONYM, HOMONYM, kind)
    near = donors[pick_local(rng, donors["city"].to_numpy(), slots.city[slot], 0.5)]
    namesake = kind == HOMONYM
    age = np.where(
        kind == STUDENT, rng.uniform(18.2, 24.5, len(slot)), 21.5 + 27 * rng.beta(1.3, 2.2, len(slot))
    )
    born = near["donor_birth"].to_physical().to_numpy() + (rng.normal(0, 5, len(slot)) * 365).astype(np.int64)
    birth = np.where(
        namesake, np.minimum(born, slots.day[slot] - 8_000), slots.day[slot] - (age * YEAR).astype(np.int64)
    )
    woman = np.where(namesake, near["donor_woman"].to_numpy(), rng.random(len(slot)) < 0.6)  # noqa: PLR2004 - share of women
    people = draw_people(
        rng,
        setting,
        birth=birth,
        city=slots.city[slot],
        lane=setting.lanes - 1,
        woman=woman,
    )
    people = replace(
        people,
        name=np.where(namesake, near["donor_name"].to_numpy(), people.name),
        former=np.where(namesake, "", people.former),
    )
    frame = describe_met(slots, slot, people, kind).with_columns(
        pl.Series("person", [f"X{no:07d}" for no in slot]),
        pl.Series("subject", draw_subjects(rng, len(slot))),
        pl.Series(
            "surname",
            [name[: max(1, len(sur))] for name, sur in zip(people.name, people.surname, strict=True)],
        ),
    )
    return meet_strangers_again(rng, setting.shares.found.met_again, slots, frame)


def meet_strangers_again(
    rng: np.random.Generator, share: float, slots: Slots, frame: pl.DataFrame
) -> pl.DataFrame:
    """Put some strangers of one raid into a slot of the same kind at another raid of the same city."""
    earlier = find_earlier(slots, frame["slot"].to_numpy())
    again = (earlier >= 0) & (rng.random(len(frame)) < share)
    rows = np.where(again, earlier, np.arange(len(frame)))
    same_kind = (frame["category"][rows] == frame["category"]).to_numpy()
    rows = np.where(same_kind, rows, np.arange(len(frame)))
    people, day = frame[rows], slots.day[frame["slot"].to_numpy()]
    age = (day - people["birth_date"].to_physical().to_numpy()) / YEAR
    return people.with_columns(frame["slot"], pl.Series("age", age.astype(np.int64)))


def pick_donors(rng: np.random.Generator, slots: Slots, donors: pl.DataFrame) -> pl.DataFrame:
    """Return, per slot, a teacher's name and number, a live and a stale registered phone, and strays.

    Columns: false_name_of (a teacher's name), stray_teacher_id (ID number of a teacher), live_phone,
    stale_phone (null if no registered phone is stale), owner_phone (one per raid), stray_phone.
    """
    live = donors.filter(pl.col("donor_phone_live"))
    stale = donors.filter(pl.col("donor_phone_live").not_() & pl.col("donor_phone").str.starts_with("1"))

    def pick(pool: pl.DataFrame, column: str) -> pl.Series:
        return pool[column][pick_local(rng, pool["city"].to_numpy(), slots.city, 0.9)]

    owner: NDArray[np.int64] = draw_phones(rng, int(slots.raid.max()) + 1)[slots.raid]
    return pl.DataFrame(
        {
            "slot": np.arange(len(slots.raid)),
            "name_of_a_teacher": pick(donors, "donor_name"),
            "id_of_a_teacher": pick(donors, "donor_id"),
            "live_phone": pick(live, "donor_phone"),
            "stale_phone": pick(stale, "donor_phone"),
            "owner_phone": pl.Series(owner).cast(pl.String),
            "stray_phone": pl.Series(draw_phones(rng, len(slots.raid))).cast(pl.String),
        }
    )
