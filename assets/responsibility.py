"""Responsibility: which school answers, what it may lose, and the notices that it can contest."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset
from assets.office import Office
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.responsibility.attribution import attribute_schools
from tongcha.responsibility.deductions import compute_deductions
from tongcha.responsibility.notices import NoticePolicies, write_notices
from tongcha.responsibility.pupils import place_pupils
from tongcha.responsibility.scoreboard import tally_scoreboard
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.tables import BY_NAME


@declare_asset(BY_NAME["school_responsibilities"])
def school_responsibilities(
    confirmed_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Name the school of the raid day for every confirmed link of every batch."""
    return attribute_schools(
        confirmed=ConfirmedLinks.reload(confirmed_links, judgements),
        identities=identities,
        people=people,
        employment=employment,
        schools=schools,
    )


@declare_asset(BY_NAME["pupil_schools"])
def pupil_schools(
    office: dg.ResourceParam[Office], pupils: pl.DataFrame, schools: pl.DataFrame, sites: pl.DataFrame
) -> pl.DataFrame:
    """Place each pupil met at a school; only counts go further."""
    return place_pupils(pupils=pupils, schools=schools, sites=sites, key=office.keys["pupils"])


@declare_asset(BY_NAME["score_deductions"])
def score_deductions(
    office: dg.ResourceParam[Office],
    school_responsibilities: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    sites: pl.DataFrame,
) -> pl.DataFrame:
    """Compute every addend of every school's deduction from the policy."""
    return compute_deductions(
        school_responsibilities=school_responsibilities,
        pupil_schools=pupil_schools,
        sites=sites,
        policy=office.policy(DeductionPolicy, "deductions"),
    )


@declare_asset(BY_NAME["scoreboard"])
def scoreboard(score_deductions: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Add the deductions up per school."""
    return tally_scoreboard(score_deductions=score_deductions, schools=schools)


@declare_asset(BY_NAME["school_notices"])
def school_notices(
    office: dg.ResourceParam[Office],
    score_deductions: pl.DataFrame,
    school_responsibilities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Write a contestable notice per school into the outbox."""
    return write_notices(
        score_deductions=score_deductions,
        school_responsibilities=school_responsibilities,
        people=people,
        schools=schools,
        policies=NoticePolicies(
            office.policy(DeductionPolicy, "deductions"), office.policy(ClockPolicy, "clocks")
        ),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )
