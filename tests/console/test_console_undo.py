"""Answers taken back, sent twice, or given on evidence that has changed."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.console.console_batch import LINKS, LOOKALIKE
from tests.console.console_scenario import state_of
from tongcha.ledger.events import EventKind

pytestmark = pytest.mark.slow  # a console is opened for every test
REASON = "证件号与姓名都不同"


def test_an_undo_is_a_counter_event_and_the_same_answer_counts_again_after_it(settings, world, log_in):
    browser = log_in("r1")
    for _ in range(2):
        page = browser.judge(LOOKALIKE, "same")
        assert state_of(settings, world, LOOKALIKE) == "待二审"
        undone = browser.post("/undo", {"token": page.field("token"), "event": page.field("event")})
        assert "已撤销" in undone.text
        assert state_of(settings, world, LOOKALIKE) == "待一审"
    browser.judge(LOOKALIKE, "same")
    assert state_of(settings, world, LOOKALIKE) == "待二审"
    assert len(settings.ledger.events(EventKind.JUDGEMENT)) == 3
    assert len(settings.ledger.events(EventKind.RETRACTION)) == 2


def test_another_login_can_not_undo(settings, log_in):
    event = log_in("r1").judge(LOOKALIKE, "same").field("event")
    for code in ("r1", "r3"):
        other = log_in(code)
        answer = other.post("/undo", {"token": other.get("/").field("token"), "event": event})
        assert answer.status == 409
        assert "只能撤销本次登录中自己" in answer.text
    assert settings.ledger.events(EventKind.RETRACTION) == []


def test_an_undo_comes_too_late_after_the_time_that_policy_gives(log_in, clock):
    browser = log_in("r1")
    page = browser.judge(LOOKALIKE, "same")
    for _ in range(7):  # steps shorter than the idle time
        clock.now += timedelta(minutes=10)
        browser.get("/")
    answer = browser.post("/undo", {"token": page.field("token"), "event": page.field("event")})
    assert answer.status == 409
    assert "超过可以自行撤销的时间" in answer.text


def test_a_changed_mind_after_seeing_the_scores_is_noted(settings, log_in):
    browser = log_in("r1")
    page = browser.judge(LOOKALIKE, "same")
    browser.open(LOOKALIKE)
    browser.post("/undo", {"token": page.field("token"), "event": page.field("event")})
    browser.judge(LOOKALIKE, "different", REASON)
    seen = [event.payload["scores_seen"] for event in settings.ledger.events(EventKind.JUDGEMENT)]
    assert seen == [False, True]


def test_an_answer_on_evidence_that_changed_meanwhile_is_refused(settings, world, log_in):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    links = world.tables["candidate_links"]
    fresh = pl.when(pl.col("link_id") == LOOKALIKE).then(pl.lit("changed")).otherwise("evidence_hash")
    world.tables["candidate_links"] = links.with_columns(evidence_hash=fresh)
    answer = browser.judge(LOOKALIKE, "same", page=page)
    assert answer.status == 409
    assert "证据在您查看之后有变化" in answer.text
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_a_judgement_on_evidence_that_changed_later_is_asked_for_again(world, log_in):
    browser = log_in("r1")
    browser.judge(LOOKALIKE, "same")
    links = world.tables["candidate_links"]
    fresh = pl.when(pl.col("link_id") == LOOKALIKE).then(pl.lit("changed")).otherwise("evidence_hash")
    world.tables["candidate_links"] = links.with_columns(evidence_hash=fresh)
    again = browser.open(LOOKALIKE)
    assert "以前的判断已失效" in again.text
    assert browser.judge(LOOKALIKE, "same", page=again).status == 200


def test_a_form_sent_twice_is_one_event(settings, log_in):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    browser.judge(LOOKALIKE, "same", page=page)
    again = browser.judge(LOOKALIKE, "same", page=page)
    assert again.status == 409
    assert "没有重复登记" in again.text
    assert len(settings.ledger.events(EventKind.JUDGEMENT)) == 1


def test_an_old_form_does_not_bring_an_undone_answer_back(settings, world, log_in):
    browser = log_in("r1")
    old = browser.open(LOOKALIKE)
    page = browser.judge(LOOKALIKE, "same", page=old)
    browser.post("/undo", {"token": page.field("token"), "event": page.field("event")})
    assert browser.judge(LOOKALIKE, "same", page=old).status == 409
    assert state_of(settings, world, LOOKALIKE) == "待一审"


def test_a_form_made_for_one_link_is_refused_for_another(settings, log_in):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    assert browser.judge(LINKS[2], "same", page=page, evidence_hash="h2").status == 409
    assert settings.ledger.events(EventKind.JUDGEMENT) == []
