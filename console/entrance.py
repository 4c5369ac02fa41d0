"""Logging in and out, and changing one's own password."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from console.refusals import Refusal
from console.rendering import render_page
from console.sessions import COOKIE
from console.web import get_console, read_form, refuse_forged
from tongcha.errors import HomeError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from console.web import Console, Form, Visit

LONGEST_CODE: Final = 40
WRONG: Final = "登录：代号或密码不对。处理办法：核对后重新输入；忘记密码的，请管理人员重设。"


def show_login(request: Request) -> Response:
    """Show the login form."""
    return ask_to_log_in(request, "")


def ask_to_log_in(request: Request, message: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return the login form, with a token bound to a cookie of its own (login CSRF)."""
    console = get_console(request)
    number = console.sessions.read(request.cookies.get(COOKIE, "")) or secrets.token_urlsafe(24)
    answer = render_page(
        "login.html", status, message=message, user=None, token=console.sessions.token(number)
    )
    _set_cookie(console, answer, console.sessions.sign(number))
    return answer


async def log_in(request: Request) -> Response:
    """Take the login form."""
    form = await read_form(request)
    return await run_in_threadpool(lambda: _log_in(request, form))


def _log_in(request: Request, form: Form) -> Response:
    console = get_console(request)
    number = console.sessions.read(request.cookies.get(COOKIE, ""))
    refuse_forged(request, form, console.sessions.token(number) if number else secrets.token_hex())
    code, address = form.get("code", "").strip()[:LONGEST_CODE], _name_address(request)
    now = console.settings.clock()
    wait = console.throttle.minutes_to_wait(code, address, now)
    if wait:
        message = f"登录：输错次数过多，暂停登录。处理办法：{wait} 分钟后再试，或请管理人员重设密码。"
        return ask_to_log_in(request, message, HTTPStatus.TOO_MANY_REQUESTS)
    reviewer = console.settings.accounts.verify(code, form.get("password", ""))
    if reviewer is None:
        console.throttle.count_failure(code, address, now)
        return ask_to_log_in(request, WRONG, HTTPStatus.FORBIDDEN)
    console.throttle.forget_user(code)
    console.sessions.close(number)  # the browser's earlier login, should it have had one
    _, cookie = console.sessions.open(reviewer.code, now, console.settings.accounts.stamp(reviewer.code))
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    _set_cookie(console, answer, cookie)
    return answer


def log_out(visit: Visit, _form: Form) -> Response:
    """End the login."""
    visit.console.sessions.close(visit.session.number)
    visit.console.holds.release(visit.reviewer.code)
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


def show_password(visit: Visit) -> Response:
    """Show the form for one's own password."""
    return _password_page(visit, "", HTTPStatus.OK)


def change_password(visit: Visit, form: Form) -> Response:
    """Change one's own password; the present one is asked for, and wrong ones count."""
    console, code = visit.console, visit.reviewer.code
    address, now = _name_address(visit.request), console.settings.clock()
    if console.throttle.minutes_to_wait(code, address, now):
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "密码", "输错次数过多", "稍后再试")
    if console.settings.accounts.verify(code, form.get("present", "")) is None:
        console.throttle.count_failure(code, address, now)
        return _password_page(visit, "原密码不对。", HTTPStatus.FORBIDDEN)
    if form.get("fresh", "") != form.get("again", ""):
        return _password_page(visit, "两次输入的新密码不一致。", HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        console.settings.accounts.set_password(code, form.get("fresh", ""))
    except HomeError as error:
        return _password_page(visit, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    visit.session.stamp = console.settings.accounts.stamp(code)  # every other login of the person is over
    visit.session.notice = "密码已修改，别处的登录已失效。"
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)


def _password_page(visit: Visit, message: str, status: HTTPStatus) -> Response:
    least = visit.console.settings.console_policy.password.min_chars
    return render_page(
        "password.html", status, message=message, user=visit.reviewer, token=visit.token, least=least
    )


def _name_address(request: Request) -> str:
    return request.client.host if request.client else "?"


def _set_cookie(console: Console, answer: Response, value: str) -> None:
    is_encrypted = bool(console.settings.public_name)
    answer.set_cookie(COOKIE, value, httponly=True, samesite="strict", secure=is_encrypted, path="/")
