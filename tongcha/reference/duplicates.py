"""Two registrations of one person: found by number or by name, birth date and phone; never merged."""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.identity.ladder import NameLevel, name_level

SAME_NAME: Final = ["fold", "birth_date", "phone"]
COMPATIBLE: Final = frozenset(
    {
        NameLevel.EXACT,
        NameLevel.VARIANT,
        NameLevel.TONE,
        NameLevel.PINYIN,
        NameLevel.FUZZY,
        NameLevel.LOOKALIKE,
        NameLevel.SWAPPED,
    }
)
"""Rungs that a clerk's slip explains; one different character does not."""

PAIR: Final = ["teacher_id", "other"]


def find_same_people(keys: pl.DataFrame) -> pl.DataFrame:
    """Return teacher_id, same_person_as for registrations that repeat another one.

    Two registrations are one person if they share a check-valid number and a compatible name
    (present or former), or the folded name, birth date and phone. The smallest teacher_id of a
    group is kept; only the others appear here.

    Args:
        keys: from `registry_keys`.
    """
    by_number = pair_shared_numbers(keys).filter(pl.col("compatible")).select(PAIR)
    return _follow(pl.concat([by_number, _pair(keys, SAME_NAME).select(PAIR)]).unique())


def pair_shared_numbers(keys: pl.DataFrame) -> pl.DataFrame:
    """Return teacher_id, other, compatible for registrations with the same check-valid number.

    `other` is the smallest teacher_id with that number; `compatible` says whether any of their
    names, present or former, agree as far as a clerk's slip explains. If not, the shared number is
    no proof that they are one person (borrowed card, duplicate number, copied cell).

    Args:
        keys: from `registry_keys`.
    """
    pairs = _pair(keys, ["id_clean"]).select(PAIR).unique().sort(PAIR)
    members = pl.concat([pairs["teacher_id"], pairs["other"]]).unique()
    named = keys.filter(pl.col("teacher_id").is_in(members.implode())).group_by("teacher_id").agg("name")
    names = dict(named.iter_rows())
    verdicts = [_are_compatible(names[one], names[other]) for one, other in pairs.iter_rows()]
    return pairs.with_columns(pl.Series("compatible", verdicts, dtype=pl.Boolean))


def _are_compatible(one: list[str], other: list[str]) -> bool:
    return any(name_level(a, b) in COMPATIBLE for a in one for b in other)


def _pair(keys: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return each registration with the smallest one of the same values, where they differ."""
    complete = keys.drop_nulls(by).select("teacher_id", *by).unique()
    smallest = complete.with_columns(pl.col("teacher_id").min().over(by).alias("other"))
    return smallest.filter(pl.col("teacher_id") != pl.col("other"))


def _follow(links: pl.DataFrame) -> pl.DataFrame:
    """Join chains of pairs into groups and point every member at the group's smallest id."""
    root: dict[str, str] = {}

    def find(member: str) -> str:
        while root.get(member, member) != member:
            member = root[member]
        return member

    for left, right in links.sort(PAIR).iter_rows():
        low, high = sorted((find(left), find(right)))
        root[high] = low
    rows = [(member, find(member)) for member in sorted(root) if find(member) != member]
    return pl.DataFrame(rows, schema={"teacher_id": pl.String, "same_person_as": pl.String}, orient="row")
