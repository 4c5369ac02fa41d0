"""The last event that was seen, noted beside the ledger: an older copy in its place is noticed at once.

A chain whose end is cut off is whole. Without the note a ledger restored from a backup would bring every
withdrawal and dispute since then back to naught. Who can write the home can change the note as well: against
them only a head kept elsewhere helps (`tongcha ledger verify --head`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipelines.home import write_private
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pipelines.home import Home

FILE: Final = "ledger.head"


def note_head(home: Home) -> None:
    """Note the last event of the ledger."""
    write_private(home.root / FILE, Ledger(home.ledger_url()).head().encode())


def read_head(home: Home) -> str:
    """Return the head noted last; empty before anything was noted."""
    path = home.root / FILE
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


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
