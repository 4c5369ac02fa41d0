"""Review: what people returned, where each link stands, and what may leave."""

import dagster as dg
import polars as pl

from assets.declare import declare_asset, declare_assets
from assets.gate import GateTables, open_gate
from assets.office import Office
from tongcha.casebook.closing import find_closed
from tongcha.casebook.jurisdiction import assign_areas
from tongcha.ledger.store import Ledger
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.review.dossier import DossierTables, write_dossiers
from tongcha.review.judgements import project_judgements
from tongcha.review.quality import ReviewRecords, measure_review
from tongcha.review.queue import build_review_queue
from tongcha.review.returns import ReturnTerms, take_returns
from tongcha.review.reverification import write_reverification_workbook
from tongcha.review.reviewers import Reviewers
from tongcha.review.shown import ShownTables
from tongcha.review.workbook import write_review_workbooks
from tongcha.tables import BY_NAME

GATE = (BY_NAME["confirmed_links"], BY_NAME["withheld_links"])


@declare_asset(BY_NAME["review_returns"])
def review_returns(
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    candidate_links: pl.DataFrame,
    sites: pl.DataFrame,
) -> pl.DataFrame:
    """Append the judgements of the batch's returned workbooks to the ledger; none once it is closed."""
    events = office.events()
    if context.partition_key in find_closed(events):
        return BY_NAME["review_returns"].empty()
    raids = assign_areas(sites, events)
    placed = candidate_links.join(raids, on=["batch", "raid_id"], how="left", maintain_order="left")
    terms = ReturnTerms(
        batch=context.partition_key,
        key=office.keys["review"],
        reviewers=Reviewers.load(office.home / "reviewers.yaml"),
        candidate_links=candidate_links,
        policy=office.policy(ReviewPolicy, "review"),
        limits=office.policy(IntakePolicy, "intake").limits,
        today=office.today,
        sign=office.sign,
        areas=dict(placed.select("link_id", "area").iter_rows()),
    )
    return take_returns(office.returned(), Ledger(office.ledger_url), terms, at=office.now())


@declare_asset(BY_NAME["judgements"], deps=["review_returns"])
def judgements(
    context: dg.AssetExecutionContext, office: dg.ResourceParam[Office], candidate_links: pl.DataFrame
) -> pl.DataFrame:
    """Project the ledger onto today's links of the batch."""
    events = Ledger(office.ledger_url).events()
    return project_judgements(events, candidate_links, context.partition_key)


@declare_asset(BY_NAME["review_queue"])
def review_queue(
    office: dg.ResourceParam[Office],
    candidate_links: pl.DataFrame,
    judgements: pl.DataFrame,
    sites: pl.DataFrame,
) -> pl.DataFrame:
    """Say where each proposed link stands and who comes first."""
    return build_review_queue(candidate_links, judgements, office.policy(ReviewPolicy, "review"), sites)


@declare_asset(BY_NAME["review_workbooks"])
def review_workbooks(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    review_queue: pl.DataFrame,
    judgements: pl.DataFrame,
    candidate_links: pl.DataFrame,
    link_evidence: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
) -> pl.DataFrame:
    """Write a workbook for each round in which links wait, and one for the second look; none once closed."""
    if context.partition_key in find_closed(office.events()) or identities["digest"].is_not_null().any():
        return BY_NAME["review_workbooks"].empty()
    shown = ShownTables(candidate_links, link_evidence, identities, people, schools)
    out, key, batch = office.outbox / "review", office.keys["review"], context.partition_key
    policy = office.policy(ReviewPolicy, "review")
    files = write_review_workbooks(
        queue=review_queue,
        candidate_links=candidate_links,
        evidence=link_evidence,
        identities=identities,
        people=people,
        schools=schools,
        out=out,
        key=key,
        batch=batch,
        policy=policy,
    )
    files += write_reverification_workbook(
        queue=review_queue, judgements=judgements, tables=shown, out=out, key=key, batch=batch, policy=policy
    )
    return office.list_files(files).with_columns(batch=pl.lit(batch))


@declare_assets("pass_gate", GATE, "关口：放行条件齐全的比对，其余写明缺什么")
def pass_gate(
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    candidate_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    sites: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let through the links that have everything, and name what the others lack."""
    given = GateTables(candidate_links, judgements, identities, people, sites)
    outcome = open_gate(office, context.partition_key, given)
    return outcome.confirmed.frame, outcome.withheld_links


@declare_asset(BY_NAME["dossiers"])
def dossiers(  # noqa: PLR0913, PLR0917 - one argument per upstream table
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    confirmed_links: pl.DataFrame,
    candidate_links: pl.DataFrame,
    link_evidence: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    employment: pl.DataFrame,
    teachers: pl.DataFrame,
    staff_entries: pl.DataFrame,
    exculpatory_findings: pl.DataFrame,
    judgements: pl.DataFrame,
    subjects: pl.DataFrame,
) -> pl.DataFrame:
    """Write a page per confirmed link: the evidence for and against, and what isn't known."""
    shown = ShownTables(candidate_links, link_evidence, identities, people, schools)
    tables = DossierTables(
        shown, employment, teachers, staff_entries, exculpatory_findings, judgements, subjects
    )
    folder = office.outbox / "dossiers" / context.partition_key
    written = write_dossiers(tables, confirmed_links["link_id"].to_list(), folder)
    files = office.list_files(written, only_in=folder)
    links = pl.col("path").str.extract("(L[0-9a-f]{16})[.]html$")
    return files.with_columns(link_id=links, batch=pl.lit(context.partition_key))


@declare_asset(BY_NAME["review_quality"])
def review_quality(
    office: dg.ResourceParam[Office],
    review_queue: pl.DataFrame,
    judgements: pl.DataFrame,
    candidate_links: pl.DataFrame,
    sites: pl.DataFrame,
    link_quality: pl.DataFrame,
) -> pl.DataFrame:
    """Measure how well and how fast people review, over all batches."""
    records = ReviewRecords(review_queue, judgements, candidate_links, sites, office.events(), link_quality)
    return measure_review(records, office.policy(ReviewPolicy, "review"), today=office.today)
