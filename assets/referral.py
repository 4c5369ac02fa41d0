"""Referral: facts in favour, who receives what, and the packages."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset
from assets.office import Office
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.referral.exculpatory import find_exculpatory
from tongcha.referral.package import Dossiers, write_packages
from tongcha.referral.routing import route_referrals
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.tables import BY_NAME


@declare_asset(BY_NAME["exculpatory_findings"])
def exculpatory_findings(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    confirmed_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    sites: pl.DataFrame,
) -> pl.DataFrame:
    """Search for what speaks for each confirmed person."""
    return find_exculpatory(
        confirmed=ConfirmedLinks.reload(confirmed_links, judgements),
        identities=identities,
        people=people,
        employment=employment,
        schools=schools,
        sites=sites,
        rules=office.policy(RoutingPolicy, "routing").facts,
        spell_rules=office.policy(LinkagePolicy, "linkage").employment,
        school_names=office.policy(IntakePolicy, "intake").school_names,
    )


@declare_asset(BY_NAME["referrals"])
def referrals(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    confirmed_links: pl.DataFrame,
    judgements: pl.DataFrame,
    exculpatory_findings: pl.DataFrame,
    identities: pl.DataFrame,
    sites: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Route each confirmed link by the person's legal status."""
    return route_referrals(
        confirmed=ConfirmedLinks.reload(confirmed_links, judgements),
        findings=exculpatory_findings,
        identities=identities,
        sites=sites,
        people=people,
        schools=schools,
        policy=office.policy(RoutingPolicy, "routing"),
    )


@declare_asset(BY_NAME["referral_packages"])
def referral_packages(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    referrals: pl.DataFrame,
    exculpatory_findings: pl.DataFrame,
    link_evidence: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    sites: pl.DataFrame,
    identities: pl.DataFrame,
) -> pl.DataFrame:
    """Write one package per recipient into the outbox."""
    return write_packages(
        referrals=referrals,
        dossiers=Dossiers(exculpatory_findings, link_evidence, people, schools, sites, identities),
        policy=office.policy(RoutingPolicy, "routing"),
        clocks=office.policy(ClockPolicy, "clocks"),
        templates=office.policies / "templates",
        batch=context.partition_key,
        out=office.outbox,
        demo=office.is_demo,
    )
