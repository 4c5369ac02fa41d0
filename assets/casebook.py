"""Casebook: what was handed to whom, what must be put right, what is due, what may be counted."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset
from assets.office import Office
from tongcha.casebook.bulletin_files import write_bulletins
from tongcha.casebook.bulletins import Counted, tally_bulletins
from tongcha.casebook.closing import find_closed, list_unclosed
from tongcha.casebook.disclosures import list_held, read_disclosures
from tongcha.casebook.dispute_answers import write_dispute_answers
from tongcha.casebook.due import Standing, list_due_items
from tongcha.casebook.issues import build_issue_ledger
from tongcha.casebook.outcomes import read_outcomes
from tongcha.casebook.papers import list_answer_papers, list_referral_papers, list_school_papers
from tongcha.casebook.rechecks import read_rechecks
from tongcha.casebook.rectification import build_rectification_ledger, read_rectifications
from tongcha.casebook.report_files import write_report_files
from tongcha.casebook.reports import Reported, write_reports
from tongcha.casebook.supervision_files import (
    OrderPolicies,
    list_supervision_papers,
    write_supervision_orders,
)
from tongcha.policy.adoption import EXAMPLE_MARK
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.responsibility.corrections import list_corrections, name_disputed, write_corrections
from tongcha.review.disputes import find_disputed
from tongcha.review.page_one import state_error_rates
from tongcha.tables import BY_NAME


@declare_asset(BY_NAME["disclosures"])
def disclosures(office: dg.ResourceParam[Office]) -> pl.DataFrame:
    """Read what people said they handed over."""
    return read_disclosures(office.events())


@declare_asset(BY_NAME["dispute_answers"])
def dispute_answers(office: dg.ResourceParam[Office], disclosures: pl.DataFrame) -> pl.DataFrame:
    """Write what came of each dispute to who raised it and to who was asked to wait."""
    return write_dispute_answers(
        events=office.events(),
        disclosures=disclosures,
        policy=office.policy(RoutingPolicy, "routing"),
        clocks=office.policy(ClockPolicy, "clocks"),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )


@declare_asset(BY_NAME["corrections"])
def corrections(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    disclosures: pl.DataFrame,
    referral_packages: pl.DataFrame,
    referrals: pl.DataFrame,
    school_notices: pl.DataFrame,
    work_prompts: pl.DataFrame,
    pupil_lists: pl.DataFrame,
    score_deductions: pl.DataFrame,
    schools: pl.DataFrame,
    supervision_orders: pl.DataFrame,
    dispute_answers: pl.DataFrame,
) -> pl.DataFrame:
    """Write a letter to everyone who holds a paper that no longer stands."""
    routing = office.policy(RoutingPolicy, "routing")
    referral = list_referral_papers(referral_packages=referral_packages, referrals=referrals, policy=routing)
    school = list_school_papers(
        school_notices=school_notices,
        work_prompts=work_prompts,
        pupil_lists=pupil_lists,
        score_deductions=score_deductions,
        schools=schools,
        minors_clause="",
    )
    return write_corrections(
        corrections=list_corrections(
            disclosures=list_held(disclosures),
            standing=pl.concat(
                [
                    referral,
                    school,
                    list_supervision_papers(supervision_orders, ""),
                    list_answer_papers(dispute_answers),
                ]
            ),
            disputed=name_disputed(find_disputed(office.events())),
        ),
        policy=routing,
        clocks=office.policy(ClockPolicy, "clocks"),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )


@declare_asset(BY_NAME["outcomes"])
def outcomes(office: dg.ResourceParam[Office]) -> pl.DataFrame:
    """Read what recipients reported back."""
    return read_outcomes(office.events(), office.policy(CasebookPolicy, "casebook"))


@declare_asset(BY_NAME["issue_ledger"])
def issue_ledger(
    office: dg.ResourceParam[Office],
    sites: pl.DataFrame,
    school_responsibilities: pl.DataFrame,
    score_deductions: pl.DataFrame,
    patrols: pl.DataFrame,
    institutions: pl.DataFrame,
) -> pl.DataFrame:
    """Register every problem found, by class, and where it stands."""
    return build_issue_ledger(
        sites=sites,
        school_responsibilities=school_responsibilities,
        score_deductions=score_deductions,
        events=office.events(),
        policy=office.policy(CasebookPolicy, "casebook"),
        patrols=patrols,
        institutions=institutions,
    )


@declare_asset(BY_NAME["rectification_ledger"])
def rectification_ledger(office: dg.ResourceParam[Office], issue_ledger: pl.DataFrame) -> pl.DataFrame:
    """List measure, limit, department and person of each issue, and what was closed with which proof."""
    done = read_rectifications(office.events())
    return build_rectification_ledger(done=done, issue_ledger=issue_ledger, today=office.today)


@declare_asset(BY_NAME["supervision_orders"])
def supervision_orders(
    office: dg.ResourceParam[Office],
    issue_ledger: pl.DataFrame,
    rectification_ledger: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Propose orders to districts; write those that a person decided."""
    return write_supervision_orders(
        issue_ledger=issue_ledger,
        rectification_ledger=rectification_ledger,
        schools=schools,
        events=office.events(),
        policies=OrderPolicies(
            office.policy(CasebookPolicy, "casebook"),
            office.policy(ClockPolicy, "clocks"),
            office.policy(DeductionPolicy, "deductions"),
        ),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )


@declare_asset(BY_NAME["rechecks"])
def rechecks(office: dg.ResourceParam[Office]) -> pl.DataFrame:
    """Read the samples drawn of closed issues and what came of each."""
    return read_rechecks(office.events())


@declare_asset(BY_NAME["due_items"])
def due_items(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    notice_states: pl.DataFrame,
    disclosures: pl.DataFrame,
    rectification_ledger: pl.DataFrame,
    rechecks: pl.DataFrame,
    pupil_lists: pl.DataFrame,
    outcomes: pl.DataFrame,
    sites: pl.DataFrame,
    dispute_answers: pl.DataFrame,
) -> pl.DataFrame:
    """List every limit that runs, whoever it binds."""
    events = office.events()
    retention = office.policy(CasebookPolicy, "casebook").retention
    return list_due_items(
        Standing(notice_states, disclosures, rectification_ledger, rechecks, pupil_lists, outcomes),
        events=events,
        clocks=office.policy(ClockPolicy, "clocks"),
        today=office.today,
        unclosed=list_unclosed(sites, find_closed(events), retention, today=office.today),
        answers=dispute_answers,
    )


@declare_asset(BY_NAME["bulletins"])
def bulletins(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    sites: pl.DataFrame,
    identities: pl.DataFrame,
    candidate_links: pl.DataFrame,
    confirmed_links: pl.DataFrame,
    referrals: pl.DataFrame,
    outcomes: pl.DataFrame,
    issue_ledger: pl.DataFrame,
    rectification_ledger: pl.DataFrame,
    withheld_links: pl.DataFrame,
) -> pl.DataFrame:
    """Count by day, week, half month, quarter and campaign; hide small counts of people."""
    return tally_bulletins(
        Counted(
            sites,
            identities,
            candidate_links,
            confirmed_links,
            referrals,
            outcomes,
            issue_ledger,
            rectification_ledger,
            withheld_links,
        ),
        policy=office.policy(DeductionPolicy, "deductions"),
        rules=office.policy(CasebookPolicy, "casebook"),
    )


@declare_asset(BY_NAME["bulletin_files"])
def bulletin_files(
    office: dg.ResourceParam[Office],
    bulletins: pl.DataFrame,
    review_quality: pl.DataFrame,
    school_notices: pl.DataFrame,
    notice_states: pl.DataFrame,
) -> pl.DataFrame:
    """Write the bulletins as a workbook, and the closing and weekly reports in prose."""
    small_cell = office.policy(CasebookPolicy, "casebook").small_cell
    mark = EXAMPLE_MARK if office.is_demo else ""
    book = write_bulletins(bulletins, review_quality, small_cell=small_cell, mark=mark, out=office.outbox)
    notices = school_notices.join(notice_states, on="notice_id", how="left")
    reports = write_report_files(
        write_reports(Reported(bulletins, notices, state_error_rates(review_quality), small_cell)),
        policy=office.policy(RoutingPolicy, "routing"),
        templates=office.policies / "templates",
        mark=mark,
        out=office.outbox,
    )
    files = [office.outbox / book["path"][0], *reports]
    return office.list_files(files, only_in=office.outbox / "bulletins")
