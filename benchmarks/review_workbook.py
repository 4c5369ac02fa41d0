"""What a review workbook costs, out and back, against the limits of its issue: 10 s out, 2 CPU seconds back.

    python3 run.py exec python benchmarks/review_workbook.py [--rows 5000]

The rows are the review tests' people, each link with its own evidence. Every row is answered in between by
the scripted reviewer, whose time isn't counted. Back means: file opened in the confined process, every seal
checked, every answer judged and appended to a ledger on disk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tests.review.review_scenario import AT, DAY, candidate_links, link, terms, write_books
from tongcha.ledger.store import Ledger
from tongcha.review.returns import take_returns
from tongcha.synthetic.workbook_filler import Answer, fill_workbook
from tongcha.tables.linkage import CANDIDATE_LINKS

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS: Final = {"out": 10.0, "back": 2.0}


def make_links(rows: int) -> pl.DataFrame:
    """Return so many links that two people each have to judge."""
    pairs = candidate_links().select("identity_id", "person_id").rows()
    made = [link(f"L{n:016x}", *pairs[n % len(pairs)], rank=1) for n in range(rows)]
    return CANDIDATE_LINKS.conform(pl.DataFrame(made, schema_overrides=CANDIDATE_LINKS.schema))


def measure(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process and its children."""
    before = os.times()
    work()
    return sum(os.times()[:4]) - sum(before[:4])


def main() -> None:
    """Write a workbook, answer it, take it back, print what both ways cost."""
    parser = argparse.ArgumentParser(description="a review workbook, out and back")
    parser.add_argument("--rows", type=int, default=5000)
    rows = parser.parse_args().rows
    links = make_links(rows)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        out = measure(lambda: write_books(ledger, links, folder))
        [book] = folder.glob("*.xlsx")
        answer = Answer("different", "r1", DAY, "年龄相差很大")
        fill_workbook(book, dict.fromkeys(links["link_id"], answer))
        back = measure(lambda: take_returns([book], ledger, terms(links), at=AT))
        taken = len(ledger.events())
    for way, cost in (("out", out), ("back", back)):
        print(f"{rows:,} rows {way:4} {cost:5.2f} s cpu, {cost / LIMITS[way]:.2f} of the limit")
    print(f"{taken:,} events in the ledger")


if __name__ == "__main__":
    main()
