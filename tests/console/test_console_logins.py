"""Who is logged in, for how long, and that nobody comes in by a cookie or by guessing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from console.app import create_app
from tests.console.console_scenario import CONSOLE_POLICY, PASSWORD, Browser, queue_path, running
from tests.console.console_wire import cookie_of, raw, with_cookie
from tongcha.errors import HomeError

pytestmark = pytest.mark.slow  # a console is opened for every test


def test_a_forged_or_edited_session_is_refused_and_told(address, log_in):
    cookie = cookie_of(log_in("r1"))
    number, _, signature = cookie.rpartition(".")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in ("made-up", f"{number}.{flipped}", f"x{cookie}", f"{number[:-1]}.{signature}"):
        status, text, _ = with_cookie(address, forged)
        assert status == 401
        assert "不是本系统签发的，或已被改动" in text


def test_a_session_signed_with_another_key_is_refused(settings, address):
    with running(replace(settings, key=b"z" * 32)) as elsewhere:
        foreign = Browser(elsewhere)
        foreign.log_in("r1")
        status, text, _ = with_cookie(address, cookie_of(foreign))
    assert status == 401
    assert "不是本系统签发的" in text


def test_a_cookie_from_before_the_login_is_not_a_login(address):
    browser = Browser(address)
    browser.get("/login")
    before = cookie_of(browser)
    browser.log_in("r1")
    assert cookie_of(browser) != before
    assert with_cookie(address, before)[0] == 401


def test_a_login_ends_with_the_logout_even_for_a_copied_cookie(address, log_in):
    browser = log_in("r1")
    cookie = cookie_of(browser)
    browser.post("/logout", {"token": browser.get("/").field("token")})
    status, text, _ = with_cookie(address, cookie)
    assert status == 401
    assert "登录已结束" in text


def test_no_login_outlives_the_console(settings, log_in):
    cookie = cookie_of(log_in("r1"))
    with running(settings) as restarted:
        status, text, _ = with_cookie(restarted, cookie)
    assert status == 401
    assert "登录已结束" in text


def test_logging_in_again_ends_the_earlier_login_of_the_browser(address, log_in):
    browser = log_in("r1")
    earlier = cookie_of(browser)
    browser.log_in("r6")
    assert with_cookie(address, earlier)[0] == 401
    assert "复核员戊" in browser.get("/").text


def test_a_login_lapses_without_use_and_a_page_that_refreshes_itself_is_no_use(clock, log_in):
    browser = log_in("r1")
    for _ in range(3):
        clock.now += timedelta(minutes=CONSOLE_POLICY.session.idle_minutes - 1)
        status = browser.get(queue_path() + "/progress").status
    assert status == 401
    assert "登录已失效" in log_in("r1").get("/").text or browser.get("/").status == 401


def test_a_login_ends_after_the_longest_time_however_busy(settings, clock):
    hour = CONSOLE_POLICY.session.model_copy(update={"longest_hours": 1})
    policy = CONSOLE_POLICY.model_copy(update={"session": hour})
    with running(replace(settings, console_policy=policy)) as strict:
        browser = Browser(strict)
        browser.log_in("r1")
        statuses = []
        for _ in range(7):
            clock.now += timedelta(minutes=10)
            statuses.append(browser.get("/").status)
    assert statuses[0] == 200
    assert statuses[-1] == 401


def test_a_person_struck_off_is_out_at_once(settings, clock, log_in):
    browser = log_in("r1")
    settings.accounts.disable("r1", on=clock.now.date())
    answer = browser.get("/")
    assert answer.status == 401
    assert "账号已停用" in answer.text
    assert "请管理人员重新登记" in answer.text  # logging in again would not help
    assert "重新登录" not in answer.text


def test_the_cookie_can_not_be_read_by_scripts_or_sent_by_other_sites(address):
    status, _, headers = raw(address, "GET", "/login", {})
    assert status == 200
    cookie = {name.lower(): value for name, value in headers.items()}["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_logging_in_pauses_after_wrong_passwords_and_resumes_by_itself(clock, address):
    browser = Browser(address)
    limit = CONSOLE_POLICY.login.failures_per_user
    for _ in range(limit):
        answer = browser.log_in("r1", "wrong-password")
        assert answer.status == 403
        assert "代号或密码不对" in answer.text
    paused = browser.log_in("r1")
    assert paused.status == 429
    assert re.search(r"\d+ 分钟后再试", paused.text)
    assert Browser(address).log_in("r6").status == 200
    clock.now += timedelta(minutes=CONSOLE_POLICY.login.pause_minutes + 1)
    assert Browser(address).log_in("r1").status == 200


def test_an_address_that_tries_many_codes_is_paused_too(settings):
    rules = settings.console_policy.model_copy(
        update={"login": settings.console_policy.login.model_copy(update={"failures_per_address": 3})}
    )
    with running(replace(settings, console_policy=rules)) as strict:
        browser = Browser(strict)
        for n in range(3):
            assert browser.log_in(f"nobody{n}", "x").status == 403
        assert browser.log_in("r1").status == 429


def test_an_unknown_code_is_told_the_same_as_a_wrong_password(address):
    pages = [Browser(address).log_in(code, "wrong-password") for code in ("r1", "nobody")]
    texts = {re.sub(r'value="[0-9a-f]{64}"', "", page.text) for page in pages}
    assert {page.status for page in pages} == {403}
    assert len(texts) == 1


def test_a_short_key_is_refused(settings):
    with pytest.raises(HomeError, match="少于 32 字节"):
        create_app(replace(settings, key=b"short"))


def test_passwords_are_changed_by_their_owner_who_knows_the_present_one(address, log_in):
    elsewhere = log_in("r1")
    browser = log_in("r1")
    token = browser.get("/password").field("token")
    fresh = "quiet-river-42-stone"
    wrong = browser.post("/password", {"token": token, "present": "no", "fresh": fresh, "again": fresh})
    assert (wrong.status, "原密码不对" in wrong.text) == (403, True)
    unlike = browser.post("/password", {"token": token, "present": PASSWORD, "fresh": fresh, "again": "x"})
    assert (unlike.status, "不一致" in unlike.text) == (422, True)
    weak = browser.post("/password", {"token": token, "present": PASSWORD, "fresh": "r1", "again": "r1"})
    assert (weak.status, "密码" in weak.text) == (422, True)
    assert (
        "密码已修改"
        in browser.post(
            "/password", {"token": token, "present": PASSWORD, "fresh": fresh, "again": fresh}
        ).text
    )
    assert Browser(address).log_in("r1").status == 403
    assert Browser(address).log_in("r1", fresh).status == 200
    assert browser.get("/").status == 200
    assert elsewhere.get("/").status == 401  # whoever had the old password is out


def test_the_present_password_can_not_be_guessed_from_an_open_login_either(log_in):
    browser, fresh = log_in("r1"), "quiet-river-42-stone"
    form = {"token": browser.get("/password").field("token"), "fresh": fresh, "again": fresh}
    for _ in range(CONSOLE_POLICY.login.failures_per_user):
        assert browser.post("/password", form | {"present": "no"}).status == 403
    answer = browser.post("/password", form | {"present": PASSWORD})
    assert (answer.status, "输错次数过多" in answer.text) == (429, True)


def test_a_password_set_by_somebody_else_ends_what_was_open_under_the_old_one(settings, log_in):
    browser = log_in("r1")
    assert browser.get("/").status == 200
    settings.accounts.set_password("r1", "another-door-93-blue")
    assert browser.get("/").status == 401
