"""The first page tells what was measured and what is closed; the dossier tells what was searched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from assets.store import TableStore
from pipelines.desk import build_console_settings, tell_said, tell_signatures
from pipelines.home import Home, Settings
from pipelines.resources import build_office
from tests.console.console_batch import BATCH, SURE
from tests.console.console_scenario import (
    PASSWORD,
    START,
    Browser,
    link_path,
    make_settings,
    queue_path,
    running,
)
from tongcha.errors import HomeError, SourceError
from tongcha.intake.source import LABELS, read_source
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_judgement
from tongcha.review.page_one import UNLOOKED
from tongcha.review.requirements import REQUIREMENTS, GateFacts
from tongcha.tables.linkage import CANDIDATE_LINKS
from tongcha.tables.referral import EXCULPATORY_FINDINGS
from tongcha.tables.review import CONFIRMED_LINKS

EXPIRED = SourceError(f"批次 {BATCH} 的 source.yaml", "已于 2026-10-19 到期", "续签协议并更新有效期")


def test_the_first_page_says_how_often_the_wrong_person_was_confirmed(log_in):
    page = log_in("r1").get("/")
    assert "认错人的比率" in page.text
    assert UNLOOKED in page.text


def test_the_first_page_tells_a_person_their_own_signature_for_each_round_and_nobody_elses(log_in):
    page = log_in("r1").get("/").text
    assert f"r1/signr1-{BATCH}-一审" in page
    assert page.count("sign") == page.count("r1/signr1-")


def test_whoever_verifies_again_is_not_told_a_rate_that_moves_with_their_answer(log_in):
    assert "认错人的比率" not in log_in("r7").get("/").text


def test_a_password_tells_its_owners_signatures_as_workbooks_are_read_and_no_other_does(home, capsys):
    opened = Home(home).open()
    TableStore(home / "tables").write(CANDIDATE_LINKS, BATCH, CANDIDATE_LINKS.empty())
    with pytest.raises(HomeError, match="密码不对"):
        tell_signatures(opened, "r1", PASSWORD + "x")
    tell_signatures(opened, "r1", PASSWORD)
    asked = ("r1", BATCH, "一审")
    assert f"{BATCH}　一审　r1/{build_office(opened).sign(*asked)}" in capsys.readouterr().out
    assert build_console_settings(opened).sign(*asked) == build_office(opened).sign(*asked)


def test_a_person_sees_their_own_answers_as_the_ledger_holds_them_and_no_colleagues(settings, log_in):
    for code in ("r1", "r2"):
        said = record_judgement(
            batch=BATCH, link_id=SURE, review_round="一审", reviewer=code, verdict="different",
            reason=f"证据不一致，{code}", evidence_hash="h", decided_on=START.date(),
        )  # fmt: skip
        settings.ledger.append(said, at=START.isoformat())
    page = log_in("r1").get("/said").text
    assert "不是同一人" in page
    assert "证据不一致，r1" in page
    assert "r2" not in page
    assert "还没有您的判断" in log_in("r3").get("/said").text


def test_a_password_tells_its_owner_what_stands_under_their_code_and_no_other_does(home, capsys):
    opened = Home(home).open()
    said = record_judgement(
        batch=BATCH, link_id=SURE, review_round="一审", reviewer="r1", verdict="same", reason="",
        evidence_hash="h", decided_on=START.date(),
    )  # fmt: skip
    recorded = Ledger(opened.ledger_url()).append(said, at=START.isoformat())
    with pytest.raises(HomeError, match="密码不对"):
        tell_said(opened, "r1", PASSWORD + "x")
    assert recorded.event_id not in capsys.readouterr().out
    tell_said(opened, "r1", PASSWORD)
    told = capsys.readouterr().out
    assert f"{SURE}　一审　同一人" in told
    assert recorded.event_id in told
    tell_said(opened, "r2", PASSWORD)
    assert "共 0 条" in capsys.readouterr().out


@pytest.fixture
def closing(home, world, clock):
    """A console whose batch expires when the test says so."""
    closed: list[SourceError] = []

    def require_open(_batch: str) -> None:
        for error in closed:
            raise error

    return replace(make_settings(home, world, clock), require_open=require_open), closed


def test_a_batch_whose_source_has_expired_is_closed_and_the_page_says_what_to_do(closing):
    settings, closed = closing
    with running(settings) as address:
        browser = Browser(address)
        browser.log_in("r1")
        page = browser.open(SURE)
        looks = len(settings.ledger.events(EventKind.ACCESS))
        closed.append(EXPIRED)
        first = browser.get("/")
        assert first.status == 200
        assert str(EXPIRED) in first.text
        assert queue_path() not in first.text
        for answer in (
            browser.get(queue_path()),
            browser.open(SURE),
            browser.get(link_path(SURE) + "/dossier"),
            browser.judge(SURE, "same", page=page),
        ):
            assert answer.status == 409
            assert str(EXPIRED) in answer.text
            assert "王建国" not in answer.text
    assert len(settings.ledger.events(EventKind.ACCESS)) == looks
    assert not settings.ledger.events(EventKind.JUDGEMENT)


@pytest.mark.parametrize(("today", "is_open"), [("2026-12-31", True), ("2027-01-01", False)])
def test_a_home_closes_a_batch_on_the_day_from_which_the_gate_lets_nothing_through(tmp_path, today, is_open):
    home = Home(tmp_path / "home").open()
    home.write_settings(Settings(demo=True, today=date.fromisoformat(today)))
    folder = home.inbox / "raids" / BATCH
    folder.mkdir()
    values = dict.fromkeys(LABELS, "甲") | {"expires_on": "2026-12-31"}
    (folder / "source.yaml").write_text("".join(f"{k}: {v}\n" for k, v in values.items()), encoding="utf-8")
    settings = build_console_settings(home)
    assert settings.read_table("confirmed_links", BATCH).is_empty()
    assert settings.error_rates() == [UNLOOKED]
    day, source = date.fromisoformat(today), read_source(folder, today=date.min)
    facts = GateFacts(frozenset(), frozenset(), source.expires_on, day, is_demo=True)
    [need] = [need for need in REQUIREMENTS if need.name == "source"]
    link = pl.DataFrame({"link_id": [SURE]})
    assert link.select(need.is_met(facts, settings.review_policy)).item() is is_open
    if is_open:
        settings.require_open(BATCH)
        return
    with pytest.raises(SourceError) as closed:
        settings.require_open(BATCH)
    assert "续签协议并更新有效期" in str(closed.value)


def confirm(world, link_id: str, *findings: str) -> None:
    """What `act` stores of a confirmed link."""
    confirmed = [{"batch": BATCH, "link_id": link_id}]
    world.tables["confirmed_links"] = pl.DataFrame(confirmed, schema=CONFIRMED_LINKS.schema)
    rows = [
        {"batch": BATCH, "link_id": link_id, "finding": f"f{n}", "sentence": text, "origin": "现场人员表 I0"}
        for n, text in enumerate(findings)
    ]
    frame = pl.DataFrame(rows, schema=EXCULPATORY_FINDINGS.schema)
    world.tables["exculpatory_findings"] = EXCULPATORY_FINDINGS.conform(frame)


def test_the_dossier_says_what_was_searched_in_favour_once_it_was(world, log_in):
    log_in("r1").judge(SURE, "same")
    viewer, path = log_in("r5"), link_path(SURE) + "/dossier"
    before = viewer.get(path).text
    assert "尚未查找" in before
    assert "课后服务安排" in before
    confirm(world, SURE, "没有登记核验证件的民警")
    found = viewer.get(path).text
    assert "没有登记核验证件的民警" in found
    assert "尚未查找" not in found
    confirm(world, SURE)
    nothing = viewer.get(path).text
    assert "没有发现不等于不存在" in nothing
    assert "查找的范围：现场登记" in nothing
    assert "未能查找的：课后服务安排" in nothing


def test_who_may_still_take_their_answer_back_is_not_told_that_the_link_was_confirmed(world, log_in):
    judge = log_in("r1")
    judge.judge(SURE, "same")
    confirm(world, SURE, "没有登记核验证件的民警")
    path = link_path(SURE) + "/dossier"
    assert "没有登记核验证件的民警" not in judge.get(path).text
    assert "没有登记核验证件的民警" in log_in("r1").get(path).text
