"""问题台账: what was found, classified; each issue rests on a row of another table or on a person's word.

An issue whose ground is gone (a link withdrawn, a case struck) becomes void by itself.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.listings import find_listing_contradictions
from tongcha.casebook.patrols import find_clean_patrols
from tongcha.casebook.rectification import STATE_LABELS, read_rectifications
from tongcha.documents.numbers import number_record
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.responsibility.deductions import PUPILS
from tongcha.tables.casebook import ISSUE_LEDGER
from tongcha.tables.intake import UNLICENSED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.policy.casebook import CasebookPolicy

FOUND: Final = pl.Schema(
    {
        "category": pl.String, "case_ref": pl.String, "school_id": pl.String, "area": pl.String,
        "found_on": pl.Date, "licence": pl.String, "variant": pl.String, "source": pl.String,
        "sentence": pl.String,
    }
)  # fmt: skip
"""What every ground of an issue is shaped as."""
REMAINING: Final = "（依据已不存在）"


def build_issue_ledger(
    *,
    sites: pl.DataFrame,
    school_responsibilities: pl.DataFrame,
    score_deductions: pl.DataFrame,
    events: Iterable[Event],
    policy: CasebookPolicy,
    patrols: pl.DataFrame | None = None,
    institutions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `issue_ledger`.

    Args:
        sites: table `sites` of all batches; a site without the full licences is an issue.
        school_responsibilities: each attributed act is one, and each open question.
        score_deductions: each school whose pupils count is one per campaign.
        events: the ledger: issues that people opened, and what was done about each.
        policy: policy/casebook.yaml.
        patrols: table `patrols` of all batches; one that found nothing before a raid is to be looked into.
        institutions: table `institutions`; what contradicts a site's licences is to be looked into.
    """
    known = list(events)
    doubts = [
        *([] if patrols is None else [find_clean_patrols(sites, patrols, policy.patrols)]),
        *([] if institutions is None else [find_listing_contradictions(sites, institutions)]),
    ]
    found = pl.concat(
        [
            _find_sites(sites),
            _find_acts(school_responsibilities, sites),
            _find_pupils(score_deductions, sites),
            *(_shape(doubt, category=pl.col("category"), case_ref=pl.col("case_ref")) for doubt in doubts),
            read_opened(known),
        ]
    ).unique(["category", "case_ref"], keep="first", maintain_order=True)
    numbers = [number_record("I", *key) for key in found.select("category", "case_ref").iter_rows()]
    issues = found.with_columns(pl.Series("issue_id", numbers, dtype=pl.String))
    return ISSUE_LEDGER.conform(_name(_set_states(issues, read_rectifications(known)), policy))


def record_issue(*, sentence: str, area: str, school_id: str, on: date, by: str) -> NewEvent:
    """Return the ledger event by which a person enters an issue that no table gives.

    Args:
        sentence: what is wrong, without any name.
        area: area code, or empty.
        school_id: the school concerned, or empty.
        on: the day it was found.
        by: the person who enters it.

    Raises:
        LedgerError: nothing is said.
    """
    if not sentence.strip():
        raise LedgerError("问题台账", "没有写明是什么问题", "用一句话写明，不写姓名")
    payload = {"open": sentence, "area": area, "school_id": school_id, "on": on.isoformat()}
    return NewEvent(EventKind.ISSUE, number_record("I", "manual", sentence), by, payload)


def read_opened(events: Iterable[Event]) -> pl.DataFrame:
    """Return the issues that people entered and that stand, shaped as `FOUND`."""
    rows = [
        {
            "category": "manual",
            "case_ref": str(event.payload["open"]),
            "school_id": str(event.payload["school_id"]) or None,
            "area": str(event.payload["area"]) or None,
            "found_on": date.fromisoformat(str(event.payload["on"])),
        }
        for event in drop_retracted(events)
        if event.kind is EventKind.ISSUE and "open" in event.payload
    ]
    return pl.DataFrame(rows, schema=FOUND)


def _find_sites(sites: pl.DataFrame) -> pl.DataFrame:
    bad = sites.filter(pl.col("licence").is_in(list(UNLICENSED)))
    return _shape(bad, category=pl.lit("unlicensed_site"), case_ref=pl.col("raid_id"))


def _find_acts(responsibilities: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Each act once, by the link it is charged by; a question is an issue of its own until it is answered.

    What a defence or an appeal struck is neither an act of anybody's nor a question.
    """
    traits = sites.select("batch", "raid_id", "area", "licence", "variant", "source")
    acts = (
        responsibilities.filter(pl.col("state") != "struck")
        .sort("act_id", pl.col("state") != "attributed", "batch", "link_id")
        .unique("act_id", keep="first", maintain_order=True)
        .join(traits, on=["batch", "raid_id"], how="left")
    )
    decided = pl.col("state") == "attributed"
    category = pl.when(decided).then(pl.lit("teacher_tutoring")).otherwise(pl.lit("undecided"))
    return _shape(acts, category=category, case_ref=pl.col("link_id"), sentence=pl.col("question"))


def _find_pupils(deductions: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Each school and campaign whose pupils count; found on the day of its first raid."""
    days = sites.group_by("raid_id").agg(raid_date=pl.col("raid_date").min())
    counted = (
        deductions.filter(pl.col("rule") == PUPILS)
        .with_columns(raid_id=pl.col("case_ref").str.split("、").list.first())
        .join(days, on="raid_id", how="left")
    )
    return _shape(
        counted, category=pl.lit("pupils_attending"), case_ref=pl.format("{}／{}", "school_id", "campaign")
    )


def _shape(frame: pl.DataFrame, **columns: pl.Expr) -> pl.DataFrame:
    made = frame.with_columns(found_on="raid_date", **columns)
    return made.select(
        (pl.col(name) if name in made.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in FOUND.items()
    )


def _set_states(issues: pl.DataFrame, done: pl.DataFrame) -> pl.DataFrame:
    """Return the issues with their states; what was worked on but has no ground any more is void."""
    joined = issues.join(done.select("issue_id", "state", own="department"), on="issue_id", how="left")
    gone = (
        done.join(issues, on="issue_id", how="anti")
        .select("issue_id", found_on="assigned_on", own="department")
        .with_columns(state=pl.lit("void"), category=pl.lit("manual"), case_ref=pl.lit(REMAINING))
    )
    return pl.concat([joined, gone], how="diagonal").with_columns(pl.col("state").fill_null("open"))


def _name(issues: pl.DataFrame, policy: CasebookPolicy) -> pl.DataFrame:
    labels = {c.category: c.label for c in policy.categories}
    departments = {c.category: c.department for c in policy.categories}
    category = pl.col("category")
    return issues.with_columns(
        label=category.replace_strict(labels, return_dtype=pl.String),
        state_label=pl.col("state").replace_strict(STATE_LABELS, return_dtype=pl.String),
        department=pl.coalesce("own", category.replace_strict(departments, return_dtype=pl.String)),
        source_label=name_sources(issues["source"], policy),
    ).drop("own")


def name_sources(codes: pl.Series, policy: CasebookPolicy) -> pl.Series:
    """Return the names of channels; a code that the policy doesn't list is said to be so, null stays null.

    Args:
        codes: codes of channels.
        policy: policy/casebook.yaml.
    """
    names = {s.source: s.label for s in policy.sources}
    known = codes.replace_strict(names, default=None, return_dtype=pl.String)
    unlisted = pl.when(codes.is_not_null()).then(pl.lit("未列入的渠道"))
    return pl.DataFrame({"known": known}).select(pl.coalesce("known", unlisted)).to_series()
