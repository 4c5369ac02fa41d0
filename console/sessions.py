"""Logins: a signed cookie names a session that lives in memory, so that a logout really ends it.

A session lapses after minutes without use and after hours in any case. The anti-forgery token of a
page is a MAC of the cookie's number, so it can't be used with another login.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from itsdangerous import BadSignature, Signer

from console.refusals import LoginRequired

if TYPE_CHECKING:
    from datetime import datetime

    from console.policy import SessionRules

COOKIE: Final = "tongcha_session"
MOST_FORMS: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the session put on record and may take back."""

    event_id: str
    batch: str
    link_id: str
    words: str
    at: datetime


@dataclass(slots=True)
class Session:
    """One login of one person.

    Attributes:
        number: secret number; the cookie carries it signed.
        code: the person's code.
        opened: when the person logged in.
        seen: when the person last did something.
        stamp: stands for the password that was given; another password ends the login.
        visits: pages with personal data opened so far.
        entries: what was put on record and not taken back, latest last.
        forms: unused form numbers and the link that each was made for.
        notice: one sentence for the next page.
    """

    number: str
    code: str
    opened: datetime
    seen: datetime
    stamp: str = ""
    visits: int = 0
    entries: list[Entry] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def public_number(self) -> str:
        """Twelve hex digits that stand for the session in the ledger and can't be used to log in."""
        return hashlib.sha256(f"ledger:{self.number}".encode()).hexdigest()[:12]

    def issue_form(self, link_id: str) -> str:
        """Return a number that lets one form be sent once."""
        number = secrets.token_hex(8)
        self.forms[number] = link_id
        while len(self.forms) > MOST_FORMS:
            del self.forms[next(iter(self.forms))]
        return number

    def spend_form(self, number: str, link_id: str) -> bool:
        """Use a form number up; false if it was used before or was never made for this link."""
        return self.forms.pop(number, None) == link_id

    def take_notice(self) -> str:
        """Return the sentence for this page, once."""
        notice, self.notice = self.notice, ""
        return notice


class Sessions:
    """Every login that holds.

    Args:
        key: secret of the deployment.
        rules: how long a login lasts.
    """

    def __init__(self, key: bytes, rules: SessionRules) -> None:
        """Start with nobody logged in."""
        self._secret = hmac.digest(key, b"tongcha-console-session", hashlib.sha256)
        self._signer = Signer(self._secret, salt="cookie", digest_method=hashlib.sha256)
        self._rules = rules
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, code: str, now: datetime, stamp: str = "") -> tuple[Session, str]:
        """Log a person in under a fresh number; return the session and the cookie."""
        session = Session(secrets.token_urlsafe(24), code, now, now, stamp)
        with self._lock:
            lapsed = [number for number, known in self._open.items() if self._has_lapsed(known, now)]
            for number in lapsed:
                del self._open[number]
            self._open[session.number] = session
        return session, self.sign(session.number)

    def find(self, cookie: str, now: datetime, *, is_use: bool = True) -> Session:
        """Return the session that the cookie names.

        Args:
            cookie: as the browser sent it.
            now: the present instant.
            is_use: whether a person did something; a page that refreshes itself must not keep a login alive.

        Raises:
            LoginRequired: there is no cookie, its signature is false, or the login has ended or lapsed.
        """
        if not cookie:
            raise LoginRequired
        number = self.read(cookie)
        if not number:
            raise LoginRequired("登录凭证不是本系统签发的，或已被改动")
        with self._lock:
            session = self._open.get(number)
            if session is None:
                raise LoginRequired("登录已结束")
            if self._has_lapsed(session, now):
                del self._open[number]
                raise LoginRequired(f"登录已失效（{self._rules.idle_minutes} 分钟没有操作，或登录时间过长）")
            if is_use:
                session.seen = now
        return session

    def close(self, number: str) -> None:
        """End the login of that number, if there is one."""
        with self._lock:
            self._open.pop(number, None)

    def sign(self, number: str) -> str:
        """Return the cookie that carries a number."""
        return self._signer.sign(number).decode()

    def read(self, cookie: str) -> str:
        """Return the number that a cookie carries; empty if its signature is false."""
        try:
            return self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeDecodeError):
            return ""

    def token(self, number: str) -> str:
        """Return the anti-forgery token that belongs to a cookie's number."""
        return hmac.digest(self._secret, f"form:{number}".encode(), hashlib.sha256).hex()

    def _has_lapsed(self, session: Session, now: datetime) -> bool:
        idle = now - session.seen > timedelta(minutes=self._rules.idle_minutes)
        return idle or now - session.opened > timedelta(hours=self._rules.longest_hours)
