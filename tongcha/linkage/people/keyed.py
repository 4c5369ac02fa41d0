"""What keys are made of: the values of all people on record, read at once and without checking each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.identity.names import DOT, parse_name
from tongcha.linkage.encoding.codes import (
    I8,
    I32,
    I64,
    NO_DAY,
    U8,
    Names,
    code_ids,
    code_names,
    mix,
)
from tongcha.linkage.encoding.sides import add_tails, code_areas, code_sexes, hash_text, read_column
from tongcha.linkage.encoding.values import (
    birth_days,
    complete_numbers,
    days_of,
    is_odd,
    read_numbers,
    read_phones,
)

if TYPE_CHECKING:
    from tongcha.linkage.encoding.glyphs import U64

NO_LETTER: Final = r"[^\p{L}]"
REMARKED: Final = r"[^\p{Han}\s·•・‧.．0-9]"
"""what no plain name has, dots of minority names aside: brackets, labels, stars"""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What keys are made of, for all people at once and without checking each value; see `Side`.

    Attributes:
        name: names as written.
        former: former names of those rows that have one.
        renamed: those rows.
        number: ID numbers; zeros if there is none.
        phone: the mobile number; 0 if there is none.
        birth: day of birth.
        area: six-digit region.
        sex: 1 male, 2 female, 0 unknown.
        school: a number that equal school codes share.
        subject: a number that equal subjects share.
    """

    name: Names
    former: Names
    renamed: I64
    number: U8
    phone: I64
    birth: I32
    area: I32
    sex: I8
    school: U64
    subject: U64


def code_keys(frame: pl.DataFrame) -> Keyed:
    """Read of `people` what keys are made of; only old and missing ID numbers are touched up."""
    former = read_column(frame, "former_name")
    renamed = former.is_not_null().arg_true().to_numpy().astype(np.int64)
    birth = days_of(read_column(frame, "birth_date", pl.Date))
    number = _code_numbers(frame)
    unknown = np.flatnonzero(birth == NO_DAY)
    birth[unknown] = birth_days(number[unknown])
    return Keyed(
        name=_code_plainly(read_column(frame, "name")),
        former=_code_plainly(former.gather(renamed)),
        renamed=renamed,
        number=number,
        phone=read_phones(read_column(frame, "phone")),
        birth=birth,
        area=code_areas(frame),
        sex=code_sexes(frame),
        school=hash_text(read_column(frame, "school_id")),
        subject=hash_text(read_column(frame, "subject")),
    )


def _code_plainly(names: pl.Series) -> Names:
    """Code names; those that aren't two to four Han characters without dots, blanks and remarks."""
    coded = code_names(names)
    odd = is_odd(coded).nonzero()[0]
    bare = names.gather(odd).str.replace_all(NO_LETTER, "")
    remarked = names.gather(odd).str.contains(REMARKED).fill_null(value=False).arg_true()
    read = [parse_name(name).clean.replace(DOT, "") for name in names.gather(odd).gather(remarked)]
    coded.put(odd, code_names(bare.scatter(remarked, pl.Series(read, dtype=pl.String))))
    return coded


def name_keys(names: pl.Series) -> U64:
    """Return the key `name_exact` of names of people on record."""
    return mix(*_code_plainly(names).fold.T)


def _code_numbers(frame: pl.DataFrame) -> U8:
    text = read_column(frame, "id_number")
    number = code_ids(text)
    odd = np.flatnonzero((number[:, 17] == 0) & text.is_not_null().to_numpy())
    if len(odd):
        written = text.gather(odd)
        old = written.str.len_bytes() == 15  # noqa: PLR2004
        short = written.filter(old)
        longer = short.str.slice(0, 6) + "19" + short.str.slice(6) + "0"
        number[odd[old.to_numpy()]] = code_ids(complete_numbers(longer))
        number[odd[~old.to_numpy()]] = read_numbers(written.filter(~old))[0]
    number[:, 17][number[:, 17] == ord("x")] = ord("X")
    tails = read_column(frame, "id_tail")
    return add_tails(number, (number[:, 17] > 0).astype(np.int8), tails)[0]
