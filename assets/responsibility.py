"""Responsibility: which school answers, what it may lose, and the notices that it can contest."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset
from assets.office import Office
from tongcha.casebook.disclosures import find_disputed_notices, read_disclosures
from tongcha.ledger.store import Ledger
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.responsibility.attribution import attribute_schools
from tongcha.responsibility.deductions import compute_deductions, price_in_force
from tongcha.responsibility.notices import NoticePolicies, write_notices
from tongcha.responsibility.prompts import write_prompts
from tongcha.responsibility.proposals import propose_measures
from tongcha.responsibility.pupil_lists import keep_pupil_lists, read_release, record_deletions
from tongcha.responsibility.pupils import place_pupils
from tongcha.responsibility.repricing import keep_decided, read_decided_rules
from tongcha.responsibility.rulings import settle_responsibilities
from tongcha.responsibility.scoreboard import tally_scoreboard, write_scoreboard
from tongcha.responsibility.states import project_notice_states
from tongcha.responsibility.steps import read_reliefs, read_steps, read_strikes, strike_pupils
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.review.disputes import find_disputed
from tongcha.tables import BY_NAME


@declare_asset(BY_NAME["school_responsibilities"])
def school_responsibilities(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    office: dg.ResourceParam[Office],
    confirmed_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    inspectors: pl.DataFrame,
) -> pl.DataFrame:
    """Name the school of the raid day for every confirmed link, as people ruled and appeals decided."""
    attributed = attribute_schools(
        confirmed=ConfirmedLinks.reload(confirmed_links, judgements),
        identities=identities,
        people=people,
        employment=employment,
        schools=schools,
        policy=office.policy(RoutingPolicy, "routing"),
        spell_rules=office.policy(LinkagePolicy, "linkage").employment,
    )
    return settle_responsibilities(attributed, office.events(), schools, inspectors)


@declare_asset(BY_NAME["pupil_schools"])
def pupil_schools(
    office: dg.ResourceParam[Office], pupils: pl.DataFrame, schools: pl.DataFrame, sites: pl.DataFrame
) -> pl.DataFrame:
    """Place each pupil met at a school; only counts go further."""
    placed = place_pupils(
        pupils=pupils,
        schools=schools,
        sites=sites,
        key=office.keys["pupils"],
        school_names=office.policy(IntakePolicy, "intake").school_names,
    )
    return strike_pupils(placed, read_strikes(office.events()))


@declare_asset(BY_NAME["score_deductions"])
def score_deductions(
    office: dg.ResourceParam[Office],
    school_responsibilities: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    sites: pl.DataFrame,
) -> pl.DataFrame:
    """Compute every addend from the policy; what was decided stays priced by the rules of then."""
    events = office.events()
    facts = {
        "school_responsibilities": school_responsibilities,
        "pupil_schools": pupil_schools,
        "sites": sites,
        "reliefs": read_reliefs(events),
    }
    return keep_decided(
        compute_deductions(policy=office.policy(DeductionPolicy, "deductions"), **facts),
        read_decided_rules(events),
        lambda rules: price_in_force(policy=office.kept_policy(DeductionPolicy, rules), **facts),
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


@declare_asset(BY_NAME["work_prompts"])
def work_prompts(
    office: dg.ResourceParam[Office], pupil_schools: pl.DataFrame, sites: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """Write a prompt per school whose pupils were met; it speaks of a number only."""
    return write_prompts(
        pupil_schools=pupil_schools,
        sites=sites,
        schools=schools,
        policies=NoticePolicies(
            office.policy(DeductionPolicy, "deductions"), office.policy(ClockPolicy, "clocks")
        ),
        templates=office.policies / "templates",
        out=office.outbox,
        demo=office.is_demo,
    )


@declare_asset(BY_NAME["pupil_lists"])
def pupil_lists(
    office: dg.ResourceParam[Office], pupils: pl.DataFrame, pupil_schools: pl.DataFrame
) -> pl.DataFrame:
    """Write each school's own pupils while a release stands; delete the lists when it doesn't."""
    ledger = Ledger(office.ledger_url)
    released_on = read_release(ledger.events())
    lists, deleted = keep_pupil_lists(
        pupils=pupils,
        pupil_schools=pupil_schools,
        policy=office.policy(MinorPolicy, "minors"),
        released_on=released_on,
        today=office.today,
        out=office.outbox,
        demo=office.is_demo,
    )
    ledger.append_all(record_deletions(deleted, released_on), at=office.now())
    return lists


@declare_asset(BY_NAME["notice_steps"])
def notice_steps(office: dg.ResourceParam[Office]) -> pl.DataFrame:
    """Read what people recorded of each notice."""
    return read_steps(office.events())


@declare_asset(BY_NAME["notice_states"])
def notice_states(
    office: dg.ResourceParam[Office], school_notices: pl.DataFrame, notice_steps: pl.DataFrame
) -> pl.DataFrame:
    """Say where each notice stands today and who has to move next."""
    events = office.events()
    return project_notice_states(
        notice_ids=school_notices["notice_id"],
        steps=notice_steps,
        clocks=office.policy(ClockPolicy, "clocks"),
        today=office.today,
        disputed=find_disputed_notices(read_disclosures(events), find_disputed(events)),
    )


@declare_asset(BY_NAME["measure_proposals"])
def measure_proposals(office: dg.ResourceParam[Office], scoreboard: pl.DataFrame) -> pl.DataFrame:
    """Propose measures to a person where a threshold is reached."""
    return propose_measures(scoreboard=scoreboard, policy=office.policy(DeductionPolicy, "deductions"))


@declare_asset(BY_NAME["scoreboard_files"])
def scoreboard_files(
    office: dg.ResourceParam[Office],
    scoreboard: pl.DataFrame,
    score_deductions: pl.DataFrame,
    measure_proposals: pl.DataFrame,
    review_quality: pl.DataFrame,
) -> pl.DataFrame:
    """Write the scoreboard as a workbook and as a picture."""
    return write_scoreboard(
        scoreboard=scoreboard,
        score_deductions=score_deductions,
        proposals=measure_proposals,
        review_quality=review_quality,
        policy=office.policy(DeductionPolicy, "deductions"),
        out=office.outbox,
        demo=office.is_demo,
    )
