"""How a person answers a question that attribution left open: by name, with a reason, in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.responsibility.inspectors import name_inspectors
from tongcha.responsibility.steps import read_strikes, strike_responsibilities
from tongcha.tables.responsibility import SCHOOL_RESPONSIBILITIES

if TYPE_CHECKING:
    from collections.abc import Iterable

RULING_SCHEMA: Final = pl.Schema(
    {"link_id": pl.String, "ruled_school": pl.String, "by": pl.String, "event_id": pl.String}
)


def record_ruling(*, link_id: str, school_id: str, by: str, reason: str) -> NewEvent:
    """Return the ledger event by which a person names the school that answers for an act.

    Raises:
        LedgerError: no school or no reason is given.
    """
    if not school_id.strip() or not reason.strip():
        raise LedgerError(f"比对 {link_id}", "判定须写明学校和理由", "补全后再登记")
    return NewEvent(EventKind.REPLY, link_id, by, {"ruled_school": school_id, "reason": reason})


def refuse_settled(school_responsibilities: pl.DataFrame, link_id: str) -> None:
    """Refuse to answer what nobody asks, or to name a second school for an act.

    Raises:
        LedgerError: the link has no open question, or another link of the same act has its school.
    """
    own = school_responsibilities.filter(pl.col("link_id") == link_id)
    if own.is_empty() or own["state"][0] != "question":
        raise LedgerError(f"比对 {link_id}", "没有待判定的问题", "用 tongcha case questions 查看")
    same = pl.col("act_id") == own["act_id"][0]
    settled = school_responsibilities.filter(same & (pl.col("state") == "attributed"))["link_id"].sort()
    if settled.len():
        raise LedgerError(
            f"比对 {link_id}",
            f"同一人同一次查处已按比对 {settled[0]} 归到学校",
            "一个行为只归一所学校；归错的，先更正那一条",
        )


def read_rulings(events: Iterable[Event]) -> pl.DataFrame:
    """Return `link_id, ruled_school, by, event_id`: the latest standing ruling on each link."""
    rows = [
        {
            "link_id": event.subject,
            "ruled_school": str(event.payload["ruled_school"]),
            "by": event.actor,
            "event_id": event.event_id,
        }
        for event in drop_retracted(events)
        if event.kind is EventKind.REPLY and "ruled_school" in event.payload
    ]
    return pl.DataFrame(rows, schema=RULING_SCHEMA).unique("link_id", keep="last", maintain_order=True)


def apply_rulings(
    *, school_responsibilities: pl.DataFrame, rulings: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """Return the table with each answered question attributed to the school that a person named.

    Only open questions are answered; what the spells settled isn't overruled this way (an appeal is), nor by
    an answer about the same person taken down twice at that raid, and a school that the directory doesn't
    know leaves the question open.

    Args:
        school_responsibilities: table of that name.
        rulings: from `read_rulings`.
        schools: table `schools`.
    """
    directory = schools.select("school_id", ruled_name="name", ruled_authority="authority")
    known = rulings.join(directory, left_on="ruled_school", right_on="school_id")
    joined = school_responsibilities.join(known, on="link_id", how="left", maintain_order="left")
    is_settled = (pl.col("state") == "attributed").any().over("act_id")
    ruled = pl.col("ruled_school").is_not_null() & (pl.col("state") == "question") & ~is_settled
    chain = pl.format(
        "由 {} 判定（台账事件 {}）；{}→{}",
        "by",
        "event_id",
        "ruled_name",
        pl.coalesce("ruled_authority", pl.lit("主管部门未登记")),
    )
    return SCHOOL_RESPONSIBILITIES.conform(
        joined.with_columns(
            state=pl.when(ruled).then(pl.lit("attributed")).otherwise("state"),
            school_id=pl.when(ruled).then("ruled_school").otherwise("school_id"),
            school_name=pl.when(ruled).then("ruled_name").otherwise("school_name"),
            authority=pl.when(ruled).then("ruled_authority").otherwise("authority"),
            chain=pl.when(ruled).then(chain).otherwise("chain"),
            question=pl.when(~ruled).then("question"),
        ).select(SCHOOL_RESPONSIBILITIES.schema.names())
    )


def settle_responsibilities(
    attributed: pl.DataFrame,
    events: list[Event],
    schools: pl.DataFrame,
    inspectors: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return `school_responsibilities` after what people decided: rulings first, then what appeals struck.

    Args:
        attributed: from `attribute_schools`.
        events: the ledger.
        schools: table `schools`.
        inspectors: table `inspectors`; without it nobody is named beside the school and nothing is asked.
    """
    ruled = apply_rulings(school_responsibilities=attributed, rulings=read_rulings(events), schools=schools)
    named = ruled if inspectors is None else name_inspectors(ruled, inspectors)
    return SCHOOL_RESPONSIBILITIES.conform(strike_responsibilities(named, read_strikes(events)))
