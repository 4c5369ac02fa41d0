"""Which links a record is about, whatever it names: a link, a paper, notice, issue, raid, batch or event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN
from tongcha.ledger.events import EventKind
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.store import TableStore
    from tongcha.ledger.events import Event

Links = dict[str, set[str]]
OWN_CASE: Final = ["school_id", "campaign"]
WHOSE: Final = ["batch", "recipient", "recipient_name"]
HANDED: Final = ["recipient_name", "path", "sha256"]


def locate_links(tables: TableStore, events: Iterable[Event]) -> Links:
    """Return the links behind everything that a person may record something of.

    A judgement isn't in it: its author may take it back, and nobody else who took part.

    Args:
        tables: the stored tables.
        events: the ledger, in its order.
    """

    def read(name: str) -> pl.DataFrame:
        return tables.read_all(BY_NAME[name])

    links, found = read("candidate_links"), Links()
    _note(found, links.select("link_id", about="link_id"))
    _note(found, links.select("batch", "link_id"))
    _note(found, links.select(pl.format("{}/{}", "batch", "raid_id"), "link_id"))
    _note(found, read("dispute_answers").select("letter_id", "link_id"))
    routed = read("referral_packages").join(read("referrals"), on=WHOSE)
    _note(found, routed.select("package_id", "link_id"))
    cited = read("score_deductions").with_columns(pl.col("case_ref").str.split(JOIN)).explode("case_ref")
    _note(found, read("school_notices").join(cited, on=OWN_CASE).select("notice_id", "case_ref"))
    acts = read("school_responsibilities").select("act_id", "link_id")
    same_act = acts.join(acts, on="act_id").select(case_ref="link_id", link_id="link_id_right")
    _note(found, read("issue_ledger").join(same_act, on="case_ref").select("issue_id", "link_id"))
    given = (
        read("disclosures").with_columns(pl.col("links").str.split(JOIN)).explode("links").drop_nulls("links")
    )
    _note(found, given.select("document_id", "links"))
    _note(found, read("corrections").join(given, on=HANDED).select("letter_id", "links"))
    for event in events:
        if event.kind is not EventKind.JUDGEMENT and event.subject in found:
            found[event.event_id] = found[event.subject]
    return found


def _note(found: Links, rows: pl.DataFrame) -> None:
    for subject, link in rows.unique().iter_rows():
        found.setdefault(subject, set()).add(link)
