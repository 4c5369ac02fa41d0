"""The overview of the validation pages: made of the pages that lie there, worst first told, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.judged import judge
from tongcha.documents.validation_index import HEAD_BYTES, NEWEST, read_verdicts, write_index
from tongcha.documents.validation_report import JudgedRule, write_validation
from tongcha.tables import ALL, BY_NAME

KEPT = [JudgedRule("“性别”只能是：男、女", 0)]
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def outbox(tmp_path):
    """One table that breaks a rule in one of two batches, one that is warned of, one that keeps all."""
    write_validation(judge(), tmp_path)
    write_validation(judge(contract=KEPT, partition="2026-10-25-夜查"), tmp_path)
    stale = [JudgedRule("快照没有过旧。", 1, is_warning=True)]
    write_validation(
        judge(table=BY_NAME["teachers"], partition="2026-10-01", contract=KEPT, neighbours=stale), tmp_path
    )
    write_validation(judge(table=BY_NAME["scoreboard"], partition="all", contract=KEPT), tmp_path)
    return tmp_path


def test_every_table_stands_in_it_with_its_counts(outbox):
    page = write_index(outbox).read_text(encoding="utf-8")
    assert all(table.label in page for table in ALL)
    told = {verdict.table.name: verdict for verdict in read_verdicts(outbox)}
    counts = [told["identities"].total(name) for name in ("rows", "kept", "warned", "broken")]
    assert counts == [24, 2, 0, 1]
    outcomes = [told[name].outcome for name in ("identities", "teachers", "scoreboard", "people")]
    assert outcomes == ["broken", "warned", "kept", "none"]
    assert "已核对 3 张表，其中 1 张有不符：现场人员。另有 1 张需要留意。" in page


def test_every_link_leads_to_a_page_and_every_page_back(outbox):
    index = write_index(outbox)
    verdicts = read_verdicts(outbox)
    links = [page.link for verdict in verdicts for page in verdict.pages]
    assert links == [
        "identities/2026-10-25-%E5%A4%9C%E6%9F%A5.html",
        "identities/2026-10-18-01.html",
        "teachers/2026-10-01.html",
        "scoreboard/all.html",
    ]
    text = index.read_text(encoding="utf-8")
    assert all(f'href="{link}"' in text for link in links)
    pages = sorted(index.parent.glob("*/*.html"))
    assert len(pages) == len(links)
    assert all('href="../index.html"' in page.read_text(encoding="utf-8") for page in pages)


def test_old_pages_are_folded_away_but_never_one_that_tells_of_a_breach(outbox):
    for day in range(10):
        write_validation(judge(contract=KEPT, partition=f"2026-11-{day + 10}-01"), outbox)
    verdict = next(v for v in read_verdicts(outbox) if v.table.name == "identities")
    assert len(verdict.shown) == NEWEST + 1
    assert verdict.shown[-1].partition == "2026-10-18-01"
    assert verdict.shown[-1].outcome == "broken"
    assert len(verdict.shown) + len(verdict.folded) == len(verdict.pages)


def test_the_same_pages_give_the_same_bytes_and_are_not_written_again(outbox):
    first = write_index(outbox)
    written = first.stat().st_mtime_ns
    assert write_index(outbox).stat().st_mtime_ns == written


def test_a_home_without_pages_says_so(tmp_path):
    assert "还没有核对过任何表" in write_index(tmp_path).read_text(encoding="utf-8")


def test_a_page_says_its_verdict_at_its_very_beginning(outbox):
    pages = (outbox / "validation").glob("*/*.html")
    assert all(b'name="verdict"' in page.read_bytes()[:HEAD_BYTES] for page in pages)


@pytest.mark.slow
def test_a_browser_walks_from_it_to_a_page_and_back_asking_nobody(outbox):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import

    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")

    asked: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(write_index(outbox).as_uri())
        page.locator("a.broken").click()
        assert page.locator("h1").inner_text() == "核对报告：现场人员"
        page.get_by_text("核对总览").click()
        assert page.locator("h1").inner_text() == "核对总览"
        browser.close()
    assert {url.partition(":")[0] for url in asked} == {"file"}
