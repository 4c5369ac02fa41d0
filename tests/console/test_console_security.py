"""What is shown to whom, on which name, and that nothing leaks by headers, errors or links."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from console.server import build_server
from tests.console.console_batch import BATCH, LINKS, LOOKALIKE
from tests.console.console_scenario import ROOT, Browser, link_path, queue_path, running
from tests.console.console_wire import raw
from tongcha.errors import HomeError

pytestmark = pytest.mark.slow  # a console is opened for every test
NAMES = ("王建国", "李芳", "李方", "2102031980", "1380013800")


@pytest.mark.parametrize(
    "path", ["/", queue_path(), link_path(LOOKALIKE), queue_path() + "/progress", "/password"]
)
def test_nothing_is_shown_without_a_login(address, path):
    answer = Browser(address).get(path)
    assert answer.status == 401
    assert "尚未登录" in answer.text
    assert not any(name in answer.text for name in NAMES)


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


def test_behind_an_encrypting_proxy_the_cookie_is_secure_and_the_public_name_is_answered(settings):
    with running(replace(settings, public_name="fuhe.example.gov.cn")) as address:
        status, _, headers = raw(address, "GET", "/login", {"Host": "fuhe.example.gov.cn"})
    assert status == 200
    assert "; secure" in {name.lower(): value for name, value in headers.items()}["set-cookie"].lower()


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


def test_nothing_in_pages_and_styles_points_outside():
    files = [*(ROOT / "console/templates").iterdir(), *Path(ROOT / "console/static").glob("console.*")]
    assert len(files) > 8
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text
        assert "style=" not in text
        assert not re.search(r"\son\w+=", text)
