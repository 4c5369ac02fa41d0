"""Pupils met at the raids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.synthetic.raids import pick_local

if TYPE_CHECKING:
    from tongcha.synthetic.setting import Setting

GRADES: Final = {
    "小学": ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级"),
    "初中": ("初一", "初二", "初三"),
    "高中": ("高一", "高二", "高三"),
    "九年一贯制": ("五年级", "六年级", "七年级", "八年级", "九年级"),
    "中职": ("一年级", "二年级"),
}
PUPIL_BIRTH: Final = 2010
AGAIN: Final = 0.03
"""Share of pupils who are met at another raid of the same city too."""


def draw_pupils(
    rng: np.random.Generator, setting: Setting, sites: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return table `pupils` and the truth: raid_id, pupil_no, pupil (who it is), school_id, spelling."""
    count, places = setting.spec.pupils, setting.places
    raid = np.sort(rng.integers(0, len(sites), count))
    city = sites["city"].to_numpy()[raid]
    school = pick_local(rng, places.city, city, 0.97)
    woman = rng.random(count) < 0.5  # noqa: PLR2004 - half are girls
    name = np.char.add(
        setting.drawer.draw_surnames(rng, count),
        setting.drawer.draw_given(rng, woman, np.full(count, PUPIL_BIRTH)),
    )
    pupil = np.arange(count)
    same_city = (city[1:] == city[:-1]) & (raid[1:] != raid[:-1]) | (rng.random(max(count - 1, 0)) < AGAIN)
    if count > len(sites):
        for later in np.flatnonzero(same_city) + 1:
            earlier = max(0, later - count // len(sites))
            if raid[earlier] != raid[later] and city[earlier] == city[later]:
                name[later], school[later], pupil[later] = name[earlier], school[earlier], pupil[earlier]
    spelling = np.searchsorted([0.3, 0.75, 0.9], rng.random(count), side="right")
    chosen = places.schools.select("school_id", "name", "short", "stage", "aliases")[school]
    alias = chosen["aliases"].str.split("、").list.last().fill_null(chosen["short"])
    district = chosen["name"].str.replace(r"^.+?市", "")
    written = [
        texts[kind]
        for kind, *texts in zip(spelling, chosen["name"], chosen["short"], alias, district, strict=True)
    ]
    grades = [GRADES[stage] for stage in chosen["stage"]]
    grade = [
        choices[int(chance * len(choices))] for choices, chance in zip(grades, rng.random(count), strict=True)
    ]
    pupils = pl.DataFrame(
        {
            "raid_id": sites["raid_id"][raid],
            "pupil_no": [f"{no:03d}" for no in (np.arange(count) - np.searchsorted(raid, raid) + 1)],
            "name": name,
            "school_written": written,
            "grade": grade,
        },
        schema_overrides={
            "pupil_no": pl.String,
            "name": pl.String,
            "school_written": pl.String,
            "grade": pl.String,
        },
    )
    truth = pupils.select("raid_id", "pupil_no").with_columns(
        pl.Series("pupil", [f"P{no + 1:06d}" for no in pupil], dtype=pl.String),
        chosen["school_id"],
        pl.Series("spelling", np.array(["full", "short", "alias", "district"])[spelling]),
    )
    return pupils, truth
