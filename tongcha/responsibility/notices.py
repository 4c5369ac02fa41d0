"""The proposed-deduction notice (拟扣分告知书) to each school: what was counted, the sum, how to contest.

By 教育督导条例 20–24 a deduction starts as a preliminary opinion which the school may contest. Teachers
appear by case number and 张某 only, pupils as a count, and the date stays blank for whoever seals it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.facts import digest_facts
from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.masks import number_same
from tongcha.documents.numbers import number_record
from tongcha.documents.render import CompiledTemplate
from tongcha.policy.adoption import EXAMPLE_POINTS_MARK, require_adoption
from tongcha.responsibility.deductions import CAP, CENT, LABELS, PUPILS, RECTIFICATION, TEACHER
from tongcha.tables.responsibility import SCHOOL_NOTICES

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.deductions import DeductionPolicy

FOLDER: Final = "notices"
FILE: Final = "拟扣分告知书.docx"
ALL_ABOVE: Final = "以上各项"
RULE_ORDER: Final = {rule: place for place, rule in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class NoticePolicies:
    """The policies that a notice rests on."""

    deductions: DeductionPolicy
    clocks: ClockPolicy


def write_notices(  # noqa: PLR0913 - what, for whom, under which rules and where must all be said
    *,
    score_deductions: pl.DataFrame,
    school_responsibilities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    policies: NoticePolicies,
    templates: Path,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one notice per school and campaign and return the table `school_notices`.

    Notices that no deduction stands behind any more are removed.

    Args:
        score_deductions: table of that name.
        school_responsibilities: table of that name; gives each act's date and chain.
        people: table `people`; gives the surname.
        schools: table `schools`.
        policies: deductions and clocks.
        templates: folder of the .docx templates.
        out: the outbox; files land in `notices/<notice_id>/`.
        demo: mark every paper as a demonstration; the only way to use example values.

    Raises:
        PolicyError: a policy isn't adopted, or only as an example outside the demo.
    """
    rows: list[dict[str, object]] = []
    if score_deductions.height:
        require_adoption(policies.deductions, "扣分规则 policy/deductions.yaml", demo=demo)
        require_adoption(policies.clocks, "时限 policy/clocks.yaml", demo=demo)
        mark = EXAMPLE_POINTS_MARK if demo else ""
        template = CompiledTemplate(templates / "school_notice.docx")
        acts = _list_acts(school_responsibilities, people)
        names = dict(schools.select("school_id", "name").iter_rows())
        ordered = score_deductions.sort("school_id", "campaign", "rule", "case_ref")
        for key, part in ordered.partition_by("school_id", "campaign", as_dict=True).items():
            context = _fill_notice(part, acts, policies) | {
                "mark": mark,
                "school_name": names.get(key[0], key[0]),
            }
            paper = template.render(context), digest_facts(context)
            rows.append(_store_notice(part, paper, policies.clocks, out))
    table = SCHOOL_NOTICES.conform(pl.DataFrame(rows, schema=SCHOOL_NOTICES.schema))
    remove_other_folders(out / FOLDER, r"N[0-9a-f]{12}", set(table["notice_id"]))
    return table


def _list_acts(responsibilities: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return each attributed act's case number, date, chain and the teacher's name."""
    return (
        responsibilities.filter(pl.col("state") == "attributed")
        .join(people.select("person_id", "name"), on="person_id", how="left")
        .select("link_id", "raid_date", "chain", "name")
        .sort("raid_date", "link_id")
    )


def _fill_notice(part: pl.DataFrame, acts: pl.DataFrame, policies: NoticePolicies) -> dict[str, object]:
    rules, clocks = policies.deductions, policies.clocks
    charged = part.filter(pl.col("rule") == TEACHER)["case_ref"].to_list()
    own = acts.filter(pl.col("link_id").is_in(charged))
    ordered = part.sort(pl.col("rule").replace_strict(RULE_ORDER, return_dtype=pl.Int64), "case_ref")
    total = _total(part)
    standing = _total(part.filter(pl.col("rule") != RECTIFICATION))
    return {
        "number_line": "（发文字号待编）",
        "issuer": rules.issuer,
        "contact": rules.contact,
        "campaign": part["campaign"][0],
        "total": str(total),
        "teacher_count": len(charged),
        "pupil_count": _count(part, PUPILS),
        "teachers": _describe_acts(own),
        "sums": [_describe_addend(i, row) for i, row in enumerate(ordered.iter_rows(named=True), start=1)],
        "clauses": ordered["clause"].unique(maintain_order=True).to_list(),
        "policy_version": part["policy_version"][0],
        "defence_text": clocks.clock("defence").text,
        "defence_basis": clocks.clock("defence").cited,
        "review_text": clocks.clock("review_request").text,
        "review_basis": clocks.clock("review_request").cited,
        "appeal_text": clocks.clock("appeal").text,
        "appeal_basis": clocks.clock("appeal").cited,
        "restored_share": f"{rules.rectification.share:.0%}",
        "restored_points": str((standing * rules.rectification.share).quantize(CENT, ROUND_HALF_UP)),
        "restored_clause": rules.rectification.clause,
    }


def _describe_acts(own: pl.DataFrame) -> list[dict[str, object]]:
    masked = number_same(own["name"].to_list())
    return [
        {
            "order": order,
            "link_id": row["link_id"],
            "raid_day": row["raid_date"].isoformat(),
            "name": name,
            "chain": row["chain"],
        }
        for order, (row, name) in enumerate(zip(own.iter_rows(named=True), masked, strict=True), start=1)
    ]


def _describe_addend(order: int, row: dict[str, object]) -> dict[str, object]:
    """Return one line of the sum; numbers stand one to a line, since a page would break them anywhere."""
    rests_on = ALL_ABOVE if row["rule"] == CAP else str(row["case_ref"]).replace("、", "、\n")
    return {
        "order": order,
        "label": LABELS[str(row["rule"])],
        "case_ref": rests_on,
        "sum_shown": row["sum_shown"],
        "points": str(row["points"]),
    }


def _total(part: pl.DataFrame) -> Decimal:
    return sum(part["points"], Decimal("0.00"))


def _count(part: pl.DataFrame, rule: str) -> int:
    return int(part.filter(pl.col("rule") == rule)["count"].sum())


def _store_notice(
    part: pl.DataFrame, paper: tuple[bytes, str], clocks: ClockPolicy, out: Path
) -> dict[str, object]:
    content, facts = paper
    school_id, campaign = part["school_id"][0], part["campaign"][0]
    notice_id = number_record("N", school_id, campaign)
    path = f"{FOLDER}/{notice_id}/{FILE}"
    return {
        "notice_id": notice_id,
        "school_id": school_id,
        "campaign": campaign,
        "points": _total(part),
        "teacher_count": _count(part, TEACHER),
        "pupil_count": _count(part, PUPILS),
        "reply_days": clocks.clock("defence").length,
        "path": path,
        "sha256": write_file(out / path, content),
        "facts": facts,
    }
