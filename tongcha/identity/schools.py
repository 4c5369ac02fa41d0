"""Short forms of school names → ranked candidates of the district, then of the city (identity.md §3).

A name that several schools could carry (实验小学, 育才, 附中) comes back as a list for people to choose from;
renames and mergers can't be derived from text and come from confirmed aliases only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from tongcha.identity.school_directory import (
    Directory,
    Entry,
    character_weights,
    city_names,
    is_clear,
    list_entries,
    place_names,
    plain_text,
    score_school,
)
from tongcha.identity.school_names import SchoolName, parse_school, school_words

if TYPE_CHECKING:
    from collections.abc import Iterator

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
FLOOR, ACCEPTABLE, SETTLED, MARGIN = 0.35, 0.6, 0.72, 0.1
"""a candidate at all; good enough not to look further away; certain, if it leads by the margin"""
RANKS: Final = 3


class Candidate(NamedTuple):
    """One school as a candidate for a written name; sorts with the likeliest first."""

    badness: float
    school_id: str
    is_clear: bool
    is_exact: bool


def resolve_schools(
    written: pl.DataFrame, schools: pl.DataFrame, aliases: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Resolve written school names to ranked candidates, each distinct pair of name and area once.

    Args:
        written: school_written, area (six digits of the district; null when unknown).
        schools: table `schools` (school_id, name, area; former_name, aliases, campuses, city if there).
        aliases: school_id, alias: names that people confirmed; they win over everything derived.

    Returns:
        school_written, area, school_id, score (0–1), rank (1–3), campus (null if none), is_settled (the
        first candidate is certain enough to be used without asking), sorted by these. A name without any
        candidate has no row.
    """
    circles = _Circles(tuple(list_entries(schools)), schools)
    confirmed = _confirmed(aliases)
    pairs = written.select("school_written", "area").drop_nulls("school_written").unique()
    rows: list[tuple[str, str | None, str, float, int, str | None, bool]] = []
    for text, area in pairs.sort("school_written", "area").iter_rows():
        rows += _resolve(text, area, circles, confirmed)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _resolve(
    text: str, area: str | None, circles: _Circles, confirmed: dict[str, list[str]]
) -> Iterator[tuple[str, str | None, str, float, int, str | None, bool]]:
    query = parse_school(text, circles.places(area))
    known = confirmed.get(plain_text(text), [])
    if known:
        ranked, settled = [Candidate(-1.0, school, True, True) for school in known], len(known) == 1
    else:
        ranked, settled = circles.rank(text, query, area)
    for rank, candidate in enumerate(ranked[:RANKS], 1):
        is_settled = settled and rank == 1
        score = round(-candidate.badness, 4)
        yield text, area, candidate.school_id, score, rank, query.campus or None, is_settled


class _Circles:
    """The directory of a district, of its city, and of all."""

    def __init__(self, entries: tuple[Entry, ...], schools: pl.DataFrame) -> None:
        self._entries = entries
        self._weights = character_weights(entry.name.core for entry in entries)
        self._cities = city_names(schools)
        self._made: dict[str, Directory] = {}

    def directory(self, prefix: str) -> Directory:
        """Schools whose area begins with the prefix."""
        if prefix not in self._made:
            inside = tuple(entry for entry in self._entries if entry.area.startswith(prefix))
            self._made[prefix] = Directory(inside, self._weights)
        return self._made[prefix]

    def places(self, area: str | None) -> tuple[str, ...]:
        """Names of the province and city of an area, as the region list and the directory have them."""
        return self._cities.get((area or "")[:4], ()) + place_names(area or "")

    def rank(self, text: str, query: SchoolName, area: str | None) -> tuple[list[Candidate], bool]:
        """Candidates of the nearest circle with an acceptable one, and whether the first is settled."""
        best: list[Candidate] = []
        for prefix in dict.fromkeys((area, area[:4], "") if area else ("",)):
            found = rank_candidates(text, query, self.directory(prefix))
            if found and (not best or found[0].badness < best[0].badness):
                best = found
            if found and -found[0].badness >= ACCEPTABLE:
                return found, _is_settled(query, found, is_far=bool(area) and not prefix)
        return best, False


def _is_settled(query: SchoolName, ranked: list[Candidate], *, is_far: bool) -> bool:
    first = ranked[0]
    exact = sum(candidate.is_exact for candidate in ranked)
    if first.is_exact:
        return exact == 1
    leads = len(ranked) == 1 or ranked[1].badness - first.badness >= MARGIN
    is_generic = not query.ordinal and not query.place and query.core in {*school_words("generic"), ""}
    return leads and first.is_clear and -first.badness >= SETTLED and not is_generic and not is_far


def rank_candidates(text: str, query: SchoolName, directory: Directory) -> list[Candidate]:
    """Score the nearest entries; a school counts with its best name; the likeliest first, then by id."""
    best: dict[str, Candidate] = {}
    for entry in directory.nearest(query):
        score = score_school(query, entry, directory.weights)
        is_exact = plain_text(text) == entry.official
        badness = -1.0 if is_exact else -score
        found = Candidate(badness, entry.school_id, is_clear(query, entry.name), is_exact)
        best[entry.school_id] = min(found, best.get(entry.school_id, found))
    return sorted(candidate for candidate in best.values() if -candidate.badness >= FLOOR)


def _confirmed(aliases: pl.DataFrame | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if aliases is not None:
        for school_id, alias in aliases.select("school_id", "alias").unique().sort("school_id").iter_rows():
            found.setdefault(plain_text(alias), []).append(school_id)
    return found
