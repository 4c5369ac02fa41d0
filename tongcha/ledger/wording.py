"""What people write stays in the ledger for ever, and file names in every log: neither may hold a number.

Only ID numbers and mobile numbers can be told from other text; names are asked for not to be written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tongcha.errors import InputError, LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.ledger.events import NewEvent

NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-9][0-9]{5}(?:19[0-9]{2}|20[01][0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
"""a mobile number; or eighteen places, whatever their check digit says, with a birthday before 2020, so that
no number made of a raid's day is taken for one"""
PROSE: Final = frozenset(
    {
        "assign",
        "close",
        "department",
        "finding",
        "measure",
        "open",
        "person",
        "prompt_reply",
        "reason",
        "receipt",
    }
)
"""keys of an event under which people's own words stand"""


def holds_number(text: str) -> bool:
    """Whether somebody's ID number or mobile number stands in the text."""
    return NUMBER.search(text) is not None


def mask_numbers(text: str) -> str:
    """Return the text with such numbers blotted out, to tell somebody which text is meant."""
    return NUMBER.sub("＊", text)


def refuse_numbers(events: Iterable[NewEvent]) -> None:
    """Refuse words with a number before they are recorded; what an older ledger holds stays readable.

    Raises:
        LedgerError: somebody's number stands in what is to be recorded.
    """
    for event in events:
        if any(key in PROSE and holds_number(str(said)) for key, said in event.payload.items()):
            raise LedgerError(
                "登记的文字", "含有证件号码或者手机号，而台账只增不删", "删去号码，只写事由或者材料编号"
            )


def refuse_named_people(files: Iterable[str]) -> None:
    """Refuse file names that hold a number: they stand in logs, tables and the names of what is sent back.

    Raises:
        InputError: one does; the message blots the number out.
    """
    for file in files:
        if holds_number(file):
            raise InputError(
                f"文件或文件夹 {mask_numbers(file)}",
                "名称含有证件号码或者手机号",
                "改名，不写姓名和号码，再运行",
            )
