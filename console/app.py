"""The application: addresses, pages, and how refusals are told."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console import actions, entrance, link_pages, own_pages, queue_pages
from console.refusals import LoginRequired, Refusal
from console.rendering import STATIC, render_page
from console.shield import LOOPBACK_NAMES, Shield
from console.web import build_console, for_reviewers, takes_form
from tongcha.errors import HomeError, TongchaError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from console.settings import ConsoleSettings

SHORTEST_KEY: Final = 32
BATCH: Final = "/batches/{batch}"
LINK: Final = BATCH + "/links/{link_id}"
ROUTES: Final = [
    Route("/login", entrance.show_login, methods=["GET"]),
    Route("/login", entrance.log_in, methods=["POST"]),
    Route("/logout", takes_form(entrance.log_out), methods=["POST"]),
    Route("/password", for_reviewers(entrance.show_password), methods=["GET"]),
    Route("/password", takes_form(entrance.change_password), methods=["POST"]),
    Route("/said", for_reviewers(own_pages.show_said), methods=["GET"]),
    Route("/", for_reviewers(queue_pages.show_batches), methods=["GET"]),
    Route(BATCH, for_reviewers(queue_pages.show_queue), methods=["GET"]),
    Route(BATCH + "/progress", for_reviewers(queue_pages.show_progress, is_use=False), methods=["GET"]),
    Route(LINK, for_reviewers(link_pages.show_link), methods=["GET"]),
    Route(LINK + "/dossier", for_reviewers(link_pages.show_dossier), methods=["GET"]),
    Route(LINK + "/verdict", takes_form(actions.give_verdict), methods=["POST"]),
    Route(LINK + "/recusal", takes_form(actions.declare_conflict), methods=["POST"]),
    Route("/undo", takes_form(actions.undo), methods=["POST"]),
    Mount("/static", StaticFiles(directory=STATIC)),
]
TOLD: Final = {
    HTTPStatus.NOT_FOUND: "页面：没有这个页面。处理办法：回到首页，从列表中打开。",
    HTTPStatus.METHOD_NOT_ALLOWED: "请求：不支持这种请求。处理办法：从页面上操作。",
}


def create_app(settings: ConsoleSettings) -> Starlette:
    """Return the review console as an ASGI application.

    Raises:
        HomeError: the deployment's key is too short.
    """
    if len(settings.key) < SHORTEST_KEY:
        raise HomeError("复核台的密钥", f"少于 {SHORTEST_KEY} 字节", "从备份恢复密钥文件")
    names = {*LOOPBACK_NAMES, settings.public_name.lower()} - {""}
    app = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Shield, names=names)],
        exception_handlers={
            LoginRequired: _tell_to_log_in,
            TongchaError: _tell_refusal,
            HTTPException: _tell_plain,
        },
    )
    app.state.console = build_console(settings)
    return app


def _tell_to_log_in(request: Request, error: Exception) -> Response:
    """A page leads to the login form; a form is told why it wasn't taken."""
    return entrance.ask_to_log_in(request, str(error), HTTPStatus.UNAUTHORIZED)


def _tell_refusal(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refusal) else HTTPStatus.CONFLICT
    return render_page("refusal.html", status, message=str(error), user=None, token="")


def _tell_plain(_request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    message = TOLD.get(status, "请求：无法处理。处理办法：从页面上操作。")
    return render_page("refusal.html", status, message=message, user=None, token="")
