"""What the console needs to know of its deployment; pipelines provides it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import polars as pl

    from console.accounts import Accounts
    from console.policy import ConsolePolicy
    from tongcha.ledger.store import Ledger
    from tongcha.policy.review import ReviewPolicy


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """The deployment as the console sees it.

    Attributes:
        read_table: table name and batch (None for tables without) → the stored table. Asked at each
            request for sites, identities, candidate_links and link_evidence, and for people, schools,
            employment, teachers and staff_entries of the snapshot that the batch was linked to, and for
            confirmed_links and exculpatory_findings, which may be empty; always with the batch.
        list_batches: batches whose links have been proposed, in the order to show them.
        require_open: batch → nothing; raises a `TongchaError` that says what to do when the batch's
            source has expired or is gone, so that nobody looks at data that may no longer be used.
        error_rates: the sentences of page one (`tongcha.review.page_one`), as last measured.
        ledger: where judgements go.
        review_policy: who must sign and when a reason is due.
        console_policy: how long a login lasts.
        accounts: who may log in.
        key: secret of the deployment, at least 32 bytes.
        clock: the present instant, with its time zone.
        sign: code, batch and round → what that person writes behind their code in a workbook.
        public_name: host name under which an encrypting proxy offers the console; empty for none.
    """

    read_table: Callable[[str, str | None], pl.DataFrame]
    list_batches: Callable[[], list[str]]
    require_open: Callable[[str], None]
    error_rates: Callable[[], list[str]]
    ledger: Ledger
    review_policy: ReviewPolicy
    console_policy: ConsolePolicy
    accounts: Accounts
    key: bytes
    clock: Callable[[], datetime]
    sign: Callable[[str, str, str], str]
    public_name: str = ""
