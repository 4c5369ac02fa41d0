"""Keys of those who told their surname only: 王老师 of about forty, 王老师 who teaches physics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.blocking.keys import Probes, cities, provinces, surname_years
from tongcha.linkage.blocking.years import working_years
from tongcha.linkage.encoding.codes import mix
from tongcha.linkage.encoding.sides import SEXES, hash_text
from tongcha.linkage.encoding.values import FORM_SURNAME, NUMBER_VALID

if TYPE_CHECKING:
    import polars as pl

    from tongcha.linkage.encoding.sides import Side
    from tongcha.policy.linkage import Blocking


def surname_probes(met: Side, subject: pl.Series, policy: Blocking) -> dict[str, Probes]:
    """Return the keys of surname, birth year and sex; whoever has a complete number needs none.

    Args:
        met: the identities; a sex that wasn't told is either.
        subject: the subjects that they claim.
        policy: which ages are tried where none was told, and how far off a told one may be.
    """
    who = np.flatnonzero((met.form == FORM_SURNAME) & (met.number_state != NUMBER_VALID))
    at, year = working_years(met, who, policy)
    rows, year = np.tile(who[at], len(SEXES)), np.tile(year, len(SEXES))
    sex = np.repeat(np.arange(1, len(SEXES) + 1, dtype=np.int8), len(at))
    may = (met.sex[rows] == 0) | (met.sex[rows] == sex)
    rows, sex, year = rows[may], sex[may], year[may]
    fold, claimed = met.name.take(rows).fold, subject.gather(rows)
    about = surname_years(fold, year, sex)
    told = claimed.is_not_null().to_numpy()
    area, taught = met.area[rows], mix(about, fold[:, 0], hash_text(claimed))
    return {
        "surname_year": Probes(mix(about, cities(area)), rows, about),
        "surname_subject": Probes(mix(taught, provinces(area))[told], rows[told], about[told]),
        "surname_city_subject": Probes(mix(taught, cities(area))[told], rows[told], about[told]),
    }
