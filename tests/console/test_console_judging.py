from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.console.console_scenario import (
    BATCH,
    LINKS,
    LOOKALIKE,
    REVIEW_POLICY,
    SURE,
    Browser,
    link_path,
    queue_path,
    running,
)
from tongcha.ledger.events import EventKind
from tongcha.review.decisions import record_judgement
from tongcha.review.judgements import project_judgements
from tongcha.review.queue import build_review_queue

if TYPE_CHECKING:
    from console.settings import ConsoleSettings
    from tests.console.console_scenario import World

pytestmark = pytest.mark.slow  # a console is opened for every test

REASON = "证件号与姓名都不同"


def judgements(settings: ConsoleSettings, world: World) -> pl.DataFrame:
    return project_judgements(settings.ledger.events(), world.tables["candidate_links"], BATCH)


def state_of(settings: ConsoleSettings, world: World, link_id: str) -> str:
    links = world.tables["candidate_links"]
    queue = build_review_queue(links, judgements(settings, world), REVIEW_POLICY, world.tables["sites"])
    return str(queue.filter(pl.col("link_id") == link_id)["state"].item())


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


def test_the_second_reviewer_sees_neither_the_first_answer_nor_who_gave_it(log_in):
    log_in("r1").judge(LOOKALIKE, "different", "只有甲知道的理由")
    second = log_in("r3")
    pages = [second.get("/"), second.get(queue_path("二审")), second.open(LOOKALIKE)]
    assert pages[-1].status == 200
    text = "".join(page.text.replace("不是同一人</button>", "") for page in pages)
    for trace in ("r1", "复核员甲", "只有甲知道的理由", "<b>不是同一人</b>"):
        assert trace not in text


def test_the_second_page_is_the_same_whatever_the_first_answered(log_in):
    """Only link, form number, login token and place in the queue may differ."""
    log_in("r1").judge(LINKS[2], "different", REASON)
    log_in("r1").judge(LINKS[3], "unsure", REASON)
    second = log_in("r3")
    pages = [second.open(link).text for link in LINKS[2:4]]
    asked = [
        text[text.index('<h2 id="ask">') :].replace(link, "")
        for text, link in zip(pages, LINKS[2:4], strict=True)
    ]
    stripped = ["\n".join(line for line in text.splitlines() if "hidden" not in line) for text in asked]
    assert stripped[0] == stripped[1]


def test_scores_are_hidden_until_the_verdict_and_shown_after_it(log_in):
    browser = log_in("r1")
    before = browser.open(SURE)
    for trace in ("比特", "0.9999", "可直接确认", "证件号与姓名全部一致", "甲</dd>", "先验"):
        assert trace not in before.text
    browser.judge(SURE, "same", page=before)
    after = browser.open(SURE)
    for shown in ("40.00 比特", "0.9999", "可直接确认", "证件号与姓名全部一致", "+40.00"):
        assert shown in after.text


def test_the_dossier_opens_after_the_verdict_only_and_tells_nothing_of_others(settings, log_in):
    log_in("r1").judge(LOOKALIKE, "same", "只有甲知道的理由")
    second = log_in("r3")
    path = link_path(LOOKALIKE) + "/dossier"
    early = second.get(path)
    assert early.status == 403
    assert "作出判断之前不能看" in early.text
    assert "李芳" not in early.text
    second.judge(LOOKALIKE, "different", REASON)
    page = second.get(path)
    assert page.status == 200
    assert "比对卷宗" in page.text
    for trace in ("r1", "只有甲知道的理由"):
        assert trace not in page.text
    views = [event.payload["view"] for event in settings.ledger.events(EventKind.ACCESS)]
    assert views[-1] == "dossier"


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


def test_a_reason_is_asked_for_where_policy_wants_one_and_the_draft_is_kept(settings, log_in):
    browser = log_in("r1")
    for verdict, reason in (("different", ""), ("unsure", "短"), ("same", "长" * 301)):
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


def test_disagreement_goes_to_the_panel_which_sees_both_answers_and_no_names(settings, world, log_in):
    log_in("r1").judge(LOOKALIKE, "same", "姓名同音，手机号一致")
    log_in("r2").judge(LOOKALIKE, "different", REASON)
    assert state_of(settings, world, LOOKALIKE) == "待集体研究"
    member = log_in("r4")
    page = member.open(LOOKALIKE)
    assert "姓名同音，手机号一致" in page.text
    assert REASON in page.text
    for trace in ("r1", "r2", "复核员甲", "复核员乙"):
        assert trace not in page.text
    assert member.judge(LOOKALIKE, "same").status == 422  # the panel always gives a reason
    member.judge(LOOKALIKE, "same", "经核对原件为同一人")
    assert state_of(settings, world, LOOKALIKE) == "待集体研究"
    log_in("r3").judge(LOOKALIKE, "same", "经核对原件为同一人")
    assert state_of(settings, world, LOOKALIKE) == "已确认"


def test_the_second_reviewers_own_progress_does_not_tell_whether_they_disagreed(log_in):
    """r3 judges in 二审 and on the panel: only what is theirs to do is counted, per round."""
    log_in("r1").judge(LINKS[2], "same")
    second = log_in("r2")
    answer = second.judge(LINKS[2], "different", REASON)
    assert "集体研究" not in answer.text


def test_a_reviewer_who_sits_on_the_panel_is_not_told_that_they_disagreed(log_in):
    log_in("r1").judge(LOOKALIKE, "same", "只有甲知道的理由")
    second = log_in("r3")
    queue = second.get(queue_path("集体研究")).text
    second.judge(LOOKALIKE, "different", REASON)
    page = second.open(LOOKALIKE)
    assert "您的判断" in page.text
    assert "只有甲知道的理由" not in page.text
    after = second.get(queue_path("集体研究")).text
    assert after.count("<tr>") == queue.count("<tr>")
    assert LOOKALIKE not in after.split("<h1>")[1]


def test_settled_links_that_were_drawn_are_judged_again_blind_to_how_they_were_settled(settings, world):
    everything = REVIEW_POLICY.model_copy(
        update={"reverification": REVIEW_POLICY.reverification.model_copy(update={"share": 1.0})}
    )
    with running(replace(settings, review_policy=everything)) as address:
        browsers = {code: Browser(address) for code in ("r1", "r2", "r3", "r7")}
        for code, browser in browsers.items():
            browser.log_in(code)
        browsers["r1"].judge(LINKS[2], "different", "只有甲知道的理由")
        browsers["r3"].judge(LINKS[2], "different", REASON)
        browsers["r1"].judge(LINKS[3], "same")
        browsers["r3"].judge(LINKS[3], "same")
        again = browsers["r7"]
        assert again.open(LOOKALIKE).status == 403  # nobody has settled it
        pages = [again.open(link).text for link in LINKS[2:4]]
        for text in pages:
            assert "复验：是不是同一个人" in text
            for trace in ("只有甲知道的理由", "已确认", "已否定", "r1", "r3"):
                assert trace not in text
        assert "暂无" in again.judge(LINKS[3], "same").text or LINKS[2] in again.get(queue_path("复验")).text
        again.judge(LINKS[2], "same")
    assert state_of(settings, world, LINKS[3]) == "已确认"
    assert state_of(settings, world, LINKS[2]) == "待集体研究"


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


def test_someone_who_may_only_look_can_not_judge_and_sees_no_scores_of_open_links(settings, log_in):
    viewer = log_in("r5")
    page = viewer.open(SURE)
    assert "王建国" in page.text
    assert "40.00" not in page.text
    form = {
        "token": page.field("token"),
        "form": "x",
        "round": "一审",
        "evidence_hash": "h0",
        "verdict": "same",
    }
    answer = viewer.post(link_path(SURE) + "/verdict", form)
    assert answer.status == 409
    log_in("r1").judge(SURE, "same")
    assert "40.00" in viewer.open(SURE).text
    assert len(settings.ledger.events(EventKind.JUDGEMENT)) == 1


def test_a_link_of_another_round_shows_nothing_and_counts_as_no_access(settings, log_in):
    answer = log_in("r3").open(LOOKALIKE)
    assert answer.status == 403
    assert "现在不由您复核" in answer.text
    assert "李芳" not in answer.text
    assert settings.ledger.events(EventKind.ACCESS) == []


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
