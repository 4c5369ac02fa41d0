"""The linkage engine: identities and people in; candidate links, evidence and quality out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tongcha.linkage.as_of import add_hiring, employment_as_of, list_records
from tongcha.linkage.blocking.listed import list_phones
from tongcha.linkage.decisions import decide_pairs
from tongcha.linkage.decoys.drawing import draw_decoys, share_unknown
from tongcha.linkage.evidence import build_evidence, hash_evidence
from tongcha.linkage.links import link_ids
from tongcha.linkage.people.source import PeopleFrame
from tongcha.linkage.quality import measure_quality
from tongcha.linkage.scoring import score_pairs
from tongcha.tables.linkage import CANDIDATE_LINKS, LINK_EVIDENCE, LINK_QUALITY

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy


@dataclass(frozen=True, slots=True)
class LinkageResult:
    """The three tables of the linkage stage, each keeping its contract."""

    candidate_links: pl.DataFrame
    link_evidence: pl.DataFrame
    link_quality: pl.DataFrame


def propose_links(  # noqa: PLR0913  the tables a stage takes, all by name
    *,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    policy: LinkagePolicy,
    batch: str,
    snapshot: str,
    staff_entries: pl.DataFrame | None = None,
) -> LinkageResult:
    """Propose links of one batch against one reference snapshot.

    Args:
        identities: table `identities`.
        people: table `people`.
        employment: table `employment`.
        schools: table `schools`.
        policy: weights, thresholds and caps.
        batch: the raid batch.
        snapshot: the reference snapshot.
        staff_entries: table `staff_entries`; its phones are a second way to a registered teacher.
    """
    identities, people = identities.sort("identity_id"), people.sort("person_id")
    schools = schools.sort("school_id")
    listed = None if staff_entries is None else list_phones(staff_entries, people)
    scored = score_pairs(identities, PeopleFrame(people), schools, policy, listed=listed)
    links = decide_pairs(scored, identities, policy)
    links = links.with_columns(link_id=link_ids(batch, links["identity_id"], links["person_id"]))
    evidence = build_evidence(scored, links, identities, schools)
    employed = add_employment(links, people, employment, policy)
    candidates = (
        employed.join(hash_evidence(evidence, employed, identities), on="link_id", how="left")
        .with_columns(batch=pl.lit(batch), snapshot=pl.lit(snapshot), policy_hash=pl.lit(policy.digest))
        .select(CANDIDATE_LINKS.schema.names())
    )
    drawn = draw_decoys(
        identities, people, policy, f"{batch}|{snapshot}", share_unknown(scored, identities.height)
    )
    fooled = decide_pairs(
        score_pairs(drawn.identities, PeopleFrame(people), schools, policy, listed=listed),
        drawn.identities,
        policy,
    )
    quality = measure_quality(candidates, identities, fooled, scored.pairs.dropped, drawn).with_columns(
        batch=pl.lit(batch)
    )
    return LinkageResult(
        CANDIDATE_LINKS.conform(candidates),
        LINK_EVIDENCE.conform(evidence.with_columns(batch=pl.lit(batch))),
        LINK_QUALITY.conform(quality),
    )


def add_employment(
    links: pl.DataFrame, people: pl.DataFrame, employment: pl.DataFrame, policy: LinkagePolicy
) -> pl.DataFrame:
    """Add what the employment of each link's person was on the raid date, by all records of the person.

    spell_no is the own record's; it stays empty where only another record has the person at that school.
    """
    asked = links.select("person_id", "teacher_id", day="raid_date").unique()
    by_all = list_records(asked, people)
    known = employment_as_of(add_hiring(by_all, people), employment, policy.employment)
    elsewhere = known.join(asked, on=["person_id", "day"]).filter(pl.col("spell_of") != pl.col("teacher_id"))
    by_own = add_hiring(elsewhere.select(asked.columns), people)
    own = employment_as_of(by_own, employment, policy.employment).select(
        "person_id", "day", own_school="responsible_school_id", own_spell="spell_no"
    )
    told = links.join(known, left_on=["person_id", "raid_date"], right_on=["person_id", "day"], how="left")
    told = told.join(own, left_on=["person_id", "raid_date"], right_on=["person_id", "day"], how="left")
    return told.with_columns(
        spell_no=pl.when(pl.col("spell_of") == pl.col("teacher_id"))
        .then("spell_no")
        .when(pl.col("own_school") == pl.col("responsible_school_id"))
        .then("own_spell")
    )
