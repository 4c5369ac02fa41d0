"""What the console refuses: an error of the family with the HTTP status that it is told with."""

from __future__ import annotations

from http import HTTPStatus

from tongcha.errors import TongchaError


class Refusal(TongchaError):  # noqa: N818 – a refusal is an answer, not a fault
    """Something was asked that isn't allowed, isn't there, or can't be done now.

    Args:
        status: HTTP status of the answer.
        culprit: what is wrong; never a person.
        rule: the rule that it breaks.
        fix: what the reader can do.
    """

    def __init__(self, status: HTTPStatus, culprit: str, rule: str, fix: str) -> None:
        """Keep the status beside the message."""
        super().__init__(culprit, rule, fix)
        self.status = status


class LoginRequired(Refusal):
    """There is no login, or it has lapsed; the answer is the login page."""

    def __init__(self, rule: str = "尚未登录", fix: str = "重新登录后继续") -> None:
        """Name why the login doesn't hold, and what helps."""
        super().__init__(HTTPStatus.UNAUTHORIZED, "登录", rule, fix)
