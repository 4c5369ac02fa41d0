from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    LATIN,
    LEFT,
    LIKELY,
    SURE,
    candidate_links,
    dossier_tables,
    judgements_of,
)
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_judgement
from tongcha.review.dossier import render_dossiers
from tongcha.tables.linkage import SUBJECTS
from tongcha.tables.referral import EXCULPATORY_FINDINGS


@pytest.fixture(scope="module")
def pages():
    return render_dossiers(dossier_tables(candidate_links()), [SURE, LIKELY, LEFT, LATIN])


def test_every_page_says_that_a_match_is_no_finding(pages):
    assert all("比对一致不等于认定，更不等于违规" in page for page in pages.values())


def test_a_page_stands_alone_and_runs_nothing(pages):
    for page in pages.values():
        assert "default-src 'none'" in page
        rest = page.replace('xmlns="http://www.w3.org/2000/svg"', "").replace("https://x.example", "")
        assert not re.search(
            r"<script|<link|<img|src=|href=|style=|https?:|url\(|\son\w+=", rest, re.IGNORECASE
        )
        assert 4_000 < len(page.encode()) < 15_000


def test_collected_text_is_shown_as_text_and_not_as_markup():
    links = candidate_links()
    tables = dossier_tables(links)
    hostile = tables.shown.identities.with_columns(name=pl.lit("<script>alert(1)</script>"))
    page = render_dossiers(dossier_tables(links, shown=replace(tables.shown, identities=hostile)), [SURE])[
        SURE
    ]
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_differing_characters_are_marked_on_both_sides(pages):
    assert "李<mark>芳</mark>" in pages[LIKELY]
    assert "李<mark>方</mark>" in pages[LIKELY]


def test_the_rivals_are_shown_with_every_candidate(pages):
    assert "T3" in pages[LIKELY]
    assert "没有其他候选" in pages[SURE]


def test_the_spell_of_the_raid_day_is_marked(pages):
    assert re.search(r'class="used"><td>1</td><td>城东第二小学', pages[SURE])


def test_what_is_not_known_is_listed(pages):
    assert "现场没有记下证件号码。" in pages[LIKELY]
    assert "已离职" in pages[LEFT]


def test_every_value_is_traced_to_file_and_row(pages):
    assert "raids/现场人员.xlsx 第 2 行" in pages[SURE]
    assert "reference/任职经历.csv 第 7 行" in pages[SURE]


def test_a_reviewers_page_folds_the_machines_view_and_tells_no_verdict(pages):
    assert "<details>" in pages[LIKELY]
    assert "谁作的判断" not in pages[LIKELY]


def test_the_recipients_page_names_who_decided_and_what_speaks_for_the_person(tmp_path):
    ledger, links = Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}"), candidate_links()
    event = record_judgement(
        batch=BATCH, link_id=SURE, review_round="一审", reviewer="r1", verdict="same", reason="证件一致",
        evidence_hash=f"h{SURE}", decided_on=DAY,
    )  # fmt: skip
    ledger.append(event, at=AT)
    row = {
        "batch": BATCH,
        "link_id": SURE,
        "finding": "near",
        "sentence": "查处前后有调动。",
        "origin": "任职经历",
    }
    findings = EXCULPATORY_FINDINGS.conform(pl.DataFrame([row]))
    tables = dossier_tables(links, judgements=judgements_of(ledger, links), findings=findings)
    page = render_dossiers(tables, [SURE])[SURE]
    assert "<td>r1</td><td>同一人</td><td>证件一致</td>" in page
    assert "查处前后有调动。" in page
    assert "<details>" not in page


def test_where_else_the_person_may_have_been_met_is_told_as_a_hint_and_not_to_reviewers():
    links = candidate_links()
    rows = links.select("batch", "identity_id").unique("identity_id").with_columns(
        subject_id=pl.lit("S0123456789abcdef"), basis=pl.lit("phone"), meetings=pl.lit(2, pl.Int64),
        again_here=pl.lit(value=False), other_raids=pl.lit("Q7"),
    )  # fmt: skip
    tables = dossier_tables(links, subjects=SUBJECTS.conform(rows))
    page = render_dossiers(tables, [SURE])[SURE]
    assert "可能是同一人另见于查处 Q7。" in page
    assert "不重复计数，也不据此扣分" in page
    assert "另见于" not in render_dossiers(dossier_tables(links), [SURE])[SURE]


def test_a_link_that_was_looked_at_again_has_a_page_that_lists_the_second_look_last(tmp_path):
    ledger, links = Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}"), candidate_links()
    for who, review_round in (("a9", "复验"), ("r1", "一审")):
        event = record_judgement(
            batch=BATCH, link_id=SURE, review_round=review_round, reviewer=who, verdict="same", reason="一致",
            evidence_hash=f"h{SURE}", decided_on=DAY,
        )  # fmt: skip
        ledger.append(event, at=AT)
    tables = dossier_tables(links, judgements=judgements_of(ledger, links))
    page = render_dossiers(tables, [SURE])[SURE]
    assert 0 < page.index("<td>一审</td><td>r1</td>") < page.index("<td>复验</td><td>a9</td>")
