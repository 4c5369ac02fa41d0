"""Send each confirmed link to the body that may handle this person, and to no other.

Ordinary teachers are mostly not 监察对象 (监察法 2024, 15(4)), so a link goes by legal status: party
member, manager of a public school, everyone else. Presence at a site is no breach: a role that is
none of the four bans isn't referred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.numbers import number_record
from tongcha.tables.referral import REFERRALS

if TYPE_CHECKING:
    from tongcha.policy.routing import RoutingPolicy
    from tongcha.review.confirmed import ConfirmedLinks

_UNKNOWN_AUTHORITY: Final = "主管教育部门（名录未载明）"


def route_referrals(
    *,
    confirmed: ConfirmedLinks,
    findings: pl.DataFrame,
    identities: pl.DataFrame,
    sites: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    policy: RoutingPolicy,
) -> pl.DataFrame:
    """Return the table `referrals`: one row per confirmed link and recipient.

    Args:
        confirmed: links that passed the gate.
        findings: table `exculpatory_findings` of the same links.
        identities: table `identities`; gives the role at the site.
        sites: table `sites`; gives licence and subject type.
        people: table `people`; gives party membership and post.
        schools: table `schools`; gives ownership and competent authority.
        policy: policy/routing.yaml.
    """
    status = (
        join_context(confirmed, identities=identities, sites=sites, people=people, schools=schools)
        .join(_list_conducts(policy), on="role", how="left")
        .filter(pl.col("refer").fill_null(value=False))
        .with_columns(_is_party(policy), _is_manager(policy))
        .join(_count_findings(findings), on="link_id", how="left")
        .with_columns(pl.col("exculpatory_count").fill_null(0))
    )
    routed = pl.concat([_route_person(status, policy), _route_penalty(status, policy)])
    numbers = [number_record("R", *key) for key in routed.select("link_id", "recipient").iter_rows()]
    return REFERRALS.conform(
        routed.with_columns(
            pl.Series("referral_id", numbers, dtype=pl.String),
            school_id="responsible_school_id",
            recipient_name=_name_recipient(policy),
        ).select(REFERRALS.schema.names())
    )


def join_context(
    confirmed: ConfirmedLinks,
    *,
    identities: pl.DataFrame,
    sites: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Return the confirmed links with what routing needs of the person, the site and the school.

    Adds `role`, `licence`, `subject_type`, `party_member`, `post`, `ownership`, `authority`.
    """
    return (
        confirmed.frame.join(
            identities.select("batch", "identity_id", "role"), on=["batch", "identity_id"], how="left"
        )
        .join(
            sites.select("batch", "raid_id", "licence", "subject_type"), on=["batch", "raid_id"], how="left"
        )
        .join(people.select("person_id", "party_member", "post"), on="person_id", how="left")
        .join(
            schools.select(pl.col("school_id").alias("responsible_school_id"), "ownership", "authority"),
            on="responsible_school_id",
            how="left",
        )
        .sort("link_id")
    )


def _list_conducts(policy: RoutingPolicy) -> pl.DataFrame:
    return pl.DataFrame([c.model_dump() for c in policy.conducts])


def _count_findings(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.group_by("link_id").agg(exculpatory_count=pl.len().cast(pl.Int64))


def _is_party(policy: RoutingPolicy) -> pl.Expr:
    known = pl.col("party_member").is_in(list(policy.party_members))
    return (
        pl.when(known)
        .then(pl.lit("yes"))
        .when(known.not_())
        .then(pl.lit("no"))
        .otherwise(pl.lit("unknown"))
        .alias("party")
    )


def _is_manager(policy: RoutingPolicy) -> pl.Expr:
    # 班主任 holds 主任 and manages nobody: such words go first
    held = pl.col("post").str.replace_many(list(policy.teaching_posts), [""] * len(policy.teaching_posts))
    posted = held.str.contains_any(list(policy.manager_posts)).fill_null(value=False)
    public = pl.col("ownership").is_in(list(policy.manager_ownership))
    return (
        pl.when(posted & public).then(pl.lit("yes"))
        .when(posted & public.is_null()).then(pl.lit("unknown"))
        .otherwise(pl.lit("no")).alias("manager")
    )  # fmt: skip


def _route_person(status: pl.DataFrame, policy: RoutingPolicy) -> pl.DataFrame:
    """Give each link the first rule that fits; the policy's last rule fits everyone."""
    rule = recipient = basis = pl.lit(None, pl.String)
    for route in reversed(policy.routes):
        fits = pl.lit(True)
        for column, wanted in (("party", route.party), ("manager", route.manager)):
            fits = fits & (pl.lit(True) if wanted == "any" else pl.col(column) == wanted)
        rule = pl.when(fits).then(pl.lit(route.rule)).otherwise(rule)
        recipient = pl.when(fits).then(pl.lit(route.recipient)).otherwise(recipient)
        basis = pl.when(fits).then(pl.lit(route.basis)).otherwise(basis)
    return status.with_columns(route_rule=rule, recipient=recipient, basis=basis)


def _route_penalty(status: pl.DataFrame, policy: RoutingPolicy) -> pl.DataFrame:
    """Give subject tutoring at a site without the licences to the penalty team as well."""
    rule = policy.penalty
    return status.filter(
        pl.col("licence").is_in(list(rule.licences)) & pl.col("subject_type").is_in(list(rule.subject_types))
    ).with_columns(route_rule=pl.lit(rule.rule), recipient=pl.lit("penalty_team"), basis=pl.lit(rule.basis))


def _name_recipient(policy: RoutingPolicy) -> pl.Expr:
    names = {r.recipient: r.name for r in policy.recipients if r.name}
    authority = pl.coalesce("authority", pl.lit(_UNKNOWN_AUTHORITY))
    return pl.coalesce(
        pl.col("recipient").replace_strict(names, default=None, return_dtype=pl.String), authority
    )
