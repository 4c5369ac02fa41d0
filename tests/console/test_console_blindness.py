"""Nobody sees an answer, a score or a dossier before they have answered themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.console.console_batch import BATCH, LINKS, LOOKALIKE, SURE
from tests.console.console_scenario import (
    REVIEW_POLICY,
    START,
    Browser,
    link_path,
    queue_path,
    running,
    state_of,
)
from tongcha.ledger.events import EventKind
from tongcha.review.disputes import record_dispute

pytestmark = pytest.mark.slow  # a console is opened for every test
REASON = "证件号与姓名都不同"


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
    assert "比对案卷" in page.text
    for trace in ("r1", "只有甲知道的理由"):
        assert trace not in page.text
    views = [event.payload["view"] for event in settings.ledger.events(EventKind.ACCESS)]
    assert views[-1] == "dossier"


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


def test_a_dispute_is_told_after_ones_own_answer_and_not_before(settings, log_in):
    opened = record_dispute(
        batch=BATCH, link_id=SURE, source="当事人", on=START.date(), by="c1", reason="称当日在外地"
    )
    settings.ledger.append(opened, at=START.isoformat())
    browser = log_in("r1")
    before = browser.open(SURE)
    assert "称当日在外地" not in before.text
    browser.judge(SURE, "same", page=before)
    assert "当事人提出（登记人 c1" in browser.open(SURE).text


def test_a_link_of_another_round_shows_nothing_and_counts_as_no_access(settings, log_in):
    answer = log_in("r3").open(LOOKALIKE)
    assert answer.status == 403
    assert "现在不由您复核" in answer.text
    assert "李芳" not in answer.text
    assert settings.ledger.events(EventKind.ACCESS) == []
