"""Numbers one slip away from what was written: candidates for a person to judge, never a correction.

A stranger's mistyped number meets some registry number by chance in about 1 % of cases (identity.md §1);
whoever uses a candidate must ask for agreement of the name as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tongcha.identity.id_numbers import (
    LENGTH,
    MISREAD,
    PROVINCES,
    check_digit,
    is_known_region,
    parse_id,
    tidy_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from datetime import date

CONFUSIONS: Final = str.maketrans(MISREAD | {"○": "0", "Q": "0", "D": "0", "!": "1", "G": "6", "×": "X"})
KINDS: Final = ("confusion", "transposition", "substitution", "insertion", "deletion")


def repair_id(
    text: str, *, today: date | None = None, known_regions: AbstractSet[str] = frozenset()
) -> list[tuple[str, str]]:
    """Every check-valid number one slip away from a written one that isn't valid itself.

    Slips: letters read for digits; two neighbours exchanged; one character wrong; one lost (17 written);
    one too many (19 written). Candidates have a known region and a real date of birth.

    Returns:
        (number, kind) without repeats, kinds in the order of `KINDS`, numbers in ascending order.
    """
    tidy = tidy_id(text)
    read = tidy.translate(CONFUSIONS)
    if not re.fullmatch(r"[0-9X]{17,19}", read) or parse_id(tidy, today=today).clean:
        return []
    found: dict[str, str] = {}
    for kind in KINDS:
        for number in sorted(set(_slips(read, kind, is_changed=read != tidy))):
            if number not in found and _is_possible(number, today, known_regions):
                found[number] = kind
    return list(found.items())


def repair_candidates(
    text: str, *, today: date | None = None, known_regions: AbstractSet[str] = frozenset()
) -> list[str]:
    """The numbers of `repair_id` without their kinds, likeliest slip first."""
    return [number for number, _ in repair_id(text, today=today, known_regions=known_regions)]


def _slips(read: str, kind: str, *, is_changed: bool) -> Iterator[str]:
    """Yield the 18-character texts that one slip of this kind could have turned into `read`."""
    missing = LENGTH - len(read)
    if kind == "confusion" and is_changed and not missing:
        yield read
    elif kind == "transposition" and not missing:
        yield from (read[:i] + read[i + 1] + read[i] + read[i + 2 :] for i in range(LENGTH - 1))
    elif kind == "substitution" and not missing:
        yield from (read[:i] + digit + read[i + 1 :] for i in range(LENGTH) for digit in "0123456789X")
    elif kind == "insertion" and missing == 1:
        yield from (read[:i] + digit + read[i:] for i in range(LENGTH) for digit in "0123456789X")
    elif kind == "deletion" and missing == -1:
        yield from (read[:i] + read[i + 1 :] for i in range(LENGTH + 1))


def _is_possible(number: str, today: date | None, known_regions: AbstractSet[str]) -> bool:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or number[:2] not in PROVINCES:
        return False
    if check_digit(number[:17]) != number[17] or not is_known_region(number[:6], known_regions):
        return False
    return parse_id(number, today=today, known_regions=known_regions).birth_date is not None
