"""Short forms of school names → ranked candidates of the district, then of the city (identity.md §3).

A name that several schools could carry (实验小学, 育才, 附中) comes back as a list for people to choose from;
renames and mergers can't be derived from text and come from confirmed aliases only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from tongcha.identity.school_directory import (
    Directory,
    character_weights,
    city_names,
    district_names,
    is_clear,
    is_same_name,
    is_same_place,
    is_short_kind,
    list_entries,
    place_names,
    plain_text,
    score_school,
)
from tongcha.identity.school_names import Names, SchoolName, parse_school, school_words

if TYPE_CHECKING:
    from tongcha.policy.intake import SchoolNameLimits

SCHEMA: Final = pl.Schema(
    {
        "school_written": pl.String,
        "area": pl.String,
        "school_id": pl.String,
        "score": pl.Float64,
        "rank": pl.Int64,
        "campus": pl.String,
        "is_settled": pl.Boolean,
    }
)


class Candidate(NamedTuple):
    """One school as a candidate for a written name; sorts with the likeliest first."""

    order: float
    school_id: str
    score: float
    is_clear: bool
    is_exact: bool


class Ranking(NamedTuple):
    """Candidates, the likeliest first, and whether the first can be used without asking."""

    candidates: list[Candidate]
    is_settled: bool


def resolve_schools(
    written: pl.DataFrame,
    schools: pl.DataFrame,
    aliases: pl.DataFrame | None = None,
    *,
    limits: SchoolNameLimits,
    is_own_area: bool = False,
) -> pl.DataFrame:
    """Resolve written school names to ranked candidates, each distinct pair of name and area once.

    Args:
        written: school_written, area (six digits; null when unknown).
        schools: table `schools` (school_id, name, area; former_name, aliases, campuses, city if there).
        aliases: school_id, alias: names that people confirmed; they win over everything derived.
        limits: `school_names` of policy/intake.yaml: when a name counts as settled.
        is_own_area: the area is the school's own, as on its staff list. Otherwise it is only where the
            name was written (a raid), and a name that several schools of the city carry isn't settled.

    Returns:
        school_written, area, school_id, score (0–1), rank (from 1), campus (null if none), is_settled (the
        first candidate can be used without asking), sorted by these. A name without candidates has no row.
    """
    atlas = _Atlas(schools, limits)
    confirmed = _confirmed(aliases)
    pairs = written.select("school_written", "area").drop_nulls("school_written").unique()
    rows: list[tuple[str, str | None, str, float, int, str | None, bool]] = []
    for text, area in pairs.sort("school_written", "area").iter_rows():
        query = parse_school(text, *atlas.around(area))
        plain = plain_text(text)
        ranking = confirmed.get(plain) or rank_schools(plain, query, area, atlas, own=is_own_area)
        for rank, found in enumerate(ranking.candidates[: limits.candidates], 1):
            settled = ranking.is_settled and rank == 1
            rows.append((text, area, found.school_id, found.score, rank, query.campus or None, settled))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


class _Atlas:
    """The directory by district, by city and whole, made when asked for."""

    def __init__(self, schools: pl.DataFrame, limits: SchoolNameLimits) -> None:
        self.limits = limits
        self._entries = tuple(list_entries(schools))
        self._weights = character_weights(entry.name.core for entry in self._entries)
        self._cities, self._districts = city_names(schools), district_names(schools)
        self._made: dict[tuple[str, str], Directory] = {}

    def directory(self, prefix: str, place: str = "") -> Directory:
        """Schools whose area begins with the prefix, in the district of that name if one is given."""
        key = prefix, place
        if key not in self._made:
            near = (entry for entry in self._entries if entry.area.startswith(prefix))
            inside = (entry for entry in near if not place or is_same_place(place, entry.place))
            self._made[key] = Directory(tuple(inside), self._weights, self.limits.scores)
        return self._made[key]

    @lru_cache(maxsize=1 << 10)  # noqa: B019  an atlas lives as long as one call of resolve_schools
    def around(self, area: str | None) -> tuple[Names, Names]:
        """Names of the cities and of the districts around an area."""
        city = (area or "")[:4]
        districts = {name for code, name in self._districts.items() if code.startswith(city) and name}
        longest_first = tuple(sorted(districts, key=lambda name: (-len(name), name)))
        return self._cities.get(city, ()) + place_names(area or ""), longest_first


def rank_schools(plain: str, query: SchoolName, area: str | None, atlas: _Atlas, *, own: bool) -> Ranking:
    """Rank the candidates of the nearest circle that has a good one.

    Circles: the district that the name itself gives; then the area if it is the school's own; then the
    city; then everything. What is only found beyond the city is never settled.
    """
    city = (area or "")[:4]
    circles = [(city, query.place), ("", query.place)] if query.place else []
    circles += [(area, "")] if area and own else []
    circles += [(city, ""), ("", "")]
    nearest: list[Candidate] = []
    for prefix, place in dict.fromkeys(circles):
        found = rank_candidates(plain, query, atlas.directory(prefix, place), area or "", atlas.limits)
        if not nearest or (found and found[0].order < nearest[0].order):
            nearest = found
        if any(candidate.is_clear and candidate.score >= atlas.limits.good_enough for candidate in found):
            is_near = bool(prefix or place) or not area
            is_certain = own or bool(query.place)
            settled = _is_settled(query, found, atlas.limits, is_certain=is_certain)
            return Ranking(found, is_settled=is_near and settled)
    return Ranking(nearest, is_settled=False)


def _is_settled(
    query: SchoolName, ranked: list[Candidate], limits: SchoolNameLimits, *, is_certain: bool
) -> bool:
    first = ranked[0]
    same = sum(candidate.is_exact for candidate in ranked)
    if not first.is_clear or first.score < limits.settled or (first.is_exact and same > 1):
        return False
    if not query.ordinal and query.core in school_words("generic"):
        return first.is_exact and is_certain
    leads = len(ranked) == 1 or first.score - ranked[1].score >= limits.lead
    return leads or (first.is_exact and not is_short_kind(query))


def rank_candidates(
    plain: str, query: SchoolName, directory: Directory, area: str, limits: SchoolNameLimits
) -> list[Candidate]:
    """Score the nearest entries; a school counts with its best name; the likeliest first, then by id."""
    best: dict[str, Candidate] = {}
    for entry in directory.nearest(query):
        is_exact = is_same_name(query, entry) or plain == entry.official
        score = 1.0 if is_exact else round(score_school(query, entry, directory.weights, limits.scores), 4)
        order = -score - (limits.same_district if entry.area == area else 0)
        found = Candidate(order, entry.school_id, score, is_exact or is_clear(query, entry), is_exact)
        best[entry.school_id] = min(found, best.get(entry.school_id, found))
    return sorted(candidate for candidate in best.values() if candidate.score >= limits.candidate)


def _confirmed(aliases: pl.DataFrame | None) -> dict[str, Ranking]:
    """Plain text of each confirmed alias → its schools; settled if there is only one."""
    found: dict[str, list[Candidate]] = {}
    if aliases is not None:
        for school_id, alias in aliases.select("school_id", "alias").unique().sort("school_id").iter_rows():
            found.setdefault(plain_text(alias), []).append(
                Candidate(-1.0, school_id, 1.0, is_clear=True, is_exact=True)
            )
    return {alias: Ranking(known, is_settled=len(known) == 1) for alias, known in found.items()}
