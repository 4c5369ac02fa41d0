"""Logging in pauses after too many wrong passwords, per user and per address.

The counts live in memory: a restart forgets them, which an attacker from outside can't cause.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from console.policy import LoginRules

MOST_KEYS: Final = 10_000
Key = tuple[str, str]


class LoginThrottle:
    """Counts failures within the pause and tells how long to wait.

    Args:
        rules: limits and length of the pause.
    """

    def __init__(self, rules: LoginRules) -> None:
        """Start with no failure known."""
        self._rules = rules
        self._failures: dict[Key, list[datetime]] = {}
        self._lock = threading.Lock()

    def minutes_to_wait(self, code: str, address: str, now: datetime) -> int:
        """Return for how many minutes this user or address must wait; 0 if not at all."""
        with self._lock:
            self._forget_old(now)
            waits = [self._wait_of(key, limit, now) for key, limit in self._keys(code, address)]
        return max(waits)

    def count_failure(self, code: str, address: str, now: datetime) -> None:
        """Note one wrong password."""
        with self._lock:
            for key, _ in self._keys(code, address):
                if key in self._failures or len(self._failures) < MOST_KEYS:
                    self._failures.setdefault(key, []).append(now)

    def forget_user(self, code: str) -> None:
        """Forget a user's failures after the right password."""
        with self._lock:
            self._failures.pop(("user", code), None)

    def _keys(self, code: str, address: str) -> Iterable[tuple[Key, int]]:
        yield ("user", code), self._rules.failures_per_user
        yield ("address", address), self._rules.failures_per_address

    def _wait_of(self, key: Key, limit: int, now: datetime) -> int:
        failures = self._failures.get(key, [])
        if len(failures) < limit:
            return 0
        ends = failures[-limit] + timedelta(minutes=self._rules.pause_minutes)
        return max(0, -int(-(ends - now).total_seconds() // 60))

    def _forget_old(self, now: datetime) -> None:
        oldest = now - timedelta(minutes=self._rules.pause_minutes)
        fresh = {key: [at for at in times if at > oldest] for key, times in self._failures.items()}
        self._failures = {key: times for key, times in fresh.items() if times}
