"""Judging in the console: what is recorded, what is refused, and what comes next."""

from __future__ import annotations

import threading

import pytest

from tests.console.console_batch import BATCH, LINKS, LOOKALIKE, SURE
from tests.console.console_scenario import link_path, queue_path, state_of
from tongcha.ledger.events import EventKind
from tongcha.review.decisions import record_judgement

pytestmark = pytest.mark.slow  # a console is opened for every test
REASON = "证件号与姓名都不同"


def test_a_verdict_is_the_event_that_a_workbook_makes_plus_the_form_it_came_by(settings, log_in, clock):
    log_in("r1").judge(LOOKALIKE, "different", REASON)
    [event] = settings.ledger.events(EventKind.JUDGEMENT)
    expected = record_judgement(
        batch=BATCH,
        link_id=LOOKALIKE,
        review_round="一审",
        reviewer="r1",
        verdict="different",
        reason=REASON,
        evidence_hash="h1",
        decided_on=clock.now.date(),
    )
    assert {key: event.payload[key] for key in expected.payload} == expected.payload
    assert (event.subject, event.actor) == (expected.subject, expected.actor)
    assert set(event.payload) - set(expected.payload) == {"entry", "scores_seen"}
    assert settings.ledger.verify().is_intact


def test_one_signature_confirms_what_the_machine_is_certain_of(settings, world, log_in):
    log_in("r1").judge(SURE, "same")
    assert state_of(settings, world, SURE) == "已确认"


def test_two_people_settle_what_the_machine_is_not_certain_of(settings, world, log_in):
    log_in("r1").judge(LOOKALIKE, "same")
    assert state_of(settings, world, LOOKALIKE) == "待二审"
    log_in("r3").judge(LOOKALIKE, "same")
    assert state_of(settings, world, LOOKALIKE) == "已确认"


def test_after_a_verdict_the_next_link_is_shown(log_in):
    browser = log_in("r1")
    answer = browser.judge(SURE, "same")
    assert answer.url.endswith(LOOKALIKE)
    answer = browser.judge(LOOKALIKE, "same")
    assert answer.url.endswith(LINKS[2])
    assert "刚登记" in answer.text


def test_nobody_judges_a_link_in_both_rounds(settings, log_in):
    browser = log_in("r2")
    page = browser.open(LOOKALIKE)
    browser.judge(LOOKALIKE, "same", page=page)
    again = browser.open(LOOKALIKE)
    assert "您的判断" in again.text
    assert 'name="verdict"' not in again.text
    assert LOOKALIKE not in browser.get(queue_path("二审")).text.replace("刚登记", "").split("<h1>")[1]
    fresh = browser.open(LINKS[2])
    answer = browser.judge(LOOKALIKE, "different", REASON, page=fresh, round="二审", evidence_hash="h1")
    assert answer.status == 409
    assert len(settings.ledger.events(EventKind.JUDGEMENT)) == 1


def test_a_reason_is_asked_for_where_policy_wants_one_and_the_draft_is_kept(settings, log_in):
    browser = log_in("r1")
    for verdict, reason in (
        ("different", ""),
        ("unsure", "短"),
        ("same", "长" * 301),
        ("different", "号码是13800138001"),
    ):
        answer = browser.judge(LOOKALIKE, verdict, reason)
        assert answer.status == 422
        assert "理由：" in answer.text
        assert f">{reason}</textarea>" in answer.text
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_an_answer_that_is_none_of_the_three_is_refused(settings, log_in):
    answer = log_in("r1").judge(LOOKALIKE, "guilty")
    assert answer.status == 422
    assert "不是三个答案之一" in answer.text
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_a_declared_conflict_hides_the_link_and_can_be_taken_back(settings, log_in):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    form = {"token": page.field("token"), "form": page.field("form"), "round": "一审"}
    assert browser.post(link_path(LOOKALIKE) + "/recusal", form | {"reason": ""}).status == 422
    page = browser.open(LOOKALIKE)
    form |= {"form": page.field("form"), "reason": "与当事人是亲属"}
    answer = browser.post(link_path(LOOKALIKE) + "/recusal", form)
    assert answer.status == 200
    assert [event.actor for event in settings.ledger.events(EventKind.RECUSAL)] == ["r1"]
    hidden = browser.open(LOOKALIKE)
    assert hidden.status == 403
    assert "已声明回避" in hidden.text
    assert "李芳" not in hidden.text
    assert LOOKALIKE not in browser.get(queue_path("一审")).text.split("<h1>")[1]
    browser.post("/undo", {"token": answer.field("token"), "event": answer.field("event")})
    assert browser.open(LOOKALIKE).status == 200


def test_every_page_with_personal_data_is_an_access_event_and_others_are_none(settings, log_in):
    browser = log_in("r1")
    browser.get("/")
    browser.get(queue_path())
    assert settings.ledger.events(EventKind.ACCESS) == []
    for _ in range(2):
        browser.open(LOOKALIKE)
    viewer = log_in("r5")
    viewer.open(SURE)
    events = settings.ledger.events(EventKind.ACCESS)
    assert [(e.actor, e.subject) for e in events] == [("r1", LOOKALIKE)] * 2 + [("r5", SURE)]
    assert len({e.payload["session"] for e in events}) == 2
    assert {e.payload["view"] for e in events} == {"link"}


def test_two_first_reviewers_are_led_to_different_links(log_in):
    first, other = log_in("r1"), log_in("r6")
    first.open(SURE)
    assert "同事正在看" in other.get(queue_path("一审")).text
    other.open(LOOKALIKE)
    assert first.judge(SURE, "same").url.endswith(LINKS[2])


def test_of_two_first_answers_at_once_one_counts_and_the_other_person_is_told(settings, log_in):
    browsers = [log_in("r1"), log_in("r6")]
    pages = [browser.open(LOOKALIKE) for browser in browsers]
    statuses = []

    def send(browser, page):
        statuses.append(browser.judge(LOOKALIKE, "same", page=page).status)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(settings.ledger.events(EventKind.JUDGEMENT)) == 1
    assert min(statuses) == 200
    assert max(statuses) in {403, 409}


def test_a_workbook_judgement_counts_in_the_console_at_once(settings, clock, log_in):
    browser = log_in("r3")
    assert browser.open(LOOKALIKE).status == 403
    event = record_judgement(
        batch=BATCH,
        link_id=LOOKALIKE,
        review_round="一审",
        reviewer="r1",
        verdict="same",
        reason="",
        evidence_hash="h1",
        decided_on=clock.now.date(),
    )
    settings.ledger.append(event, at=clock.now.isoformat())
    assert browser.open(LOOKALIKE).status == 200
