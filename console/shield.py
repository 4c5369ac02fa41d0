"""The outermost layer: who is addressed, how much is taken in, what every answer carries.

Sources: OWASP Secure Headers; CSP Level 3; RFC 9111 (no-store). Nothing personal is logged: an
unexpected error leaves its type and the line of code, never its text or the values at hand.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders

from console.rendering import render_page

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG: Final = logging.getLogger("tongcha.console")
LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST_BYTES: Final = 16_384
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Shield:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        names: host names that the console answers to.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        """Keep the names."""
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, _Headed(send))

    async def _answer(self, scope: Scope, receive: Receive, send: _Headed) -> None:
        refused = self._refuse(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 – the last resort: no data in log or page
            LOG.error("%s at %s", type(error).__name__, _name_place(error))  # noqa: TRY400 – see above
            if not send.has_started:
                await _explain(
                    HTTPStatus.INTERNAL_SERVER_ERROR,
                    "系统出错，没有登记任何内容。请重试；仍不行的，告知管理人员查看运行日志。",
                )(scope, receive, send)

    def _refuse(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if _strip_port(headers.get("host", "")) not in self._names:
            return _explain(
                HTTPStatus.BAD_REQUEST, "地址：不是本系统的地址。处理办法：用启动时显示的地址打开。"
            )
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            return _explain(HTTPStatus.METHOD_NOT_ALLOWED, "请求：不支持这种请求。处理办法：从页面上操作。")
        if scope["method"] == "POST":
            length = headers.get("content-length", "")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                return _explain(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    "表单：内容过长或没有写明长度。处理办法：缩短后重新提交。",
                )
        return None


class _Headed:
    """Sends an answer on with the headers that every answer carries."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _explain(status: HTTPStatus, message: str) -> Response:
    return render_page("refusal.html", status, message=message, user=None, token="")


def _strip_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdecimal() else host.lower()


def _name_place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
