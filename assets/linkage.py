"""Linkage: which person of the registry or a staff list each identity may be, with the evidence."""

from typing import Final

import dagster as dg
import polars as pl

from assets.declare import declare_assets
from assets.office import Office
from tongcha.casebook.closing import refuse_closed
from tongcha.linkage.engine import propose_links
from tongcha.linkage.ranking.subjects import group_subjects
from tongcha.policy.linkage import LinkagePolicy
from tongcha.tables import BY_NAME, linkage

LINKAGE: Final = "link_identities"


@declare_assets(LINKAGE, linkage.TABLES, "把现场人员与比对库比对；只是建议，不是结论")
def link_identities(
    context: dg.AssetExecutionContext,
    office: dg.ResourceParam[Office],
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    staff_entries: pl.DataFrame,
) -> tuple[pl.DataFrame, ...]:
    """Propose links for the batch against the newest complete snapshot."""
    refuse_closed(office.events(), context.partition_key)
    linked = propose_links(
        identities=identities,
        people=people,
        employment=employment,
        schools=schools,
        staff_entries=staff_entries,
        policy=office.policy(LinkagePolicy, "linkage"),
        batch=context.partition_key,
        snapshot=office.tables.current_snapshot(),
    )
    return (
        linked.candidate_links,
        linked.link_evidence,
        linked.link_quality,
        _group_subjects(office, context.partition_key, identities, linked.candidate_links),
    )


def _group_subjects(
    office: Office, batch: str, identities: pl.DataFrame, candidate_links: pl.DataFrame
) -> pl.DataFrame:
    """Group the batch's identities with those of the batches before it that are still kept."""
    subjects = group_subjects(
        pl.concat([office.tables.read_earlier(BY_NAME["identities"], batch), identities]),
        pl.concat([office.tables.read_earlier(linkage.CANDIDATE_LINKS, batch), candidate_links]),
        office.policy(LinkagePolicy, "linkage").subjects,
    )
    return subjects.filter(pl.col("batch") == batch)
