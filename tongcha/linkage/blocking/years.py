"""Birth years that somebody who was met may have, from the number or from the age that was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.comparison.fields import age_on
from tongcha.linkage.encoding.codes import NO_DAY, years_of
from tongcha.linkage.encoding.values import NUMBER_VALID

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64, Truth
    from tongcha.linkage.encoding.glyphs import U64
    from tongcha.linkage.encoding.sides import Side
    from tongcha.policy.linkage import Blocking

SEX_PLACE: Final = 16
"""of a complete number: odd for men"""


def likely_years(met: Side, who: I64, slack: int, doubted: Truth | None = None) -> tuple[I64, U64]:
    """Return positions in `who` and likely birth years: the one in the number, else those around the age.

    Args:
        met: the identities.
        who: which of them.
        slack: how many years a told age may be off.
        doubted: identities whose number may be a stranger's: only the age counts.
    """
    born, raided = (years_of(day)[who].astype(np.int64) for day in (met.birth, met.day))
    if doubted is not None:
        born = np.where(doubted[who], 0, born)
    sure = np.flatnonzero(born > 0)
    aged = np.flatnonzero((born == 0) & (met.age[who] >= 0))
    back = range(-slack, slack + 2)  # somebody of an age is born in one of two years
    years = [born[sure], *((raided - met.age[who] - step)[aged] for step in back)]
    return np.concatenate([sure, *(aged for _ in back)]), np.concatenate(years).astype(np.uint64)


def working_years(met: Side, who: I64, policy: Blocking) -> tuple[I64, U64]:
    """As `likely_years`; who told a sex and no age may have been born in any year of a working life."""
    at, year = likely_years(met, who, policy.age_slack)
    ageless = (met.birth[who] == NO_DAY) & (met.age[who] < 0)
    silent = np.flatnonzero(ageless & (met.sex[who] > 0))  # a surname and nothing else is nobody's
    every = np.arange(policy.ages.youngest, policy.ages.oldest + 1)
    raided = years_of(met.day)[who[silent]].astype(np.int64)
    any_year = (raided[:, None] - every).ravel().astype(np.uint64)
    return np.concatenate([at, np.repeat(silent, len(every))]), np.concatenate([year, any_year])


def is_contradicted(met: Side, slack: int) -> Truth:
    """Whether a complete number shows another age or sex than was told: it may be a stranger's.

    Asked of those who told an age, by which alone they can be looked for then.
    """
    contradicted = np.zeros(len(met), np.bool_)
    at = np.flatnonzero((met.number_state == NUMBER_VALID) & (met.birth != NO_DAY) & (met.age >= 0))
    off = age_on(met.birth[at], met.day[at]) - met.age[at]
    shown = np.where(met.number[at, SEX_PLACE] % 2 == 1, 1, 2)
    contradicted[at] = (np.abs(off) > slack) | ((met.sex[at] > 0) & (met.sex[at] != shown))
    return contradicted
