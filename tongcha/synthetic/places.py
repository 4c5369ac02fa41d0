"""Invented provinces, cities, districts and schools.

Every region code lies in city numbers 55–69 of its province, which GB/T 2260 never assigned:
no ID number made from them can belong to a living person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.shares import PlaceShares
    from tongcha.synthetic.spec import WorldSpec

PROVINCES: Final = (
    *(21, 37, 41, 32, 44, 51, 13, 42, 43, 34, 33, 45, 53, 36, 61, 35),
    *(23, 14, 52, 50, 22, 62, 15, 65, 31, 11, 12, 46, 64, 63, 54),
)
FIRST_CITY: Final = 55
FIRST_DISTRICT: Final = 2
BIRTH_CITIES: Final = 10
BIRTH_DISTRICTS: Final = 8
CITY_NAMES: Final = tuple(
    "".join(pair)
    for pair in product("澜霁栖屏岚溯漪岫曜苍翊砚棠沐峤汀瀛皋翠旌菱蔚昙渟柘", "川州阳城江陵湾浦源屿津丘宁")
)
DISTRICT_NAMES: Final = (
    *("望海区", "青屏区", "云桥区", "松岭区", "江北新区", "柳湖区", "石门区", "东篱区"),
    *("南浦县", "北辰县", "明溪县", "长滩县", "白鹭县", "金沙县"),
)
PLACE_NAMES: Final = tuple(
    "".join(pair)
    for pair in product(
        "青松柳竹云龙凤春秋星月东西南北新朝平长白红金玉石", "山河湖林园桥门岭湾坪泉庄台塘溪苑"
    )
)
PLAIN_NAMES: Final = (
    *(("实验", "实"), ("育才", ""), ("育英", ""), ("光明", ""), ("希望", "")),
    *(("向阳", ""), ("胜利", ""), ("和平", ""), ("师范附属", "师附"), ("文化", "")),
)
"""What schools are commonly called, and what stands before 小 or 中 when it is said in short, if anything."""
NUMBERED: Final = frozenset({"小学", "中学"})
LARGEST_NUMBER: Final = 99
DIGITS: Final = "零一二三四五六七八九"
KINDS: Final = (
    # suffix of the name, how it is said, stage, kind code of the school number, share
    ("小学", "小", "小学", "21", 0.55),
    ("初级中学", "初中", "初中", "31", 0.08),
    ("中学", "中", "初中", "31", 0.16),
    ("高级中学", "高中", "高中", "34", 0.11),
    ("九年一贯制学校", "学校", "九年一贯制", "31", 0.06),
    ("职业中等专业学校", "职专", "中职", "36", 0.04),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are, as parallel arrays.

    Attributes:
        schools: frame with the canonical columns of `schools`, plus `short` (spoken form) and `no`.
        school_id: number of each school, as text.
        area: region code of each school, as a number.
        city: city number (0-based, over all provinces) of each school.
        pull: running share of teachers by school.
        city_first: index of each city's first school; schools lie city by city.
        city_areas: region codes of the districts of each city, one row per city.
        shares: how schools are named and how far people move.
    """

    schools: pl.DataFrame
    school_id: NDArray[np.str_]
    area: NDArray[np.int64]
    city: NDArray[np.int64]
    pull: NDArray[np.float64]
    city_first: NDArray[np.int64]
    city_areas: NDArray[np.int64]
    shares: PlaceShares

    def draw_schools(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Draw schools in proportion to their size."""
        return np.searchsorted(self.pull, rng.random(count), side="right")

    def draw_nearby(self, rng: np.random.Generator, near: NDArray[np.int64]) -> NDArray[np.int64]:
        """Draw another school for each, mostly in the same city, never the same one."""
        first, after = self.city_first[self.city[near]], self.city_first[self.city[near] + 1]
        local = first + (rng.random(len(near)) * (after - first)).astype(np.int64)
        stays = rng.random(len(near)) < self.shares.move_in_city
        chosen = np.where(stays, local, self.draw_schools(rng, len(near)))
        return np.where(chosen == near, (near + 1) % len(self.area), chosen)

    def draw_birthplaces(self, rng: np.random.Generator, city: NDArray[np.int64]) -> NDArray[np.int64]:
        """Draw the region of each ID number: the city itself, elsewhere in its province, or anywhere."""
        count, chance = len(city), rng.random(len(city))
        home = self.city_areas[city, rng.integers(0, self.city_areas.shape[1], count)]
        elsewhere = (FIRST_CITY + rng.integers(0, BIRTH_CITIES, count)) * 100
        elsewhere += FIRST_DISTRICT + rng.integers(0, BIRTH_DISTRICTS, count)
        anywhere = np.array(PROVINCES)[rng.integers(0, len(PROVINCES), count)]
        province = np.where(
            chance < self.shares.born_in_city + self.shares.born_in_province, home // 10_000, anywhere
        )
        return np.where(chance < self.shares.born_in_city, home, province * 10_000 + elsewhere)


def build_places(rng: np.random.Generator, spec: WorldSpec, shares: PlaceShares) -> Places:
    """Lay out provinces, cities and districts, and found the schools."""
    city_areas = np.array(
        [
            [
                PROVINCES[province] * 10_000 + (FIRST_CITY + city) * 100 + FIRST_DISTRICT + district
                for district in range(spec.districts)
            ]
            for province in range(spec.provinces)
            for city in range(spec.cities)
        ]
    )
    flat = np.sort(np.arange(spec.schools) % city_areas.size)
    city = flat // spec.districts
    schools = found_schools(rng, shares, flat % spec.districts, city, city_areas.ravel()[flat])
    size = rng.gamma(4.0, 1.0, spec.schools)
    pull = np.cumsum(size / size.sum())
    pull[-1] = 1.0
    return Places(
        schools=schools,
        school_id=schools["school_id"].to_numpy().astype(str),
        area=city_areas.ravel()[flat],
        city=city,
        pull=pull,
        city_first=np.searchsorted(city, np.arange(len(city_areas) + 1)),
        city_areas=city_areas,
        shares=shares,
    )


def found_schools(
    rng: np.random.Generator,
    shares: PlaceShares,
    district: NDArray[np.int64],
    city: NDArray[np.int64],
    area: NDArray[np.int64],
) -> pl.DataFrame:
    """Name every school; names are unique within a district.

    Returns:
        The canonical columns of `schools`, and `short`, as people say it.
    """
    kinds = rng.choice(len(KINDS), size=len(area), p=[kind[-1] for kind in KINDS])
    chance = rng.random((len(area), 6)).tolist()
    place = rng.permutation(len(PLACE_NAMES)).tolist()
    seen: dict[tuple[int, str], int] = {}
    rows = []
    for no, (kind, where) in enumerate(zip(kinds.tolist(), area.tolist(), strict=True)):
        suffix, said, stage, code, _ = KINDS[kind]
        counter = seen[where, suffix] = seen.get((where, suffix), 0) + 1
        town = CITY_NAMES[14 * city[no] % len(CITY_NAMES)] + "市"
        county = DISTRICT_NAMES[(district[no] + 3 * city[no]) % len(DISTRICT_NAMES)]
        core, short = name_core(
            shares, chance[no], (suffix, said), counter, PLACE_NAMES[place[no % len(place)]]
        )
        earlier = PLACE_NAMES[place[(no * 7 + 5) % len(place)]]
        rows.append(
            {
                "school_id": f"{code}{where // 10_000:02d}{no + 1:06d}",
                "name": f"{town}{county}{core}",
                "former_name": f"{town}{county}{earlier}学校" if chance[no][2] < shares.former_name else None,
                "aliases": f"{short}、{county[:2]}{short}" if chance[no][3] < shares.alias_listed else None,
                "campuses": "东校区、西校区" if chance[no][4] < shares.campuses else None,
                "area": f"{where:06d}",
                "city": town,
                "stage": stage,
                "ownership": "民办" if chance[no][5] < shares.private else "公办",
                "authority": f"{town}{county}教育局",
                "short": short,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("former_name", "aliases", "campuses").cast(pl.String)
    )


def name_core(
    shares: PlaceShares, chance: list[float], kind: tuple[str, str], counter: int, place: str
) -> tuple[str, str]:
    """Return the part of a school's name after the district, and how people say it."""
    suffix, said = kind
    if suffix in NUMBERED and chance[0] < shares.numbered_school and counter <= LARGEST_NUMBER:
        return f"第{spell_number(counter)}{suffix}", f"{spell_number(counter)}{said}"
    if counter <= len(PLAIN_NAMES) and chance[1] < shares.plain_name:
        plain, letter = PLAIN_NAMES[counter - 1]
        if letter and len(said) == 1:
            return f"{plain}{suffix}", f"{letter}{said}"
        return f"{plain}{suffix}", f"{plain}{said if len(said) > 1 else suffix}"
    return f"{place}{suffix}", f"{place}{said if len(said) > 1 else suffix}"


def spell_number(number: int) -> str:
    """Write 1–99 in Chinese: 12 → 十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else DIGITS[tens]) + "十"
    return head + (DIGITS[ones] if ones or not tens else "")
