"""Staff-list entries linked to registrations by the linkage engine, and decided more strictly than raids.

Nobody is accused here, but a wrong link would make a person who is only on a list vanish behind a
teacher of nearly the same name. So the engine's bits and margin decide, and three rules beside them:
a name alone counts at its own school only, a name that isn't as written needs a phone or a number's
tail or a registration that no other entry of the list answers to, and whatever is left is a suspicion
that is reported, never a link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.linkage.decisions import CONFLICTS
from tongcha.linkage.links import list_links
from tongcha.linkage.people.source import PeopleFrame
from tongcha.linkage.scoring import score_pairs
from tongcha.reference.keys import CITY, ENTRY

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy
    from tongcha.policy.reference import ListDecision, StaffListPolicy

AS_WRITTEN: Final = ("exact", "variant", "former")
SLIPS: Final = (
    "tone",
    "syllable",
    "fuzzy",
    "lookalike",
    "wildcard",
    "swapped",
    "dropped",
    "one_differs",
)
"""Rungs of the name ladder that a clerk's slip explains; another name at the same phone is none."""

AT_ONCE: Final = 100_000
"""entries that are linked together, counted to the end of a list; more would take more memory"""
LEVELS: Final = ("id_number", "name", "phone", "sex", "school", "subject")
FOUND: Final = pl.Schema(
    {
        "list_id": pl.String,
        "row_no": pl.Int64,
        "teacher_id": pl.String,
        "outcome": pl.String,
        "rival_id": pl.String,
        "is_taken": pl.Boolean,
        **dict.fromkeys(LEVELS, pl.String),
    }
)


@dataclass(frozen=True, slots=True)
class Linking:
    """By what entries are linked.

    Attributes:
        policy: `staff_lists` of policy/reference.yaml.
        weights: policy/linkage.yaml.
    """

    policy: StaffListPolicy
    weights: LinkagePolicy


def link_entries(
    staff_entries: pl.DataFrame,
    teachers: pl.DataFrame,
    schools: pl.DataFrame,
    same_people: pl.DataFrame,
    linking: Linking,
) -> pl.DataFrame:
    """Return the entries that are one registered person for sure (`same`) or perhaps (`suspected`).

    Args:
        staff_entries: by contract, with school_id filled where it is known.
        teachers: table `teachers`.
        schools: table `schools`.
        same_people: teacher_id, same_person_as; two registrations of one person are no ambiguity.
        linking: weights and thresholds.

    Returns:
        list_id, row_no, teacher_id, outcome, rival_id (another registration that answers as well),
        is_taken (another entry of the list has that registration), and the level of each field
        compared; sorted by list_id, row_no.
    """
    if staff_entries.is_empty() or teachers.is_empty():
        return FOUND.to_frame()
    weights = linking.policy.adapt(linking.weights)
    people = teachers.sort("teacher_id").with_columns(person_id="teacher_id")
    placed = schools.sort("school_id")
    claims = _part(_write_claims(staff_entries.sort(ENTRY), placed))
    best = pl.concat(_find_best(part, people, placed, weights) for part in claims)
    registered = teachers.select("teacher_id", registered_at="school_id")
    known = best.join(registered, on="teacher_id", how="left").join(same_people, on="teacher_id", how="left")
    return _decide(known, linking.policy.decision).select(FOUND.names()).sort(ENTRY)


def _write_claims(entries: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Return the entries as the engine takes identities: typed by their own school on the snapshot's day."""
    names = schools.select("school_id", __name="name")
    return (
        entries.join(names, on="school_id", how="left", maintain_order="left")
        .with_row_index("identity_id")
        .select(
            *ENTRY,
            "name",
            "sex",
            "phone",
            CITY,
            pl.col("identity_id").cast(pl.String),
            listed_at="school_id",
            raid_id="list_id",
            raid_date=pl.col("snapshot").str.to_date(),
            capture=pl.lit("typed"),
            id_number="id_tail",
            site_area="area",
            claimed_school=pl.coalesce("__name", "school_written"),
            claimed_subject="subject",
        )
    )


def _part(claims: pl.DataFrame) -> list[pl.DataFrame]:
    """Divide the claims by city, and those of a large one after whole lists."""
    placed = claims.with_columns(place=pl.int_range(pl.len()).over("city"))
    parts = placed.with_columns(part=pl.col("place").min().over("city", "list_id") // AT_ONCE)
    return parts.drop("place").partition_by("city", "part", maintain_order=True)


def _find_best(
    claims: pl.DataFrame, people: pl.DataFrame, schools: pl.DataFrame, weights: LinkagePolicy
) -> pl.DataFrame:
    """Return the best registration for each entry of one part."""
    scored = score_pairs(claims, PeopleFrame(people), schools, weights)
    links = list_links(scored, claims, weights).select(
        "identity_id", "teacher_id", "score", "margin_bits", "rival_id", *LEVELS
    )
    return links.join(claims.select("identity_id", *ENTRY, "listed_at"), on="identity_id", how="left")


def _decide(best: pl.DataFrame, limits: ListDecision) -> pl.DataFrame:
    """Add outcome and is_taken; what isn't even a suspicion is left out.

    Args:
        best: the best registration per entry with score, margin_bits, levels, listed_at, registered_at,
            same_person_as.
        limits: thresholds.
    """
    person = pl.coalesce("same_person_as", "teacher_id")
    ahead = pl.col("margin_bits").fill_null(limits.accept_margin_bits) >= limits.accept_margin_bits
    facts = best.with_columns(
        person=person,
        as_written=pl.col("name").is_in(AS_WRITTEN),
        backed=(pl.col("phone") == "exact") | (pl.col("id_number") == "partial"),
        at_school=(pl.col("listed_at") == pl.col("registered_at")).fill_null(value=False),
        able=(pl.col("score") >= limits.accept_bits)
        & ahead
        & ~pl.col("id_number").is_in(CONFLICTS)
        & (pl.col("sex") != "different")
        & pl.col("name").is_in([*AS_WRITTEN, *SLIPS]),
    )
    sure = pl.col("able") & (pl.col("backed") | (pl.col("as_written") & pl.col("at_school")))
    first = _keep_one_each(facts, sure).with_columns(
        is_taken=pl.col("kept").any().over("list_id", "person") & ~pl.col("kept")
    )
    rest = pl.col("able") & pl.col("at_school") & ~pl.col("is_taken")
    second = _keep_one_each(first.rename({"kept": "linked"}), rest & ~pl.col("linked"))
    is_same = pl.col("linked") | pl.col("kept")
    suspected = (pl.col("score") >= limits.suspect_bits) & (pl.col("as_written") | ~pl.col("is_taken"))
    outcome = pl.when(is_same).then(pl.lit("same")).when(suspected).then(pl.lit("suspected"))
    alike = pl.when(~ahead).then("rival_id")
    return second.with_columns(outcome=outcome, rival_id=alike).filter(pl.col("outcome").is_not_null())


def _keep_one_each(facts: pl.DataFrame, sure: pl.Expr) -> pl.DataFrame:
    """Add kept: of several entries of a list that claim one person, only those that a phone or tail backs."""
    claimants = pl.col("sure").sum().over("list_id", "person")
    marked = facts.with_columns(sure=sure)
    return marked.with_columns(kept=pl.col("sure") & (pl.col("backed") | (claimants == 1))).drop("sure")
