"""A returned workbook counts only where its reviewer answers for the district."""

from __future__ import annotations

import polars as pl

from tests.review.review_scenario import AT, DAY, LIKELY, REVIEWERS, SURE, candidate_links, terms, write_books
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger
from tongcha.review.returns import take_returns
from tongcha.review.reviewers import Reviewers
from tongcha.synthetic.workbook_filler import Answer, fill_workbook


def test_a_reviewer_of_one_district_judges_its_links_and_no_others_by_workbook(tmp_path):
    ledger, links = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}"), candidate_links()
    [path] = write_books(ledger, links, tmp_path)
    book = fill_workbook(path, {SURE: Answer("same", "r1", DAY), LIKELY: Answer("same", "r1", DAY)})
    bound = [
        p.model_copy(update={"areas": ("990101",)}) if p.code == "r1" else p for p in REVIEWERS.reviewers
    ]
    against = terms(
        links, reviewers=Reviewers(reviewers=tuple(bound)), areas={SURE: "990101", LIKELY: "990102"}
    )
    table = take_returns([book], ledger, against, at=AT)
    fates = dict(table.select("link_id", "outcome").iter_rows())
    assert (fates[SURE], fates[LIKELY]) == ("recorded", "refused")
    assert "不属此代号的区划" in table.filter(pl.col("link_id") == LIKELY)["reason"][0]
    assert [event.subject for event in ledger.events(EventKind.JUDGEMENT)] == [SURE]
