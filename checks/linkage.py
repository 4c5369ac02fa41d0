"""Linkage: the evidence is the score, and the machine never proposes two people for one identity."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames

TOLERANCE_BITS: Final = 1e-9


def find_unbalanced_links(frames: Frames, _office: Office) -> pl.DataFrame:
    """Links whose evidence doesn't sum to their score: link_id, score, evidence_bits."""
    sums = frames["link_evidence"].group_by("link_id").agg(evidence_bits=pl.col("bits").sum())
    joined = frames["candidate_links"].join(sums, on="link_id", how="left")
    gap = (pl.col("score") - pl.col("evidence_bits").fill_null(float("inf"))).abs()
    return joined.filter(gap > TOLERANCE_BITS).select("link_id", "score", "evidence_bits").sort("link_id")


def find_stray_links(frames: Frames, _office: Office) -> pl.DataFrame:
    """Links of nobody met at a raid: link_id, identity_id."""
    strays = frames["candidate_links"].join(frames["identities"], on=["batch", "identity_id"], how="anti")
    return strays.select("link_id", "identity_id").sort("link_id")


def find_double_accepts(frames: Frames, _office: Office) -> pl.DataFrame:
    """Identities for whom two people are proposed as certain: identity_id, accepted."""
    accepted = frames["candidate_links"].filter(pl.col("decision") == "accept")
    counts = accepted.group_by("batch", "identity_id").agg(accepted=pl.len())
    return counts.filter(pl.col("accepted") > 1).select("identity_id", "accepted").sort("identity_id")


def find_mixed_origins(frames: Frames, _office: Office) -> pl.DataFrame:
    """Batches whose links rest on several snapshots or policies: batch, snapshots, policies."""
    origins = (
        frames["candidate_links"]
        .group_by("batch")
        .agg(snapshots=pl.col("snapshot").n_unique(), policies=pl.col("policy_hash").n_unique())
    )
    return origins.filter((pl.col("snapshots") > 1) | (pl.col("policies") > 1)).sort("batch")


def find_ungrouped_identities(frames: Frames, _office: Office) -> pl.DataFrame:
    """Identities without a subject, and subjects of nobody met: batch, identity_id."""
    keys = ["batch", "identity_id"]
    met, grouped = frames["identities"].select(keys), frames["subjects"].select(keys)
    stray = [met.join(grouped, on=keys, how="anti"), grouped.join(met, on=keys, how="anti")]
    return pl.concat(stray).sort(keys)


RULES: Final = (
    CrossRule(
        "evidence_sums_to_score",
        "link_evidence",
        ("candidate_links",),
        "每条候选的证据逐项相加，等于匹配权重。",
        find_unbalanced_links,
    ),
    CrossRule(
        "every_link_belongs_to_an_identity",
        "candidate_links",
        ("identities",),
        "每条候选都对应本批次的现场人员。",
        find_stray_links,
    ),
    CrossRule(
        "every_identity_has_at_most_one_accept",
        "candidate_links",
        (),
        "同一现场人员至多一条候选被建议直接确认。",
        find_double_accepts,
    ),
    CrossRule(
        "every_batch_rests_on_one_snapshot_and_policy",
        "candidate_links",
        (),
        "同一批次的候选出自同一快照、同一政策版本。",
        find_mixed_origins,
    ),
    CrossRule(
        "every_identity_has_one_subject",
        "subjects",
        ("identities",),
        "每名现场人员恰有一个归并编号。",
        find_ungrouped_identities,
    ),
)
