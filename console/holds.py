"""Who has which link open: two people of a round who work at once are led to different links.

A courtesy, not a lock: it lives in memory, lapses by itself and never keeps anyone from answering.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Holds:
    """Links that somebody has open.

    Args:
        minutes: how long an open link is kept from others.
    """

    def __init__(self, minutes: int) -> None:
        """Start with nothing open."""
        self._span = timedelta(minutes=minutes)
        self._held: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def take(self, batch: str, link_id: str, code: str, now: datetime) -> None:
        """Note that a person has opened a link, and has therefore left the one before."""
        with self._lock:
            self._held = {
                key: (holder, until)
                for key, (holder, until) in self._held.items()
                if until > now and holder != code
            }
            self._held.setdefault((batch, link_id), (code, now + self._span))

    def release(self, code: str) -> None:
        """Note that a person has left."""
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held[0] != code}

    def held_by_others(self, batch: str, links: Iterable[str], code: str, now: datetime) -> set[str]:
        """Return those of the links that somebody else has open."""
        with self._lock:
            held = dict(self._held)
        return {
            link
            for link in links
            if (batch, link) in held and held[batch, link][0] != code and held[batch, link][1] > now
        }
