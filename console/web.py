"""Between the web and the console: who is asking, with which login, by which form."""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool

from console.holds import Holds
from console.refusals import LoginRequired, Refusal
from console.sessions import COOKIE, Sessions
from console.throttle import LoginThrottle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from console.sessions import Session
    from console.settings import ConsoleSettings
    from tongcha.review.reviewers import Reviewer

Form = dict[str, str]
MOST_FIELDS: Final = 20


@dataclass(frozen=True, slots=True)
class Console:
    """The running console: settings, and what lives only as long as the process does.

    Attributes:
        settings: the deployment.
        sessions: logins.
        throttle: wrong passwords.
        holds: links that people have open.
        one_at_a_time: held while an answer is checked and put on record, so that two people of this
            process can't both be the first.
    """

    settings: ConsoleSettings
    sessions: Sessions
    throttle: LoginThrottle
    holds: Holds
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by somebody who is logged in.

    Attributes:
        console: the running console.
        request: the request.
        session: the login.
        reviewer: the person, as the list has them now.
    """

    console: Console
    request: Request
    session: Session
    reviewer: Reviewer

    @property
    def token(self) -> str:
        """The anti-forgery token for forms of this login."""
        return self.console.sessions.token(self.session.number)

    @property
    def place(self) -> tuple[str, str]:
        """Batch and link number of the address."""
        return self.request.path_params["batch"], self.request.path_params.get("link_id", "")


def build_console(settings: ConsoleSettings) -> Console:
    """Return a console with nobody logged in."""
    rules = settings.console_policy
    return Console(
        settings,
        Sessions(settings.key, rules.session),
        LoginThrottle(rules.login),
        Holds(rules.desk.hold_minutes),
    )


def for_reviewers(
    handler: Callable[[Visit], Response], *, is_use: bool = True
) -> Callable[[Request], Response]:
    """Return an endpoint that shows a page to people who are logged in."""

    def endpoint(request: Request) -> Response:
        return handler(_enter(request, is_use=is_use))

    return endpoint


def takes_form(
    handler: Callable[[Visit, Form], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that takes a form from people who are logged in, if the form is our own."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request)
        return await run_in_threadpool(lambda: _take(request, form))

    def _take(request: Request, form: Form) -> Response:
        visit = _enter(request)
        refuse_forged(request, form, visit.token)
        return handler(visit, form)

    return endpoint


async def read_form(request: Request) -> Form:
    """Return the fields of a plain form; its length was judged before (`Shield`).

    Raises:
        Refusal: it isn't a plain form, isn't UTF-8, or has too many fields.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    garbled = Refusal(HTTPStatus.BAD_REQUEST, "表单", "格式不对", "从页面上填写并提交")
    if kind != "application/x-www-form-urlencoded":
        raise garbled
    body = await request.body()
    try:
        return dict(
            parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        )
    except ValueError as error:
        raise garbled from error


def refuse_forged(request: Request, form: Form, token: str) -> None:
    """Refuse a form that another site made the browser send.

    Raises:
        Refusal: its token is missing or belongs to another login, or the browser says it came from elsewhere.
    """
    is_foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if is_foreign or not hmac.compare_digest(form.get("token", "").encode(), token.encode()):
        raise Refusal(
            HTTPStatus.FORBIDDEN, "表单", "不是从本系统页面提交的，或登录已换", "刷新页面后重新填写"
        )


def get_console(request: Request) -> Console:
    """Return the console that the application was built with."""
    console: Console = request.app.state.console
    return console


def link_to(*steps: str) -> str:
    """Return the path of these steps, each escaped."""
    return "/" + "/".join(quote(step, safe="") for step in steps)


def _enter(request: Request, *, is_use: bool = True) -> Visit:
    """Find who is asking; who is struck off the list, or has another password now, is out at once."""
    console = get_console(request)
    cookie, now = request.cookies.get(COOKIE, ""), console.settings.clock()
    session = console.sessions.find(cookie, now, is_use=is_use)
    reviewer = console.settings.accounts.find(session.code)
    if reviewer is None:
        console.sessions.close(session.number)
        raise LoginRequired("账号已停用", "需要继续使用的，请管理人员重新登记")
    if console.settings.accounts.stamp(session.code) != session.stamp:
        console.sessions.close(session.number)
        raise LoginRequired("密码已改", "用新密码重新登录")
    return Visit(console, request, session, reviewer)
