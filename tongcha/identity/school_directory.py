"""A directory of schools and how far a written name agrees with each entry (identity.md §3)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz import fuzz

from tongcha.identity.characters import fold_characters, regions
from tongcha.identity.cleaning import clean_text
from tongcha.identity.school_names import SchoolName, parse_school, short_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import polars as pl
    from numpy.typing import NDArray

    from tongcha.policy.intake import SchoolNameScores

COMPARED: Final = 24
"""entries that are compared in full, of those with the highest bound"""
_NEARLY_SAME_KINDS: Final = frozenset(
    {"中初", "中高", "校小", "校初", "校高", "校中", "校职", "高职", "中职"},
)


class Entry(NamedTuple):
    """One name of one school."""

    school_id: str
    area: str
    name: SchoolName
    place: str
    official: str
    campuses: tuple[str, ...]
    is_current: bool


@dataclass(frozen=True)
class Directory:
    """Schools that a written name is looked up in, with an index from characters to entries."""

    entries: tuple[Entry, ...]
    weights: dict[str, float]
    scores: SchoolNameScores

    @cached_property
    def index(self) -> dict[str, NDArray[np.int64]]:
        """Character of a core → positions of the entries that have it."""
        found: dict[str, list[int]] = {}
        for position, entry in enumerate(self.entries):
            for char in sorted(set(entry.name.core)):
                found.setdefault(char, []).append(position)
        return {char: np.array(positions) for char, positions in found.items()}

    @cached_property
    def core_weights(self) -> NDArray[np.float64]:
        """Summed weight of each entry's core."""
        return np.array([weigh(entry.name.core, self.weights) for entry in self.entries])

    @cached_property
    def ordinals(self) -> NDArray[np.int64]:
        """Ordinal of each entry."""
        return np.array([entry.name.ordinal for entry in self.entries], np.int64)

    @cached_property
    def kinds(self) -> NDArray[np.str_]:
        """Kind of each entry."""
        return np.array([entry.name.kind for entry in self.entries], np.str_)

    def nearest(self, query: SchoolName) -> list[Entry]:
        """Entries that could score best, by an upper bound of the score."""
        if not self.entries:
            return []
        shared = np.zeros(len(self.entries))
        for char in sorted(set(query.core) & self.index.keys()):
            shared[self.index[char]] += self.weights[char]
        whole, scores = weigh(query.core, self.weights), self.scores
        bound = scores.query_share * (np.minimum(shared / whole, 1) if whole else 1)
        bound = bound + scores.candidate_share * np.minimum(shared / np.maximum(self.core_weights, 1e-9), 1)
        is_numbered = self.ordinals == query.ordinal
        bound = bound + np.where(is_numbered, scores.ordinal_equal, scores.ordinal_one_sided)
        bound = bound + np.where(self.kinds == query.kind, scores.kind_equal, 0)
        bound = bound + np.where((self.core_weights == 0) & (whole == 0), scores.core_equal, 0)
        order = np.argsort(-bound, kind="stable")[:COMPARED]
        return [self.entries[i] for i in order]


def score_school(
    query: SchoolName, entry: Entry, weights: dict[str, float], scores: SchoolNameScores
) -> float:
    """Agreement of a written name with one name of a school, 0–1 (1: all that was written agrees)."""
    name = entry.name
    score = _core_score(query.core, name.core, weights, scores)
    score += (scores.kind_conflict, 0, scores.kind_equal)[agree_on_kind(query.kind, name.kind) + 1]
    score += scores.likeness * fuzz.ratio(query.text, name.text) / 100
    possible = 1 + scores.core_equal + scores.kind_equal + scores.likeness
    if query.ordinal or name.ordinal:
        possible += scores.ordinal_equal
        score += _ordinal_score(query.ordinal, name.ordinal, scores)
    if query.place and entry.place:
        possible += scores.place_equal
        same = is_same_place(query.place, entry.place)
        score += scores.place_equal if same else scores.place_conflict
    if query.campus and any(query.campus in campus or campus in query.campus for campus in entry.campuses):
        score += scores.campus
    return max(0.0, min(1.0, score / possible + (0 if entry.is_current else scores.older_name)))


def _ordinal_score(query: int, name: int, scores: SchoolNameScores) -> float:
    if query == name:
        return scores.ordinal_equal
    return scores.ordinal_conflict if query and name else scores.ordinal_one_sided


def _core_score(query: str, name: str, weights: dict[str, float], scores: SchoolNameScores) -> float:
    if query == name:
        return scores.query_share + scores.candidate_share + scores.core_equal
    shared = common_weight(query, name, weights)
    covered = shared / weigh(query, weights) if query else 1.0
    covers = shared / weigh(name, weights) if name else 0.0
    return scores.query_share * covered + scores.candidate_share * covers


def agree_on_kind(kind: str, other: str) -> int:
    """1 for the same kind of school, -1 for different ones, 0 where one may include the other."""
    if not kind or not other or {kind + other, other + kind} & _NEARLY_SAME_KINDS:
        return 0
    return 1 if kind == other else -1


def is_clear(query: SchoolName, entry: Entry) -> bool:
    """Whether nothing that was written speaks against the school, and its kind was written."""
    same_place = not query.place or is_same_place(query.place, entry.place)
    kinds_agree = bool(query.kind) and agree_on_kind(query.kind, entry.name.kind) >= 0
    return query.ordinal == entry.name.ordinal and kinds_agree and same_place


def is_same_place(written: str, place: str) -> bool:
    """Whether a district is meant: 望海 is 望海, and 沙区 may be any district that begins with 沙."""
    return written == place or (len(written) == 2 and written[1] == "区" and place.startswith(written[0]))  # noqa: PLR2004


def is_same_name(query: SchoolName, entry: Entry) -> bool:
    """Whether the names are the same but for the ways of writing them."""
    alike = (query.core, query.ordinal, query.kind) == (entry.name.core, entry.name.ordinal, entry.name.kind)
    return alike and (not query.place or is_same_place(query.place, entry.place))


def is_short_kind(query: SchoolName) -> bool:
    """Whether the kind is written with one character: 光明中 may be 光明中学 or 光明高级中学."""
    return query.kind == query.text[-1:]


def common_weight(left: str, right: str, weights: dict[str, float]) -> float:
    """Weight of the heaviest common subsequence of two strings."""
    row = [0.0] * (len(right) + 1)
    for char in left:
        diagonal = 0.0
        for i, other in enumerate(right, 1):
            above = row[i]
            row[i] = diagonal + weights.get(char, 1.0) if char == other else max(above, row[i - 1])
            diagonal = above
    return row[-1]


def character_weights(cores: Iterable[str]) -> dict[str, float]:
    """Inverse document frequency of each character among the cores of a directory."""
    listed = [set(core) for core in cores]
    counts: dict[str, int] = {}
    for core in listed:
        for char in core:
            counts[char] = counts.get(char, 0) + 1
    total = len(listed)
    return {char: float(np.log1p(total / count)) for char, count in counts.items()}


def weigh(core: str, weights: dict[str, float]) -> float:
    """Summed weight of a core; a character that no school has weighs as much as the rarest."""
    rarest = max(weights.values(), default=1.0)
    return sum(weights.get(char, rarest) for char in core)


def plain_text(text: str) -> str:
    """A name ready for an equality test: cleaned, folded, without blanks."""
    return fold_characters(clean_text(text))


@lru_cache(maxsize=1 << 12)
def place_names(area: str) -> tuple[str, ...]:
    """Names of an area's province and city, with and without their suffix, the longer first."""
    names = [regions().get(area[:digits].ljust(6, "0"), "") for digits in (2, 4) if len(area) >= digits]
    both = {variant for name in names for variant in (name, re.sub(r"(省|市|自治州|地区|盟)$", "", name))}
    return tuple(sorted((n for n in both if len(n) > 1 and n != "市辖区"), key=lambda n: (-len(n), n)))


def city_names(schools: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """First four digits of the area → names of the cities there, with and without 市, the longer first."""
    found: dict[str, set[str]] = {"": set()}
    cities = schools.select("area", "city").drop_nulls() if "city" in schools.columns else schools.clear()
    for area, city in cities.iter_rows() if cities.height else ():
        both = {name for name in (city, city.removesuffix("市")) if len(name) > 1}
        found.setdefault(area[:4], set()).update(both)
        found[""] |= both
    return {prefix: tuple(sorted(names, key=lambda n: (-len(n), n))) for prefix, names in found.items()}


def district_names(schools: pl.DataFrame) -> dict[str, str]:
    """Area → name of its district without 区 or 县, from the region list or else from its schools' names."""
    cities = city_names(schools)
    found = {}
    for area, names in schools.group_by("area").agg("name").sort("area").iter_rows():
        known = regions().get(area, "")
        places = [parse_school(name, cities.get(area[:4], ()) + place_names(area)).place for name in names]
        written = Counter(sorted(filter(None, places))).most_common(1)
        found[area] = short_place(known) if known else written[0][0] if written else ""
    return found


def list_entries(schools: pl.DataFrame) -> Iterator[Entry]:
    """Every name of every school, in the order of the school ids."""
    cities, districts = city_names(schools), district_names(schools)
    for row in schools.sort("school_id").iter_rows(named=True):
        area = row["area"]
        around = cities.get(area[:4], ()) + place_names(area), tuple(filter(None, [districts[area]]))
        campuses = tuple(filter(None, (row.get("campuses") or "").split("、")))
        older = [row.get("former_name"), *(row.get("aliases") or "").split("、")]
        for name in dict.fromkeys(filter(None, (row["name"], *older))):
            parsed, is_current = parse_school(name, *around), name == row["name"]
            place = parsed.place or districts[area]
            yield Entry(row["school_id"], area, parsed, place, plain_text(name), campuses, is_current)
