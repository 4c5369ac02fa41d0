"""The last event that was seen, and when: an older copy of the ledger or an earlier clock is noticed at once.

A chain whose end is cut off is whole. Without the note a ledger restored from a backup would bring every
withdrawal and dispute since then back to naught. A clock set back would revive expired sources, limits that
have passed, and records to be deleted. Who can write the home can change the note as well: against
them only a head kept elsewhere helps (`tongcha ledger verify --head`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipelines.home import write_private
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent, drop_retracted
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pipelines.home import Home

FILE: Final = "ledger.head"
CLOCK: Final = "clock"
SLACK: Final = timedelta(minutes=10)
"""how much clocks are corrected by themselves, and differ between machines"""


def note_head(home: Home) -> None:
    """Note the last event of the ledger and the time."""
    now = datetime.now(tz=UTC).isoformat(timespec="seconds")
    write_private(home.root / FILE, f"{Ledger(home.ledger_url()).head()}\n{now}\n".encode())


def read_head(home: Home) -> str:
    """Return the head noted last; empty before anything was noted."""
    return next(iter(_read_note(home)), "")


def _read_note(home: Home) -> list[str]:
    path = home.root / FILE
    return path.read_text(encoding="ascii").split() if path.is_file() else []


def refuse_older_ledger(home: Home) -> None:
    """Refuse to work on a ledger that lacks what was seen in it before.

    Raises:
        LedgerError: the event noted last is gone.
    """
    noted = read_head(home)
    if noted and not Ledger(home.ledger_url()).holds(noted):
        raise LedgerError(
            "台账", "缺少上次运行时已有的登记，可能被换成旧的副本，其后的撤销、异议都会失效",
            f"换回最新的台账；确实只剩备份的，把缺少的决定补登后删去工作目录中的 {FILE}，再运行",
        )  # fmt: skip


def refuse_earlier_clock(home: Home) -> None:
    """Refuse to work while the clock says less than was seen before, unless somebody said that this is right.

    A demo with a fixed day has no clock.

    Raises:
        LedgerError: the clock was set back, or was set wrong before.
    """
    now, latest = datetime.now(tz=UTC), find_latest(home)
    if home.settings().today is None and latest is not None and now < latest - SLACK:
        told = [f"{time.astimezone():%Y-%m-%d %H:%M}" for time in (now, latest)]
        raise LedgerError(
            "本机时间",
            f"{told[0]} 早于台账或者上次运行的时间 {told[1]}，按此时间，已到期的会被当作未到期",
            "校正本机时间；确是以前的时间有误的，由办案人员用 tongcha ledger clock 写明理由登记后再用",
        )


def find_latest(home: Home) -> datetime | None:
    """Return the latest time seen since somebody said that the clock is right, that moment included."""
    events = Ledger(home.ledger_url()).events()
    said = [e.seq for e in drop_retracted(events) if e.kind is EventKind.NOTE and e.subject == CLOCK]
    seen = [e.at for e in events if e.seq >= max(said, default=0)] + _read_note(home)[1:]
    return max((datetime.fromisoformat(at).astimezone(UTC) for at in seen), default=None)


def accept_clock(home: Home, *, by: str, reason: str) -> None:
    """Record that the clock is right now and was wrong before, and go on from here.

    Raises:
        LedgerError: no grounds are given.
    """
    if not reason.strip():
        raise LedgerError("本机时间", "没有写明理由", "写明时间何时起、为什么有误")
    now = datetime.now(tz=UTC).astimezone().isoformat(timespec="seconds")
    said = {"reason": reason, "clock": now}
    Ledger(home.ledger_url()).append(NewEvent(EventKind.NOTE, CLOCK, by, said), at=now)
    note_head(home)
