"""Staff-list entries linked to registrations: strongest evidence first, and only if it is unique.

Nobody is accused here, but a wrong link would make a person who is only on a list vanish behind a
teacher of the same name, so a name alone counts at its own school only.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.identity.ladder import NameLevel, name_level
from tongcha.reference.duplicates import COMPATIBLE
from tongcha.reference.keys import entry_keys

ENTRY: Final = ["list_id", "row_no"]
STRONG: Final = (
    ("fold", "phone"),
    ("fold", "tail", "school_id"),
    ("fold", "tail", "city"),
    ("syllable", "phone", "school_id"),
    ("syllable", "tail", "school_id"),
)
"""A name together with a phone or a number's tail."""

WEAK: Final = (
    ("fold", "school_id", "sex", "subject"),
    ("fold", "school_id", "sex"),
    ("fold", "school_id"),
    ("syllable", "school_id", "sex", "subject"),
)
"""A name at one school: only if it is unique on both sides and nothing contradicts it."""

FACTS: Final = ("sex", "subject", "tail")
"""What contradicts a link when both sides state it and differ; a phone alone may simply be old."""

LEAST: Final = 3
MAJORITY: Final = 2 / 3
_ANY_SLIP: Final = COMPATIBLE | {NameLevel.ONE_DIFFERS, NameLevel.DROPPED}
NEAR: Final = {
    ("phone", "school_id", "sex"): _ANY_SLIP,
    ("tail", "school_id", "sex"): _ANY_SLIP,
}
"""A name one slip away beside a phone or tail at one school.

Without either, a near name at the right school and subject linked 17 invented teachers rightly and
hid one who is only on a list, so it is left to people.
"""


def link_entries(staff_entries: pl.DataFrame, keys: pl.DataFrame, same_people: pl.DataFrame) -> pl.DataFrame:
    """Return list_id, row_no, teacher_id for the entries that are surely one registered person.

    Args:
        staff_entries: by contract, with school_id filled where it is known.
        keys: from `registry_keys`.
        same_people: teacher_id, same_person_as; two registrations of one person are no ambiguity.
    """
    registry = keys.join(same_people, on="teacher_id", how="left", maintain_order="left").with_columns(
        person=pl.coalesce("same_person_as", "teacher_id")
    )
    waiting = entry_keys(staff_entries)
    found = []
    for on in (*STRONG, *WEAK, *NEAR):
        links = _link_unique(_pair(waiting, registry, on), one_each=on not in STRONG)
        found.append(links)
        waiting = waiting.join(links, on=ENTRY, how="anti", maintain_order="left")
    return pl.concat(found).sort(ENTRY)


def _pair(entries: pl.DataFrame, registry: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return the pairs that agree on the keys and contradict each other in nothing that weighs."""
    compared = [c for c in ("sex", "subject", "tail", "phone", "school_id", "name") if c not in keys]
    theirs = registry.select(
        *keys, "teacher_id", "person", *(pl.col(c).alias(f"their_{c}") for c in compared)
    )
    pairs = entries.drop_nulls(keys).join(theirs.drop_nulls(keys), on=list(keys), how="inner")
    if keys in STRONG:
        return pairs
    # a name that only sounds the same has nothing to set against another phone
    facts = (*FACTS, "phone") if keys in WEAK and "syllable" in keys else FACTS
    agreeing = pairs.filter(
        (pl.col(c) == pl.col(f"their_{c}")).fill_null(True) for c in facts if c in compared
    )
    return _keep_near_names(agreeing, NEAR[keys]) if keys in NEAR else agreeing


def _keep_near_names(pairs: pl.DataFrame, admitted: frozenset[NameLevel]) -> pl.DataFrame:
    names = pairs.select("name", "their_name").iter_rows()
    near = [name_level(name, theirs) in admitted for name, theirs in names]
    return pairs.filter(pl.Series(near, dtype=pl.Boolean))


def _link_unique(pairs: pl.DataFrame, *, one_each: bool) -> pl.DataFrame:
    """Return the entries that exactly one person answers to, preferring the registration at their school.

    Args:
        pairs: entries beside registrations.
        one_each: refuse a person whom two entries of the same list would claim.
    """
    only_one = pl.col("person").n_unique().over(ENTRY) == 1
    claimed_once = pl.struct(ENTRY).n_unique().over("list_id", "person") == 1
    certain = pairs.filter(only_one & claimed_once if one_each else only_one)
    at_school = pl.lit(True)
    if "their_school_id" in pairs.columns:
        at_school = (pl.col("their_school_id") == pl.col("school_id")).fill_null(False)
    return (
        certain.with_columns(at_school.alias("at_school"))
        .sort(*ENTRY, "at_school", "teacher_id", descending=[False, False, True, False])
        .unique(ENTRY, keep="first", maintain_order=True)
        .select(*ENTRY, "teacher_id")
    )


def locate_lists(staff_entries: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Fill school_id and area of lists whose school, as written, several schools could be.

    The entries that a name and phone link to the registry tell: at least `LEAST` of them, and the
    share `MAJORITY`, must be registered at one school.

    Args:
        staff_entries: by contract.
        keys: from `registry_keys`.
    """
    lost = entry_keys(staff_entries.filter(pl.col("school_id").is_null())).drop("school_id")
    by_phone = ["fold", "phone"]
    known = keys.drop_nulls(by_phone).select(*by_phone, "teacher_id", "school_id", "area")
    met = lost.drop_nulls(by_phone).join(known, on=by_phone, how="inner").unique([*ENTRY, "teacher_id"])
    votes = met.group_by("list_id", "school_id", "area").agg(votes=pl.len())
    total = pl.col("votes").sum().over("list_id")
    wins = (pl.col("votes") >= LEAST) & (pl.col("votes") >= MAJORITY * total)
    winners = votes.filter(wins).select("list_id", __school="school_id", __area="area")
    return (
        staff_entries.join(winners, on="list_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("school_id", "__school").alias("school_id"))
        .with_columns(pl.coalesce("area", "__area").alias("area"))
        .drop("__school", "__area")
    )
