"""Casebook: what was handed to whom, and who holds a paper that is no longer right."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset
from assets.office import Office
from tongcha.casebook.disclosures import list_held, read_disclosures
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.responsibility.corrections import list_corrections, write_corrections
from tongcha.tables import BY_NAME


@declare_asset(BY_NAME["disclosures"])
def disclosures(office: dg.ResourceParam[Office]) -> pl.DataFrame:
    """Read what people said they handed over."""
    return read_disclosures(office.events())


@declare_asset(BY_NAME["corrections"])
def corrections(
    office: dg.ResourceParam[Office],
    disclosures: pl.DataFrame,
    referral_packages: pl.DataFrame,
    school_notices: pl.DataFrame,
    work_prompts: pl.DataFrame,
    pupil_lists: pl.DataFrame,
) -> pl.DataFrame:
    """Write a letter to everyone who holds a paper that no longer stands."""
    papers = (referral_packages, school_notices, work_prompts, pupil_lists)
    standing = pl.concat([table.select("path", "sha256") for table in papers])
    return write_corrections(
        corrections=list_corrections(disclosures=list_held(disclosures), standing=standing),
        policy=office.policy(RoutingPolicy, "routing"),
        clocks=office.policy(ClockPolicy, "clocks"),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )
