"""A form counts only from the page and the login that it was made for, and only in measure."""

from __future__ import annotations

import pytest

from console.sessions import COOKIE
from tests.console.console_batch import LINKS, LOOKALIKE
from tests.console.console_scenario import PASSWORD, Browser, link_path
from tests.console.console_wire import cookie_of, raw
from tongcha.ledger.events import EventKind

pytestmark = pytest.mark.slow  # a console is opened for every test


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


def test_an_overlong_form_is_refused_before_it_is_read(address):
    status, text, _ = raw(address, "POST", "/login", {"Content-Length": "99999999"}, b"")
    assert status == 413
    assert "内容过长" in text


def test_a_form_that_does_not_tell_its_length_is_refused_before_it_is_read(address):
    status, text, _ = raw(address, "POST", "/login", {"Transfer-Encoding": "chunked"}, b"0\r\n\r\n")
    assert status == 413
    assert "没有写明长度" in text


def test_an_upload_or_a_flood_of_fields_is_refused(log_in, address):
    browser = log_in("r1")
    cookie = {"Cookie": f"{COOKIE}={cookie_of(browser)}"}
    upload = {"Content-Type": "multipart/form-data; boundary=x"}
    assert raw(address, "POST", "/undo", cookie | upload, b"--x--")[0] == 400
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw(address, "POST", "/undo", cookie | plain, b"&".join(b"a=%d" % n for n in range(99)))[0] == 400
    assert raw(address, "POST", "/undo", cookie | plain, b"token=%ff")[0] == 400


def test_what_reviewers_type_is_escaped(log_in):
    browser = log_in("r1")
    answer = browser.judge(LOOKALIKE, "different", "<b>x")
    assert answer.status == 200
    page = browser.open(LOOKALIKE)
    assert "&lt;b&gt;x" in page.text
    answer = browser.judge(LINKS[2], "different", "<b>")
    assert answer.status == 422
    assert "&lt;b&gt;</textarea>" in answer.text
