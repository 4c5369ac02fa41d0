from __future__ import annotations

import http.client
import logging
import re
import urllib.parse
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.app import create_app
from console.server import build_server
from console.sessions import COOKIE
from tests.console.console_scenario import (
    BATCH,
    CONSOLE_POLICY,
    LINKS,
    LOOKALIKE,
    PASSWORD,
    ROOT,
    Browser,
    link_path,
    queue_path,
    running,
)
from tongcha.errors import HomeError
from tongcha.ledger.events import EventKind

pytestmark = pytest.mark.slow  # a console is opened for every test

NAMES = ("王建国", "李芳", "李方", "2102031980", "1380013800")


def raw(address: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None):
    host, port = urllib.parse.urlsplit(address).netloc.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        connection.close()


def with_cookie(address: str, value: str, path: str = "/"):
    return raw(address, "GET", path, {"Cookie": f"{COOKIE}={value}"})


def cookie_of(browser: Browser) -> str:
    return next(cookie.value or "" for cookie in browser.cookies if cookie.name == COOKIE)


@pytest.mark.parametrize(
    "path", ["/", queue_path(), link_path(LOOKALIKE), queue_path() + "/progress", "/password"]
)
def test_nothing_is_shown_without_a_login(address, path):
    answer = Browser(address).get(path)
    assert answer.status == 401
    assert "尚未登录" in answer.text
    assert not any(name in answer.text for name in NAMES)


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


def test_a_person_struck_off_is_out_at_once(settings, log_in):
    browser = log_in("r1")
    settings.accounts.disable("r1")
    answer = browser.get("/")
    assert answer.status == 401
    assert "账号已停用" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/undo", "/logout", "/password", link_path(LOOKALIKE) + "/verdict", link_path(LOOKALIKE) + "/recusal"],
)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "令牌"])
def test_a_form_without_the_token_of_its_login_is_refused(settings, log_in, path, token):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    form = {name: page.field(name) for name in ("form", "round", "evidence_hash")} | {"verdict": "same"}
    answer = browser.post(path, form if token is None else form | {"token": token})
    assert answer.status == 403
    assert "不是从本系统页面提交的" in answer.text
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_the_token_of_another_login_is_refused(settings, log_in):
    stranger = log_in("r6").get("/").field("token")
    answer = log_in("r1").judge(LOOKALIKE, "same", token=stranger)
    assert answer.status == 403
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_a_form_that_another_site_sends_is_refused(settings, log_in):
    browser = log_in("r1")
    page = browser.open(LOOKALIKE)
    form = {name: page.field(name) for name in ("token", "form", "round", "evidence_hash")} | {
        "verdict": "same"
    }
    for site in ("cross-site", "same-site"):
        answer = browser.post(link_path(LOOKALIKE) + "/verdict", form, **{"Sec-Fetch-Site": site})
        assert answer.status == 403
    assert settings.ledger.events(EventKind.JUDGEMENT) == []


def test_a_login_form_without_its_token_is_refused(address):
    answer = Browser(address).post("/login", {"code": "r1", "password": PASSWORD})
    assert answer.status == 403
    assert "不是从本系统页面提交的" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::2]:80", "localhost.evil"]
)
def test_another_host_name_is_refused(address, host):
    status, text, _ = raw(address, "GET", "/login", {"Host": host})
    assert status == 400
    assert "不是本系统的地址" in text


@pytest.mark.parametrize("host", ["127.0.0.1:1234", "localhost", "LOCALHOST:80", "[::1]:8765"])
def test_the_loopback_names_are_answered(address, host):
    assert raw(address, "GET", "/login", {"Host": host})[0] == 200


def test_an_overlong_form_is_refused_before_it_is_read(address):
    status, text, _ = raw(address, "POST", "/login", {"Content-Length": "99999999"}, b"")
    assert status == 413
    assert "内容过长" in text


def test_an_upload_or_a_flood_of_fields_is_refused(log_in, address):
    browser = log_in("r1")
    cookie = {"Cookie": f"{COOKIE}={cookie_of(browser)}"}
    upload = {"Content-Type": "multipart/form-data; boundary=x"}
    assert raw(address, "POST", "/undo", cookie | upload, b"--x--")[0] == 400
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw(address, "POST", "/undo", cookie | plain, b"&".join(b"a=%d" % n for n in range(99)))[0] == 400
    assert raw(address, "POST", "/undo", cookie | plain, b"token=%ff")[0] == 400


@pytest.mark.parametrize("path", ["/", "/login", "/static/console.css", "/nothing", link_path(LOOKALIKE)])
def test_every_answer_carries_the_protecting_headers(log_in, path):
    headers = {name.lower(): value for name, value in log_in("r1").get(path).headers.items()}
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_the_cookie_can_not_be_read_by_scripts_or_sent_by_other_sites(address):
    status, _, headers = raw(address, "GET", "/login", {})
    assert status == 200
    cookie = {name.lower(): value for name, value in headers.items()}["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_behind_an_encrypting_proxy_the_cookie_is_secure_and_the_public_name_is_answered(settings):
    with running(replace(settings, public_name="fuhe.example.gov.cn")) as address:
        status, _, headers = raw(address, "GET", "/login", {"Host": "fuhe.example.gov.cn"})
    assert status == 200
    assert "; secure" in {name.lower(): value for name, value in headers.items()}["set-cookie"].lower()


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


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/batches/2020-01-01", "不在已比对的批次之列"),
        (link_path("L" + "f" * 16), "复核队列里没有"),
        (link_path("../../etc/passwd"), "没有"),
        ("/nothing", "没有这个页面"),
        ("/static/../app.py", "没有这个页面"),
        ("/static/%2e%2e/app.py", "没有这个页面"),
    ],
)
def test_what_is_not_there_is_said_in_chinese(log_in, path, words):
    answer = log_in("r1").get(path)
    assert answer.status == 404
    assert words in answer.text


def test_a_viewer_is_told_that_they_can_not_recuse(log_in):
    viewer = log_in("r5")
    page = viewer.open(LOOKALIKE)
    form = {"token": page.field("token"), "form": "x", "reason": "与当事人是亲属"}
    answer = viewer.post(link_path(LOOKALIKE) + "/recusal", form)
    assert answer.status == 403
    assert "无须回避" in answer.text


def test_the_queue_shows_no_personal_data(log_in):
    text = log_in("r1").get(queue_path()).text
    assert LINKS[-1] in text
    assert not any(name in text for name in NAMES)


def test_what_reviewers_type_is_escaped(log_in):
    browser = log_in("r1")
    answer = browser.judge(LOOKALIKE, "different", "<b>x")
    assert answer.status == 200
    page = browser.open(LOOKALIKE)
    assert "&lt;b&gt;x" in page.text
    answer = browser.judge(LINKS[2], "different", "<b>")
    assert answer.status == 422
    assert "&lt;b&gt;</textarea>" in answer.text


def test_an_unexpected_error_tells_and_logs_no_data(world, log_in, caplog):
    browser = log_in("r1")

    def burst(name: str, batch: str) -> None:
        raise ValueError(f"王建国 210203198001011234 {name} {batch}")

    world.tables = type("Broken", (dict,), {"__getitem__": lambda _self, name: burst(name, BATCH)})()
    with caplog.at_level(logging.DEBUG):
        answer = browser.open(LOOKALIKE)
    assert answer.status == 500
    assert "系统出错" in answer.text
    for text in (answer.text, caplog.text):
        assert "王建国" not in text
        assert "210203198001011234" not in text
    assert "ValueError at " in caplog.text


def test_other_machines_are_let_in_only_by_an_explicit_word_and_under_a_public_name(settings):
    with pytest.raises(HomeError, match="明文经过网络"):
        build_server(settings, "0.0.0.0")  # noqa: S104 – that it is refused is the point
    with pytest.raises(HomeError, match="域名"):
        build_server(settings, "0.0.0.0", allow_remote=True)  # noqa: S104
    named = replace(settings, public_name="fuhe.example.gov.cn")
    assert build_server(named, "0.0.0.0", allow_remote=True)  # noqa: S104
    assert build_server(settings, "::1")


def test_a_short_key_is_refused(settings):
    with pytest.raises(HomeError, match="少于 32 字节"):
        create_app(replace(settings, key=b"short"))


def test_nothing_in_pages_and_styles_points_outside():
    files = [*(ROOT / "console/templates").iterdir(), *Path(ROOT / "console/static").glob("console.*")]
    assert len(files) > 8
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text
        assert "style=" not in text
        assert not re.search(r"\son\w+=", text)


def test_passwords_are_changed_by_their_owner_who_knows_the_present_one(address, log_in):
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
