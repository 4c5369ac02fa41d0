"""Decide a batch again under another policy, without evidence, employment and decoys: to ask what if."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.linkage.blocking.listed import list_phones
from tongcha.linkage.decisions import decide_pairs
from tongcha.linkage.links import LADDERS, link_ids
from tongcha.linkage.people.source import PeopleFrame
from tongcha.linkage.scoring import score_pairs

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy


def relink_batch(
    *,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    policy: LinkagePolicy,
    batch: str,
    staff_entries: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return what the engine would decide of a batch.

    Args:
        identities: table `identities`.
        people: table `people` of the snapshot that the batch was linked to.
        schools: table `schools` of that snapshot.
        policy: the policy to try.
        batch: the raid batch.
        staff_entries: table `staff_entries` of that snapshot.

    Returns:
        batch, link_id, identity_id, person_id, capture, decision, rank, probability, and the level of each
        field by name, sorted by link_id.
    """
    identities, people = identities.sort("identity_id"), people.sort("person_id")
    listed = None if staff_entries is None else list_phones(staff_entries, people)
    scored = score_pairs(identities, PeopleFrame(people), schools.sort("school_id"), policy, listed=listed)
    links = decide_pairs(scored, identities, policy).join(
        identities.select("identity_id", "capture"), on="identity_id", how="left", maintain_order="left"
    )
    named = links.with_columns(
        batch=pl.lit(batch), link_id=link_ids(batch, links["identity_id"], links["person_id"])
    )
    keys = ("batch", "link_id", "identity_id", "person_id", "capture", "decision", "rank", "probability")
    return named.select(*keys, *LADDERS).sort("link_id")
