"""Referral: nothing goes out that the gate didn't let through, and facts in favour are counted."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.policy.routing import RoutingPolicy


def find_unjudged_referrals(frames: Frames, _office: Office) -> pl.DataFrame:
    """Referrals without a current judgement `same` by someone whom they name: referral_id, link_id."""
    said = frames["judgements"].filter(pl.col("is_current") & (pl.col("verdict") == "same"))
    named = frames["referrals"].join(said.select("link_id", "reviewer"), on="link_id", how="left")
    carried = named.filter(pl.col("signed_by").str.split("、").list.contains(pl.col("reviewer")))
    bare = frames["referrals"].join(carried, on="referral_id", how="anti")
    return bare.select("referral_id", "link_id").sort("referral_id")


def find_ungated_referrals(frames: Frames, _office: Office) -> pl.DataFrame:
    """Referrals that differ from what the gate let through: referral_id, link_id."""
    same = ["link_id", "raid_id", "raid_date", "identity_id", "person_id", "evidence_grade", "signed_by"]
    gated = frames["confirmed_links"].rename({"responsible_school_id": "school_id"})
    ungated = frames["referrals"].join(gated, on=[*same, "school_id"], how="anti")
    return ungated.select("referral_id", "link_id").sort("referral_id")


def find_unrouted_links(frames: Frames, office: Office) -> pl.DataFrame:
    """Confirmed links whose role at the site is one of the four bans and that go to nobody: link_id."""
    conducts = office.policy(RoutingPolicy, "routing").conducts
    roles = [conduct.role for conduct in conducts if conduct.refer]
    acted = frames["identities"].filter(pl.col("role").is_in(roles))
    acts = frames["confirmed_links"].join(acted, on=["batch", "identity_id"], how="semi")
    return acts.join(frames["referrals"], on="link_id", how="anti").select("link_id").sort("link_id")


def find_uncounted_facts(frames: Frames, _office: Office) -> pl.DataFrame:
    """Referrals whose count of facts in favour is wrong: referral_id, exculpatory_count, found."""
    found = frames["exculpatory_findings"].group_by("link_id").agg(found=pl.len().cast(pl.Int64))
    joined = (
        frames["referrals"].join(found, on="link_id", how="left").with_columns(pl.col("found").fill_null(0))
    )
    wrong = joined.filter(pl.col("exculpatory_count") != pl.col("found"))
    return wrong.select("referral_id", "exculpatory_count", "found").sort("referral_id")


def find_altered_packages(frames: Frames, office: Office) -> pl.DataFrame:
    """Package files that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["referral_packages"], office)


RULES: Final = (
    CrossRule(
        "every_referral_has_a_current_judgement",
        "referrals",
        ("judgements",),
        "每条移送线索都有其所列确认人的现行判断。",
        find_unjudged_referrals,
    ),
    CrossRule(
        "no_outward_row_without_gate",
        "referrals",
        ("confirmed_links",),
        "每条移送线索都与关口放行的比对一致。",
        find_ungated_referrals,
    ),
    CrossRule(
        "every_confirmed_act_is_routed",
        "referrals",
        ("confirmed_links", "identities"),
        "每条已确认、且现场身份属于应移送行为的比对都分流到接收单位。",
        find_unrouted_links,
    ),
    CrossRule(
        "every_fact_in_favour_is_counted",
        "referrals",
        ("exculpatory_findings",),
        "线索上的有利事实数与查到的一致。",
        find_uncounted_facts,
    ),
    CrossRule(
        "every_package_file_is_as_recorded",
        "referral_packages",
        (),
        "发件箱中的移送文件与登记的指纹一致。",
        find_altered_packages,
    ),
)
