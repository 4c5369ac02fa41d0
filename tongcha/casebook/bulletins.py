"""日报, 周通报, 半月报, 季通报, 专项总结: counts without persons, small ones hidden, yields shown.

Days and weeks speak of sites and issues only: a count of people over so short a time points at someone.
An issue that is one person's act or question is counted with the people, never in one sum with other
issues: less the days, which leave it out, the sum of a half month would tell how many such issues there were.
Districts aren't told apart: a league table by numbers caught rewards looking for people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.filed import find_filed_batches, leave_out
from tongcha.casebook.issues import name_sources
from tongcha.casebook.periods import list_periods
from tongcha.linkage.estimation.intervals import clopper_pearson
from tongcha.tables.casebook import BULLETINS

if TYPE_CHECKING:
    from tongcha.policy.casebook import CasebookPolicy
    from tongcha.policy.deductions import DeductionPolicy

MEASURES: Final = {
    "sites": "查处场所",
    "identities": "现场人员",
    "candidates": "有待判断候选的人员",
    "confirmed": "经人确认的比对",
    "referred": "移送的比对",
    "proven": "反馈属实的比对",
    "cleared": "反馈不成立、应予澄清的比对",
    "withdrawn": "撤回的比对",
    "issues": "新增问题（不含涉及个人的）",
    "closed": "销号问题（不含涉及个人的）",
    "personal_issues": "新增问题（涉及个人）",
    "personal_closed": "销号问题（涉及个人）",
}
PEOPLE: Final = (
    "identities", "candidates", "confirmed", "referred", "proven", "cleared", "withdrawn",
    "personal_issues", "personal_closed",
)  # fmt: skip
"""Counts of people: hidden when small, and left out of days and weeks."""
OF_A_PERSON: Final = ("teacher_tutoring", "undecided")
"""Classes of issues that are one person's act or question: their number is a number of people."""
FUNNEL: Final = {
    "candidates": "identities",
    "confirmed": "candidates",
    "referred": "confirmed",
    "proven": "referred",
}
"""Step → the step before, of which it is a share."""
SHORT: Final = ("日报", "周通报")
ALL_OF_IT: Final = "合计"
SITE_TRAITS: Final = {
    "licence": "证照情况",
    "variant": "隐形变异类型",
    "source": "线索来源",
    "subject_type": "学科类别",
}
_PERIOD: Final = ("cadence", "start", "end", "period")


@dataclass(frozen=True, slots=True)
class Counted:
    """The tables that are counted; each is the table of its name, all batches."""

    sites: pl.DataFrame
    identities: pl.DataFrame
    candidate_links: pl.DataFrame
    confirmed_links: pl.DataFrame
    referrals: pl.DataFrame
    outcomes: pl.DataFrame
    issue_ledger: pl.DataFrame
    rectification_ledger: pl.DataFrame
    withheld_links: pl.DataFrame


def tally_bulletins(counted: Counted, *, policy: DeductionPolicy, rules: CasebookPolicy) -> pl.DataFrame:
    """Return the table `bulletins`.

    Args:
        counted: the tables that are counted.
        policy: policy/deductions.yaml; names the campaigns.
        rules: policy/casebook.yaml; names the channels, and says which counts of people are hidden.
    """
    met = _leave_out_filed(counted)
    named = name_sources(met.sites["source"], rules)
    facts = _list_facts(replace(met, sites=met.sites.with_columns(source=named)))
    spans = [(day, *period) for day in facts["day"].unique().sort() for period in list_periods(day, policy)]
    schema = {"day": pl.Date, "cadence": pl.String, "start": pl.Date, "end": pl.Date, "period": pl.String}
    placed = facts.join(pl.DataFrame(spans, schema=schema, orient="row"), on="day")
    is_person = pl.col("measure").is_in(PEOPLE)
    cells = (
        placed.filter(~(is_person & pl.col("cadence").is_in(SHORT)))
        .group_by(*_PERIOD, "measure", "dimension", "value")
        .agg(count=pl.col("ref").n_unique().cast(pl.Int64))
        .with_columns(hidden=is_person & (pl.col("count") < rules.small_cell))
    )
    shown = _hide_remainders(cells).with_columns(count=pl.when(~pl.col("hidden")).then("count"))
    label = pl.col("measure").replace_strict(MEASURES, return_dtype=pl.String)
    return BULLETINS.conform(_add_yield(shown.with_columns(label=label)))


def _leave_out_filed(counted: Counted) -> Counted:
    """Leave out sweeps of filed staff: nobody was met there, and a firm that filed isn't a site raided."""
    filed = find_filed_batches(counted.sites)
    if not filed:
        return counted
    names = ("sites", "identities", "candidate_links", "confirmed_links", "referrals")
    kept = {name: leave_out(getattr(counted, name), filed) for name in names}
    of_filed = counted.candidate_links.filter(pl.col("batch").is_in(filed))
    return replace(counted, **kept, outcomes=counted.outcomes.join(of_filed, on="link_id", how="anti"))


def _list_facts(counted: Counted) -> pl.DataFrame:
    """Return one row per thing counted: day, measure, dimension, value, ref."""
    sites, links = counted.sites, counted.candidate_links
    dated = links.join(
        counted.identities.select("batch", "identity_id", "raid_date"), on=["batch", "identity_id"]
    )
    proposed = dated.filter(pl.col("decision") != "none")
    taken_back = counted.withheld_links.filter(pl.col("requirement") == "not_withdrawn")
    withdrawn = dated.join(taken_back, on="link_id", how="semi")
    person = pl.format("{}/{}", "batch", "identity_id")
    outcomes = counted.outcomes.sort("link_id", "seq").unique("link_id", keep="last", maintain_order=True)
    raid = counted.confirmed_links.select("link_id", "raid_date")
    told = outcomes.join(raid, on="link_id", how="left").with_columns(
        raid_date=pl.coalesce("raid_date", "on")
    )
    is_personal = pl.col("category").is_in(OF_A_PERSON)
    standing = counted.issue_ledger.filter(pl.col("state") != "void")
    categories = counted.issue_ledger.select("issue_id", "category")
    closed = counted.rectification_ledger.filter(pl.col("state") == "closed").join(
        categories, on="issue_id", how="left"
    )
    whole = [
        _count(sites, "sites", "raid_date", pl.col("raid_id")),
        _count(counted.identities, "identities", "raid_date", person),
        _count(proposed, "candidates", "raid_date", person),
        _count(counted.confirmed_links, "confirmed", "raid_date", pl.col("link_id")),
        _count(counted.referrals, "referred", "raid_date", pl.col("link_id")),
        _count(told.filter(pl.col("outcome").is_in(["proven", "partly_proven"])), "proven", "raid_date",
               pl.col("link_id")),
        _count(told.filter("clears"), "cleared", "raid_date", pl.col("link_id")),
        _count(withdrawn, "withdrawn", "raid_date", pl.col("link_id")),
        _count(standing.filter(~is_personal), "issues", "found_on", pl.col("issue_id")),
        _count(closed.filter(~is_personal), "closed", "closed_on", pl.col("issue_id")),
        _count(standing.filter(is_personal), "personal_issues", "found_on", pl.col("issue_id")),
        _count(closed.filter(is_personal), "personal_closed", "closed_on", pl.col("issue_id")),
    ]  # fmt: skip
    parts = [
        _count(sites, "sites", "raid_date", pl.col("raid_id"), label, pl.col(trait).fill_null("未登记"))
        for trait, label in SITE_TRAITS.items()
    ]
    return pl.concat([*whole, *parts])


def _count(
    frame: pl.DataFrame,
    measure: str,
    day: str,
    ref: pl.Expr,
    dimension: str = ALL_OF_IT,
    value: pl.Expr | None = None,
) -> pl.DataFrame:
    return frame.select(
        day=pl.col(day),
        measure=pl.lit(measure),
        dimension=pl.lit(dimension),
        value=pl.lit(ALL_OF_IT) if value is None else value,
        ref=ref,
    )


def _hide_remainders(cells: pl.DataFrame) -> pl.DataFrame:
    """Hide a second half month where only one of a quarter is hidden, lest it be the difference."""
    quarter = pl.col("start").dt.truncate("1q")
    group = ["cadence", "measure", "dimension", "value", "quarter"]
    marked = cells.with_columns(quarter=quarter)
    alone = pl.col("hidden").sum().over(group) == 1
    order = ["count", "start"]
    next_one = (
        marked.filter(alone & ~pl.col("hidden") & (pl.col("cadence") == "半月报"))
        .sort(*group, *order)
        .unique(group, keep="first", maintain_order=True)
        .select(*group, "start", second=pl.lit(value=True))
    )
    joined = marked.join(next_one, on=[*group, "start"], how="left")
    return joined.with_columns(hidden=pl.col("hidden") | pl.col("second").fill_null(value=False)).drop(
        "second", "quarter"
    )


def _add_yield(cells: pl.DataFrame) -> pl.DataFrame:
    """Add each funnel step's share of the step before with its exact interval, where both are shown."""
    before = cells.select(*_PERIOD, "dimension", "value", previous="measure", base="count")
    steps = cells.with_columns(
        previous=pl.col("measure").replace_strict(FUNNEL, default=None, return_dtype=pl.String)
    )
    joined = steps.join(before, on=[*_PERIOD, "dimension", "value", "previous"], how="left")
    shares = [_share(row["count"], row["base"]) for row in joined.iter_rows(named=True)]
    columns = dict.fromkeys(("share", "share_low", "share_high"), pl.Float64)
    added = pl.DataFrame(shares, schema=columns, orient="row")
    return pl.concat([joined.drop("previous", "base"), added], how="horizontal")


def _share(count: int | None, base: int | None) -> tuple[float | None, float | None, float | None]:
    if count is None or not base or count > base:
        return None, None, None
    low, high = clopper_pearson(count, base)
    return round(count / base, 6), round(low, 6), round(high, 6)
