"""Invented people: sex, birth, name, ID number, phone."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.setting import Setting

WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECKS: Final = np.array(list("10X98765432"))
UNUSED_SEGMENTS: Final = np.array([142, 143, 154, 161, 163, 164, 168, 169, 179, 194])
"""Mobile segments not open to the public, so that no phone here rings anywhere."""
LAST_FOR_TWINS: Final = 990
ETHNICITIES: Final = ("汉族", "满族", "蒙古族", "回族", "壮族", "朝鲜族", "苗族", "土家族")
ETHNIC_CUMULATIVE: Final = np.cumsum([0.9, 0.045, 0.012, 0.012, 0.01, 0.007, 0.007, 0.007])
NAME_PARTS: Final = (
    *("阿卜杜拉", "买买提", "阿依古丽", "古丽娜尔", "艾力", "吐尔逊", "帕提古丽", "热依汗", "木拉提"),
    *("哈力克", "努尔兰", "阿迪力", "迪丽努尔", "玉素甫", "艾尼瓦尔", "买合木提", "叶尔兰", "卡米力"),
    *("塔依尔", "沙吾提", "古扎丽", "再努拉", "巴哈尔", "库尔班", "亚森", "依布拉音"),
)


@dataclass(frozen=True, slots=True)
class People:
    """Invented people as parallel arrays.

    Attributes:
        woman: whether a woman.
        birth: birth date in days since 1970-01-01.
        city: city of work or study (0-based over all provinces).
        region: region code of the ID number.
        sequence: the ID number's three sequence digits; odd for men.
        surname: surname; empty for dotted names.
        name: the name borne today.
        former: an earlier name, or empty.
        phone: mobile number in use today.
        ethnicity: index into `ETHNICITIES`; -1 for a people with dotted names.
    """

    woman: NDArray[np.bool_]
    birth: NDArray[np.int64]
    city: NDArray[np.int64]
    region: NDArray[np.int64]
    sequence: NDArray[np.int64]
    surname: NDArray[np.str_]
    name: NDArray[np.str_]
    former: NDArray[np.str_]
    phone: NDArray[np.int64]
    ethnicity: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.birth)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the people at these rows, in this order."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def join(self, others: Self) -> Self:
        """Return these people followed by others."""
        return type(self)(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
        )


def draw_people(
    rng: np.random.Generator,
    setting: Setting,
    *,
    birth: NDArray[np.int64],
    city: NDArray[np.int64],
    lane: int,
    woman: NDArray[np.bool_] | None = None,
) -> People:
    """Draw people born on these days, of these cities.

    Args:
        rng: source of randomness.
        setting: names by frequency, and the shares of rare characters, former and dotted names.
        birth: birth date of each, in days since 1970-01-01.
        city: city of work or study of each.
        lane: which of the setting's lanes; people drawn in different lanes never share an ID number.
        woman: sex of each; drawn as among teachers if left out.
    """
    count = len(birth)
    region = setting.places.draw_birthplaces(rng, city)
    woman = rng.random(count) < setting.shares.places.women if woman is None else woman
    surname, name, former = draw_names(rng, setting, woman, birth_years(birth))
    ethnicity = np.searchsorted(ETHNIC_CUMULATIVE, rng.random(count) * ETHNIC_CUMULATIVE[-1])
    return People(
        woman=woman,
        birth=birth,
        city=city,
        region=region,
        sequence=draw_sequences(rng, birth, region, woman, (lane, setting.lanes)),
        surname=surname,
        name=name,
        former=former,
        phone=draw_phones(rng, count),
        ethnicity=np.where(surname == "", -1, ethnicity),
    )


def draw_names(
    rng: np.random.Generator, setting: Setting, woman: NDArray[np.bool_], year: NDArray[np.int64]
) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.str_]]:
    """Draw surname, name and former name of each; a dotted name has no surname."""
    drawer, shares, count = setting.drawer, setting.shares.registry, len(year)
    surname = drawer.draw_surnames(rng, count)
    name = np.char.add(surname, drawer.draw_given(rng, woman, year)).astype("<U12")
    earlier = np.char.add(surname, drawer.draw_given(rng, woman, year))
    renamed = rng.random(count) < shares.former_name_known + shares.name_stale
    rare = rng.random(count) < shares.rare_char
    name[rare] = np.char.add(surname[rare], drawer.rare.draw(rng, int(rare.sum())))
    dotted = rng.random(count) < shares.minority_name
    parts = rng.integers(0, len(NAME_PARTS), (2, int(dotted.sum())))
    name[dotted] = [f"{NAME_PARTS[one]}·{NAME_PARTS[two]}" for one, two in parts.T]
    former = np.where(renamed & ~dotted & (earlier != name), earlier, "")
    return np.where(dotted, "", surname), name, former


def draw_phones(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Draw 11-digit mobile numbers in segments that nobody uses."""
    return UNUSED_SEGMENTS[rng.integers(0, len(UNUSED_SEGMENTS), count)] * 10**8 + rng.integers(
        0, 10**8, count
    )


def draw_sequences(
    rng: np.random.Generator,
    birth: NDArray[np.int64],
    region: NDArray[np.int64],
    woman: NDArray[np.bool_],
    lane: tuple[int, int],
) -> NDArray[np.int64]:
    """Draw sequence numbers of the right sex such that no ID number occurs twice."""
    which, lanes = lane
    places = 499 // lanes
    sequence = np.zeros(len(birth), dtype=np.int64)
    pending = np.arange(len(birth))
    while len(pending):
        half = which + lanes * rng.integers(0, places, len(pending))
        sequence[pending] = 2 * half + np.where(woman[pending], 2, 1)
        key = (region * 100_000 + birth + 40_000) * 1_000 + sequence
        order = np.argsort(key, kind="stable")
        again = np.concatenate([[False], np.diff(key[order]) == 0])
        pending = np.sort(order[again])
    return sequence


def place_twins(rng: np.random.Generator, setting: Setting, people: People) -> People:
    """Make some neighbours twins: same surname, birth and region, adjacent sequence numbers."""
    first = np.arange(0, len(people) - 1, 2)
    plain = (people.surname[first] != "") & (people.sequence[first] < LAST_FOR_TWINS)
    first = first[plain & (rng.random(len(first)) < setting.shares.registry.twin / 2)]
    second = first + 1
    given = setting.drawer.draw_given(rng, people.woman[first], birth_years(people.birth[first]))
    shared = np.array(
        [
            name[len(sur) : len(sur) + 1]
            for name, sur in zip(people.name[first], people.surname[first], strict=True)
        ],
        dtype="<U1",
    )
    changed = {field.name: getattr(people, field.name).copy() for field in fields(people)}
    for column in ("woman", "birth", "region", "surname", "city", "ethnicity"):
        changed[column][second] = changed[column][first]
    changed["sequence"][second] = people.sequence[first] + 2
    last = np.array([text[-1:] for text in given], dtype="<U1")
    changed["name"][second] = np.char.add(np.char.add(people.surname[first], shared), last)
    changed["former"][second] = ""
    return replace(people, **changed)


def birth_years(birth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the years of days since 1970-01-01."""
    years: NDArray[np.int64] = birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return years + 1970


def write_id_numbers(people: People) -> pl.Series:
    """Return the 18-character ID numbers (GB 11643: region, birth, sequence, MOD 11-2 check)."""
    body = people.region * 10**11 + write_dates(people.birth) * 10**3 + people.sequence
    digits = body[:, None] // 10 ** np.arange(16, -1, -1) % 10
    check = CHECKS[(digits @ WEIGHTS) % 11]
    return pl.Series("id_number", body).cast(pl.String) + pl.Series(check)


def write_old_id_numbers(people: People) -> pl.Series:
    """Return the 15-digit ID numbers of before 1999 (no century, no check digit)."""
    body = people.region * 10**9 + write_dates(people.birth) % 10**6 * 10**3 + people.sequence
    return pl.Series("id_number", body).cast(pl.String)


def write_dates(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return days since 1970-01-01 as numbers of the form 19491231."""
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    number = month.astype(np.int64)
    day = (date - month).astype(np.int64) + 1
    written: NDArray[np.int64] = (1970 + number // 12) * 10_000 + (number % 12 + 1) * 100 + day
    return written
