"""Requests that no browser would send."""

from __future__ import annotations

import http.client
import urllib.parse
from typing import TYPE_CHECKING

from console.sessions import COOKIE

if TYPE_CHECKING:
    from tests.console.console_scenario import Browser


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
