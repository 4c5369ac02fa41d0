"""What was packed for a recipient: from then on somebody may hold it, whether that was recorded or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import polars as pl

from tongcha.casebook.papers import PAPERS
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FINGERPRINT: Final = "packet_sha256"
"""what a note of a packet says, and no other note"""
WHAT: Final = ["document_id", "path", "sha256"]
PACKETS: Final = pl.Schema([*PAPERS.items(), ("seq", pl.Int64()), ("by", pl.String())])


def record_packing(papers: pl.DataFrame, document_id: str, *, digest: str, by: str) -> NewEvent:
    """Return the event by which a document was packed.

    Args:
        papers: what was packed, shaped as `PAPERS`.
        document_id: the package, notice, prompt, list or letter.
        digest: SHA-256 of the packet.
        by: the person who packed it.
    """
    said = [
        {name: row[name] or "" for name in PAPERS if name != "document_id"}
        for row in papers.sort("path").iter_rows(named=True)
    ]
    return NewEvent(EventKind.NOTE, document_id, by, {FINGERPRINT: digest, "papers": said})


def list_packets(events: Iterable[Event]) -> pl.DataFrame:
    """Return the files of each document's latest packet: `PAPERS`, and seq, by of the event."""
    latest = {
        event.subject: event
        for event in drop_retracted(events)
        if event.kind is EventKind.NOTE and "papers" in event.payload and FINGERPRINT in event.payload
    }
    rows = [
        {"document_id": event.subject, "seq": event.seq, "by": event.actor}
        | {name: value or None for name, value in said.items()}
        for event in latest.values()
        for said in cast("Sequence[Mapping[str, str]]", event.payload["papers"])
    ]
    return pl.DataFrame(rows, schema=PACKETS).sort("document_id", "path")


def choose_packet(events: Iterable[Event], document_id: str) -> pl.DataFrame:
    """Return the files of a document's latest packet, shaped as `PAPERS`.

    Raises:
        LedgerError: it was never packed.
    """
    own = list_packets(events).filter(pl.col("document_id") == document_id)
    if own.is_empty():
        raise LedgerError(f"文书 {document_id}", "没有打包的记录", "核对编号；没有打包过的不加 --packed")
    return own.select(PAPERS.names())


def list_unaccounted(events: Iterable[Event], disclosures: pl.DataFrame) -> pl.DataFrame:
    """Return those files of `list_packets` of which nobody has said that they were handed over.

    Args:
        events: the ledger.
        disclosures: table of that name.
    """
    return list_packets(events).join(disclosures.select(WHAT), on=WHAT, how="anti", maintain_order="left")
