"""Returned workbooks of a batch, one after the other, into the ledger."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.office import Office
from tongcha.errors import ReturnError
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy
from tongcha.review.judgements import project_judgements
from tongcha.review.return_file import read_cover
from tongcha.review.returns import ReviewReturn, read_review_workbook, record_returns
from tongcha.review.reviewers import Reviewers
from tongcha.tables.review import REVIEW_RETURNS


def take_returns(office: Office, batch: str, candidate_links: pl.DataFrame) -> pl.DataFrame:
    """Append the judgements of every returned workbook of the batch to the ledger.

    Returns:
        Table `review_returns`; a file that can't be taken as a whole has one row, number 0.
    """
    ledger, refused = Ledger(office.ledger_url), []

    def read_each() -> Iterator[ReviewReturn]:
        for path in list_returns(office.inbox, batch):
            try:
                yield _read_one(office, path, candidate_links, ledger)
            except ReturnError as error:
                refused.append((batch, path.name, 0, None, "refused", str(error)))

    taken = record_returns(ledger, read_each(), at=office.now())
    failures = pl.DataFrame(refused, schema=REVIEW_RETURNS.schema, orient="row")
    return pl.concat([taken, failures])


def list_returns(inbox: Path, batch: str) -> list[Path]:
    """Return the files in `inbox/returns` that belong to a batch: by their cover, or else by their name.

    They come in the order of the rounds, so that a second judgement meets the first one in the ledger.
    """
    claimed = {path: read_cover(path) for path in sorted((inbox / "returns").glob("*.xlsx"))}
    own = [
        (cover.round if cover else "", path)
        for path, cover in claimed.items()
        if (cover.batch == batch if cover else path.name.startswith(f"{batch}-"))
    ]
    return [path for _, path in sorted(own)]


def _read_one(office: Office, path: Path, candidate_links: pl.DataFrame, ledger: Ledger) -> ReviewReturn:
    batch = str(candidate_links["batch"][0]) if candidate_links.height else ""
    return read_review_workbook(
        path,
        key=office.keys["review"],
        reviewers=Reviewers.load(office.home / "reviewers.yaml"),
        candidate_links=candidate_links,
        judgements=project_judgements(ledger.events(), candidate_links, batch),
        policy=office.policy(ReviewPolicy, "review"),
    )
