"""The 督办通知 itself: to one district, by counts, with the day by which it is asked to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import PAPERS
from tongcha.casebook.supervision import (
    count_orders,
    list_district_issues,
    list_unordered,
    name_recipients,
    propose_orders,
    read_supervisions,
)
from tongcha.documents.facts import digest_facts
from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.render import CompiledTemplate
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.tables.casebook import SUPERVISION_ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tongcha.ledger.events import Event
    from tongcha.policy.casebook import CasebookPolicy
    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.deductions import DeductionPolicy

FOLDER: Final = "supervision"
FILE: Final = "督办通知.docx"
TEMPLATE: Final = "supervision_order.docx"


@dataclass(frozen=True, slots=True)
class OrderPolicies:
    """What an order rests on: its thresholds, its clock, and who issues it."""

    casebook: CasebookPolicy
    clocks: ClockPolicy
    deductions: DeductionPolicy


def write_supervision_orders(  # noqa: PLR0913 - what, for whom, under which rules and where must all be said
    *,
    issue_ledger: pl.DataFrame,
    rectification_ledger: pl.DataFrame,
    schools: pl.DataFrame,
    events: Iterable[Event],
    policies: OrderPolicies,
    templates: Path,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one order per decision and return the table `supervision_orders`, proposals included.

    Args:
        issue_ledger: table of that name.
        rectification_ledger: table of that name; says what is overdue.
        schools: table `schools`; names each district's authority.
        events: the ledger; says what people decided.
        policies: thresholds, clock, issuer.
        templates: folder of the .docx templates.
        out: the outbox; files land in `supervision/<order_id>/`.
        demo: mark every order as a demonstration.

    Raises:
        PolicyError: a policy isn't adopted, or only as an example outside the demo.
    """
    issues = list_district_issues(
        issue_ledger=issue_ledger, rectification_ledger=rectification_ledger, schools=schools
    )
    ordered, recipients = read_supervisions(events), name_recipients(schools)
    proposed = propose_orders(list_unordered(issues, ordered), recipients, policies.casebook.supervision)
    issued = count_orders(ordered, issues, recipients)
    rows = []
    if issued.height:
        _require_adoptions(policies, demo=demo)
        template = CompiledTemplate(templates / TEMPLATE)
        head = _fill_head(policies, EXAMPLE_MARK if demo else "")
        for row in issued.iter_rows(named=True):
            own = ordered.filter(pl.col("event_id") == row["event_id"])
            context = head | _fill_order(row, own, issues)
            path = f"{FOLDER}/{row['order_id']}/{FILE}"
            written = write_file(out / path, template.render(context))
            rows.append((row["order_id"], path, written, digest_facts(context)))
    columns = ("order_id", "path", "sha256", "facts")
    files = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    remove_other_folders(out / FOLDER, r"U[0-9a-f]{12}", set(files["order_id"]))
    stored = issued.drop("path", "sha256", "facts").join(files, on="order_id")
    return SUPERVISION_ORDERS.conform(pl.concat([proposed, stored.select(proposed.columns)]))


def list_supervision_papers(supervision_orders: pl.DataFrame, clause: str) -> pl.DataFrame:
    """Return the orders that may be handed over: `PAPERS`; they name no person and no link.

    Args:
        supervision_orders: table of that name.
        clause: on what basis districts are told.
    """
    issued = supervision_orders.filter(pl.col("state") == "issued").with_columns(
        document_id="order_id", kind=pl.lit("supervision"), basis=pl.lit(clause)
    )
    return issued.select(
        (pl.col(name) if name in issued.columns else pl.lit(None)).cast(pl.String).alias(name)
        for name in PAPERS
    ).sort("document_id", "path")


def _require_adoptions(policies: OrderPolicies, *, demo: bool) -> None:
    require_adoption(policies.casebook, "办案台账规则 policy/casebook.yaml", demo=demo)
    require_adoption(policies.clocks, "时限 policy/clocks.yaml", demo=demo)
    require_adoption(policies.deductions, "扣分规则 policy/deductions.yaml", demo=demo)


def _fill_head(policies: OrderPolicies, mark: str) -> dict[str, object]:
    clock = policies.clocks.clock("supervision")
    return {
        "mark": mark,
        "number_line": "（发文字号待编）",
        "issuer": policies.deductions.issuer,
        "contact": policies.deductions.contact,
        "clause": policies.casebook.supervision.clause,
        "reply_text": clock.text,
        "reply_basis": clock.cited,
    }


def _fill_order(row: dict[str, object], own: pl.DataFrame, issues: pl.DataFrame) -> dict[str, object]:
    """Return the district's counts by class of issue; the classes stand in the order of their names."""
    by_class = (
        own.join(issues.select("issue_id", "label"), on="issue_id")
        .group_by("label")
        .agg(total=pl.len(), unassigned=pl.col("was_unassigned").sum(), overdue=pl.col("was_overdue").sum())
        .sort("label")
        .with_row_index("order", offset=1)
    )
    return {
        "order_id": row["order_id"],
        "recipient_name": row["recipient_name"],
        "area": row["area"],
        "as_of": f"{row['decided_on']:%Y年%-m月%-d日}",
        "issue_count": row["issue_count"],
        "unassigned_count": row["unassigned_count"],
        "overdue_count": row["overdue_count"],
        "classes": by_class.rows(named=True),
    }
