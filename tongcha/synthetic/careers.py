"""The career of an invented teacher, and what was so on a given day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPEN: Final = 10**6
"""End of a spell that hasn't ended, in days since 1970-01-01."""
NEVER: Final = OPEN + 1
"""Start and end of a spell that isn't there."""
YEAR: Final = 365.25
SLOTS: Final = 4
"""At most three spells in service and one after retirement."""
REASONS: Final = ("", "调动", "辞职", "退休", "返聘期满")
TRANSFER, RESIGNED, RETIRED, REHIRE_OVER = 1, 2, 3, 4
LENT_KINDS: Final = ("", "借调", "交流轮岗")
SECONDED, EXCHANGED = 1, 2


@dataclass(frozen=True, slots=True)
class Careers:
    """Careers as arrays of one row per person; days count from 1970-01-01.

    Attributes:
        school: school of each spell (four columns), -1 where there is none.
        start: first day of each spell; `NEVER` where there is none.
        end: first day on which the spell no longer runs; `OPEN` if it does, `NEVER` where there is none.
        reason: index into `REASONS` of why it ended.
        rehired: whether the last spell is one after retirement.
        lent: index into `LENT_KINDS`; 0 for those never lent to another school.
        host: school that borrows the person, -1 if none; the employing spell goes on.
        lent_start: first day of that.
        lent_end: first day after it.
    """

    school: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reason: NDArray[np.int64]
    rehired: NDArray[np.bool_]
    lent: NDArray[np.int64]
    host: NDArray[np.int64]
    lent_start: NDArray[np.int64]
    lent_end: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.school)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the careers at these rows, in this order."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @property
    def last(self) -> NDArray[np.int64]:
        """Column of each person's latest spell."""
        filled: NDArray[np.int64] = np.count_nonzero(self.school >= 0, axis=1)
        return filled - 1

    @property
    def latest_school(self) -> NDArray[np.int64]:
        """School of each person's latest spell."""
        return self.school[np.arange(len(self)), self.last]

    @property
    def latest_end(self) -> NDArray[np.int64]:
        """End of each person's latest spell."""
        return self.end[np.arange(len(self)), self.last]


@dataclass(frozen=True, slots=True)
class Standing:
    """What was so on one day per person.

    Attributes:
        serving: in service that day.
        before: not hired yet.
        after: has left (for good, or for a while).
        school: the employing school, -1 if not in service.
        host: the school to which the person is lent, -1 if none.
    """

    serving: NDArray[np.bool_]
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    school: NDArray[np.int64]
    host: NDArray[np.int64]


def standing_on(careers: Careers, day: NDArray[np.int64]) -> Standing:
    """Return who was in service where on the given day; a spell runs from `start` until before `end`."""
    running = (careers.start <= day[:, None]) & (day[:, None] < careers.end)
    serving: NDArray[np.bool_] = np.logical_or.reduce(running, axis=1)
    before: NDArray[np.bool_] = day < careers.start[:, 0]
    school = np.where(serving, careers.school[np.arange(len(day)), running.argmax(axis=1)], -1)
    lent = serving & (careers.lent > 0) & (careers.lent_start <= day) & (day < careers.lent_end)
    return Standing(serving, before, ~serving & ~before, school, np.where(lent, careers.host, -1))
