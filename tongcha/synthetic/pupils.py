"""Pupils met at the raids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.synthetic.raids import Slots, find_earlier, pick_local

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.setting import Setting

GRADES: Final = {
    "小学": ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级"),
    "初中": ("初一", "初二", "初三"),
    "高中": ("高一", "高二", "高三"),
    "九年一贯制": ("五年级", "六年级", "七年级", "八年级", "九年级"),
    "中职": ("一年级", "二年级"),
}
SPELLINGS: Final = {"full": 0.3, "short": 0.45, "alias": 0.15, "district": 0.1}
"""How the school is written: in full, in short, by its last alias, or in full without the city."""
PUPIL_BIRTH: Final = 2010
HALF: Final = 0.5


def draw_pupils(
    rng: np.random.Generator, setting: Setting, sites: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return table `pupils`, and the truth: raid_id, pupil_no, pupil (who it is), school_id, spelling."""
    count, places, shares = setting.spec.pupils, setting.places, setting.shares.found
    raid = np.sort(rng.integers(0, len(sites), count))
    city = sites["city"].to_numpy()[raid]
    chosen = places.schools[pick_local(rng, places.city, city, shares.same_city)]
    surname = setting.drawer.draw_surnames(rng, count)
    born = np.full(count, PUPIL_BIRTH)
    grades = [GRADES[stage] for stage in chosen["stage"]]
    drawn = chosen.select("school_id").with_columns(
        pl.Series("pupil", [f"P{no + 1:06d}" for no in range(count)], dtype=pl.String),
        pl.Series(
            "name", np.char.add(surname, setting.drawer.draw_given(rng, rng.random(count) < HALF, born))
        ),
        pl.Series(
            "grade",
            [of[int(u * len(of))] for of, u in zip(grades, rng.random(count), strict=True)],
            dtype=pl.String,
        ),
    )
    again = meet_pupils_again(rng, shares.met_again, raid, city)
    spelling = pl.Series("spelling", rng.choice(list(SPELLINGS), size=count, p=list(SPELLINGS.values())))
    everything = pl.concat(
        [drawn[again], spell_schools(chosen[again], spelling)], how="horizontal"
    ).with_columns(
        sites["raid_id"][raid],
        pl.Series(
            "pupil_no",
            [f"{no:03d}" for no in np.arange(count) - np.searchsorted(raid, raid) + 1],
            dtype=pl.String,
        ),
    )
    return (
        everything.select("raid_id", "pupil_no", "name", "school_written", "grade"),
        everything.select("raid_id", "pupil_no", "pupil", "school_id", "spelling"),
    )


def meet_pupils_again(
    rng: np.random.Generator, share: float, raid: NDArray[np.int64], city: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return which pupil stands in each place: mostly a new one, sometimes one of an earlier raid."""
    nothing = np.zeros(len(raid), dtype=np.int64)
    earlier = find_earlier(Slots(raid, nothing, city, nothing, nothing), np.arange(len(raid)))
    wanted = (earlier >= 0) & (rng.random(len(raid)) < share)
    return np.where(wanted, earlier, np.arange(len(raid)))


def spell_schools(schools: pl.DataFrame, spelling: pl.Series) -> pl.DataFrame:
    """Return spelling and school_written for each school."""
    last_alias = pl.col("aliases").str.split("、").list.last()
    return schools.select(
        spelling,
        pl.when(spelling == "full")
        .then("name")
        .when(spelling == "short")
        .then("short")
        .when(spelling == "alias")
        .then(pl.coalesce(last_alias, "short"))
        .otherwise(pl.col("name").str.replace(r"^.+?市", ""))
        .alias("school_written"),
    )
