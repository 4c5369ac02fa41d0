"""The page that a check writes: the counts of Great Expectations, record numbers, nobody's data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from assets.office import Office
from checks.expectations import find_breaches
from checks.report import write_report
from pipelines.definitions import CROSS_RULES
from pipelines.provenance import POLICIES
from tests.scenario import BATCH, make_table
from tongcha.tables import BY_NAME

pytestmark = pytest.mark.slow  # loading Great Expectations takes six seconds

CHROMIUM = Path("/usr/bin/chromium")
SECRET_NAME, SECRET_NUMBER = "王某某", "11010519491231002X"
STRAYS = next(rule for rule in CROSS_RULES if rule.name == "every_identity_belongs_to_a_site")


@pytest.fixture
def office(tmp_path) -> Office:
    return Office(
        home=tmp_path,
        policies=POLICIES,
        today=dt.date(2026, 11, 1),
        adopted_by=dt.date(2026, 11, 1),
        now=lambda: "",
        is_demo=True,
        ledger_url="",
        keys={},
        sign=lambda *_: "",
        provenance={"代码版本": "0123456789ab"},
    )


def report(office: Office, frame: pl.DataFrame, partitions: list[str] | None = None) -> Path:
    table = BY_NAME["identities"]
    breaches = find_breaches(table, frame)
    found = [(STRAYS, frame.select("identity_id", "raid_id").head(1))]
    return write_report(
        office, table, frame, partitions=partitions or [BATCH], breaches=breaches, found=found
    )


def test_it_shows_rows_rules_breaches_and_the_numbers_of_records(office):
    bad = make_table("identities").with_columns(capture=pl.lit("guessed"), age=pl.lit(130))
    page = report(office, bad).read_text(encoding="utf-8")
    assert "核对 2 行" in page
    assert "2 条不符，另有 1 条需要留意" in page
    assert page.count("I1；I2") == 2
    assert "人员编号 I1，查处编号 Q1" in page
    assert "代码版本：0123456789ab。" in page
    assert "Great Expectations 1.24.1" in page


def test_a_key_that_might_be_a_person_is_replaced_by_its_place(office):
    bad = make_table("identities").with_columns(
        identity_id=pl.Series([SECRET_NAME, SECRET_NUMBER]), name=pl.lit(SECRET_NAME), capture=pl.lit("?")
    )
    page = report(office, bad).read_text(encoding="utf-8")
    assert "第 1 条；第 2 条" in page
    assert SECRET_NAME not in page
    assert SECRET_NUMBER not in page


def test_at_most_five_records_are_named(office):
    many = pl.concat([make_table("identities")] * 4).with_columns(
        identity_id=pl.format("I{}", pl.int_range(8)), sex=pl.lit("?")
    )
    page = report(office, many).read_text(encoding="utf-8")
    assert "I0；I1；I2；I3；I4<" in page


def test_a_check_run_by_itself_speaks_of_all_batches(office):
    page = report(office, make_table("identities"), [BATCH, "另一批"])
    assert page.name == "全部批次.html"


def test_a_browser_shows_it_without_asking_anybody(office):
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")

    bad = make_table("identities").with_columns(age=pl.lit(130))
    asked: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report(office, bad).as_uri())
        assert page.locator("h1").inner_text() == "核对报告：现场人员"
        assert page.locator("tr.broken").count() == 1
        colour = page.locator("tr.broken td.outcome").evaluate("cell => getComputedStyle(cell).color")
        assert colour == "rgb(176, 0, 0)", "the style sheet is allowed by its own policy"
        browser.close()
    assert [url.partition(":")[0] for url in asked] == ["file"]
