"""Names, ID numbers and phones read into numbers: the plain majority at once, each odd value alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from tongcha.identity.characters import SIZE
from tongcha.identity.id_numbers import MISREAD, parse_id, read_letters
from tongcha.identity.names import DOT, parse_name
from tongcha.identity.phones import phone_columns
from tongcha.identity.surnames import common_initials
from tongcha.linkage.encoding.codes import (
    I8,
    I32,
    I64,
    NO_DAY,
    STAR,
    U8,
    WIDTH,
    Names,
    Truth,
    code_ids,
    code_names,
    code_phones,
    holds,
    is_checked,
    with_check_digit,
)
from tongcha.linkage.encoding.glyphs import load_glyphs

NUMBER_ABSENT, NUMBER_VALID, NUMBER_PARTIAL, NUMBER_BAD = range(4)
FORM_NONE, FORM_SURNAME, FORM_FULL, FORM_LATIN = range(4)
FORMS: Final = {"full": FORM_FULL, "surname": FORM_SURNAME, "latin": FORM_LATIN}
NO_FIRST: Final = "小老大阿不无未佚匿待拒没保空男女家外同学教测姓先师负举某"
"""no full name begins with these: aliases and placeholders do"""
NO_LAST: Final = "师生长任授练官理板学姨姐哥傅教导总叔婶嫂妈爸爷奶士头某校工"
"""titles end with these; full names may, and are parsed to tell"""
SOMEONE: Final = ord("某")
"""stands for a character that wasn't told"""
FULL_WIDTH: Final = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {
    " ": "",
    "\u3000": "",
    "x": "X",
}
MASKED: Final = r"^[1-9*][0-9*]{16}[0-9X*]$"
COMPLETE: Final = r"^[1-9][0-9]{16}[0-9X]$"
OLD: Final = r"^[0-9]{15}$"
LAST_FOUR: Final = r"^[0-9]{3}[0-9X]$"
LONE_FOUR: Final = r"^\W*([0-9]{3}[0-9Xx])[\s.。,，、;；)\]】'\"]*$"
"""nothing but the last four, maybe behind signs for the others: `…7342`, `7342.`"""
ZEROED: Final = r"^[0-9]{15}000$"
"""what a spreadsheet leaves of a number, if the check digit fails"""
ODD_PLACES: Final = rf"X.|{ZEROED}"
"""an X that isn't the last place hides one"""
AROUND: Final = "[^0-9A-Z*〇|]"
ALMOST: Final = r"^[0-9A-Za-z]{13,22}$"
"""a complete number with places lost, doubled or misread"""
FIRST_MOBILE, LAST_MOBILE = 13_000_000_000, 19_999_999_999
FILLED: Final = 100_000_000
"""numbers that end in eight noughts only fill the field"""


def read_names(names: pl.Series, *, spoken: bool) -> tuple[Names, I8]:
    """Return names and the form of each.

    Args:
        names: names as written.
        spoken: whether aliases (小王老师) and placeholders occur among them.
    """
    coded = code_names(names)
    form = np.where(coded.length > 0, FORM_FULL, FORM_NONE).astype(np.int8)
    odd = np.flatnonzero(is_odd(coded, spoken=spoken) & (coded.length > 0))
    if len(odd):
        parsed = [parse_name(text) for text in names.gather(odd)]
        form[odd] = [FORMS.get(name.form, FORM_NONE) for name in parsed]
        shown = [{"full": p.clean.replace(DOT, ""), "surname": p.surname}.get(p.form, "") for p in parsed]
        coded.put(odd, code_names(pl.Series(shown, dtype=pl.String)))
    return coded, form


def is_odd(names: Names, *, spoken: bool = False) -> Truth:
    """Whether a name may be something else than a plain full name of two to four Han characters."""
    odd: Truth = ~holds(_plain().take(names.raw)) | (names.length < 2) | (names.length > WIDTH)  # noqa: PLR2004
    if spoken:
        last = names.raw[np.arange(len(odd)), np.clip(names.length, 1, WIDTH) - 1]
        odd |= _any_of(NO_FIRST)[names.raw[:, 0]] | _any_of(NO_LAST)[last]
        common = _any_of("".join(common_initials()))  # two names may have run together: 张伟李娜
        odd |= (names.length == WIDTH) & common[names.raw[:, 0]] & common[names.raw[:, 2]]
    return odd


@lru_cache(maxsize=1)
def _plain() -> Truth:
    """Whether a code point may stand in a plain name, or behind the end of a shorter one."""
    plain = load_glyphs().is_han.copy()
    plain[[0, SOMEONE]] = True, False
    return plain


def _any_of(chars: str) -> Truth:
    table = np.zeros(SIZE, np.bool_)
    table[[ord(char) for char in chars]] = True
    return table


def read_numbers(numbers: pl.Series) -> tuple[U8, I8, pl.Series]:
    """Return ID numbers as 18 places, what each one is, and the text of those that belong to nobody."""
    table = code_ids(numbers)
    odd = np.flatnonzero(~is_checked(table) & numbers.is_not_null().to_numpy())
    table[odd] = 0
    state = np.where(table[:, 0] > 0, NUMBER_VALID, NUMBER_ABSENT).astype(np.int8)
    text = pl.Series([""], dtype=pl.String).new_from_index(0, len(numbers))
    if len(odd):
        table[odd], state[odd], written = _read_odd(numbers.gather(odd))
        text = text.scatter(odd, written)
    return table, state, text


def _read_odd(numbers: pl.Series) -> tuple[U8, I8, pl.Series]:
    """As `read_numbers`, for numbers that aren't complete and right as they stand.

    Letters that stand for digits are read as those, so that no more places differ than were mistaken; what
    stands around a number (号, brackets, an apostrophe) is left out.
    """
    text = numbers.str.replace_many(FULL_WIDTH).str.replace(LONE_FOUR, "$1").str.to_uppercase()
    laid = lay_out(text)
    rest = (laid.is_null() | text.str.contains(ZEROED)).arg_true()
    written = text.gather(rest)
    bare = written.str.replace_all(AROUND, "")
    digits = bare.str.replace_many(MISREAD)
    lettered = (digits != bare) & digits.str.contains(COMPLETE)
    strange = lettered | ~written.str.contains(ALMOST) | written.str.contains(ODD_PLACES)
    if strange.any():
        parsed = _parse_strange(written.filter(strange), bare.filter(strange))
        laid = laid.scatter(rest.filter(strange), parsed)
    text = text.scatter(rest, digits)
    table = code_ids(laid)
    valid, masked = is_checked(table), (table == STAR).any(axis=1)
    bad = ~valid & ~masked & text.str.contains(ALMOST).to_numpy()
    table[~valid & ~masked] = 0
    state = np.select([valid, masked, bad], [NUMBER_VALID, NUMBER_PARTIAL, NUMBER_BAD], NUMBER_ABSENT)
    kept = pl.select(pl.when(pl.Series(bad)).then(text).otherwise(pl.lit(""))).to_series()
    return table, state.astype(np.int8), kept


def lay_out(numbers: pl.Series) -> pl.Series:
    """Lay the usual ways of writing a number over 18 places; null for what has to be parsed.

    Complete and masked numbers stay, the last four get fourteen unknown places before them, 15-digit
    numbers get their century and check digit (GB 11643).
    """
    text = pl.col("text")
    laid = (
        numbers.alias("text")
        .to_frame()
        .select(
            laid=pl.when(text.str.contains(COMPLETE) | text.str.contains(MASKED))
            .then(text)
            .when(text.str.contains(LAST_FOUR))
            .then("*" * 14 + text)
            .when(text.str.contains(OLD))
            .then(text.str.slice(0, 6) + "19" + text.str.slice(6) + "?")
        )["laid"]
    )
    old = laid.str.ends_with("?").fill_null(value=False).arg_true()
    return laid.scatter(old, complete_numbers(laid.gather(old))) if len(old) else laid


def complete_numbers(numbers: pl.Series) -> pl.Series:
    """Return 18-place numbers with their last place replaced by the right check digit."""
    rows = with_check_digit(code_ids(numbers))
    return pl.Series([bytes(row).decode() for row in rows], dtype=pl.String)


def _parse_strange(numbers: pl.Series, bare: pl.Series) -> pl.Series:
    """Return the 18 places that numbers tell, in whole or in part; else what is inside, if it is as long."""
    known = {}
    for text, inside in dict(zip(numbers, bare, strict=True)).items():
        parsed = parse_id(text)
        laid = parsed.clean or read_letters(inside) or parsed.mask
        known[text] = laid if len(laid) == 18 else inside if re.fullmatch(MASKED, inside) else None  # noqa: PLR2004
    return numbers.replace_strict(known, return_dtype=pl.String)


def read_phones(phones: pl.Series) -> I64:
    """Return mobile numbers as integers, 0 if there is none; only what may hold one is parsed."""
    coded = code_phones(phones).copy()
    plain = (coded >= FIRST_MOBILE) & (coded <= LAST_MOBILE) & (coded % FILLED != 0)
    coded[~plain] = 0
    odd = np.flatnonzero(~plain & phones.is_not_null().to_numpy())
    if len(odd):
        text = phones.gather(odd).str.normalize("NFKC")
        mobile = text.str.replace_all(r"\D", "").str.contains(r"1[3-9]\d{9}").to_numpy()
        odd = odd[mobile]
        coded[odd] = code_phones(phone_columns(text.filter(mobile))["clean"])
    return coded


def birth_days(number: U8) -> I32:
    """Return the birth date inside numbers whose eight birth places are known; NO_DAY otherwise."""
    places = number[:, 6:14]
    known = ((places >= ord("0")) & (places <= ord("9"))).all(axis=1)
    days = np.full(len(number), NO_DAY, np.int32)
    if known.any():
        text = pl.Series(np.ascontiguousarray(places[known]).view("S8").ravel().astype("U8"))
        days[known] = days_of(text.str.to_date("%Y%m%d", strict=False))
    return days


def days_of(dates: pl.Series) -> I32:
    """Return dates as days since 1970; NO_DAY for null."""
    return dates.to_physical().fill_null(NO_DAY).to_numpy().astype(np.int32)
