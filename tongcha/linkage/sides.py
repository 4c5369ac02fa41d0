"""The two sides of a comparison as numbers: the people who were met, and the people who are on record."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from tongcha.identity.id_columns import id_columns
from tongcha.identity.names import DOT, parse_name
from tongcha.identity.phones import phone_columns
from tongcha.linkage.codes import (
    I64,
    STAR,
    U8,
    Names,
    code_ids,
    code_names,
    code_phones,
    is_checked,
    with_check_digit,
)

CAPTURES: Final = ("card", "typed", "masked", "last4", "oral")
SEXES: Final = {"男": 1, "女": 2}
NO_DAY: Final = np.iinfo(np.int32).min
NUMBER_ABSENT, NUMBER_VALID, NUMBER_PARTIAL, NUMBER_BAD = range(4)
FORM_NONE, FORM_SURNAME, FORM_FULL = range(3)
HAN_NAME: Final = r"^\p{Han}{2,4}$"
PLAIN_NAME: Final = (
    r"^[^\P{Han}小老大阿不无未佚匿待拒没保空男女家外同学教测姓先师负举某]\p{Han}{0,2}"
    r"[^\P{Han}师生长任授练官理板学姨姐哥傅教导总叔婶嫂妈爸爷奶士头某]$"
)
"""names that surely are neither a title, an alias nor a placeholder, and needn't be parsed"""
FORMS: Final = {"full": FORM_FULL, "surname": FORM_SURNAME}
PLAIN_ID: Final = r"^[1-9]\d{16}[0-9X]$"
MASKED_ID: Final = r"^[1-9*][0-9*]{16}[0-9X*]$"
LAST_FOUR: Final = r"^\d{3}[0-9X]$"
PLAIN_PHONE: Final = r"^1[3-9]\d{9}$"
I32 = npt.NDArray[np.int32]
I8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Side:
    """Records of one side; every attribute has one entry per record.

    Attributes:
        name: names; `form` tells whether it is a full name, a surname only, or nothing.
        former: former names (length 0 if none).
        number: ID numbers as 18 bytes, `*` where unknown; `number_state` tells what they are.
        number_text: the number as written, for those of `NUMBER_BAD`.
        birth: day of birth as days since 1970, from the column or from a valid number; NO_DAY if unknown.
        sex: 1 male, 2 female, 0 unknown.
        phone: mobile number, 0 if none.
        area: six-digit region, 0 if none.
        day: raid date as days since 1970 (identities); NO_DAY for people.
        age: claimed age, −1 if none.
        capture: position in CAPTURES (identities); −1 for people.
    """

    name: Names
    former: Names
    form: I8
    number: U8
    number_state: I8
    number_text: pl.Series
    birth: I32
    sex: I8
    phone: I64
    area: I32
    day: I32
    age: I32
    capture: I8

    def take(self, rows: I64) -> Self:
        """Return the records of these rows."""
        parts = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Names):
                parts[field.name] = value.take(rows)
            elif isinstance(value, pl.Series):
                parts[field.name] = value.gather(rows)
            else:
                parts[field.name] = value[rows]
        return replace(self, **parts)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.sex)


def code_side(frame: pl.DataFrame) -> Side:
    """Turn `identities` or `people` into numbers; columns that the frame lacks count as absent.

    Args:
        frame: name, former_name, sex, birth_date, id_number, id_tail, phone, area or site_area,
            raid_date, age, capture.
    """
    count = frame.height
    is_met = "capture" in frame.columns  # people on record aren't registered as 小王老师
    clean, form = clean_names(_column(frame, "name"), PLAIN_NAME if is_met else HAN_NAME)
    former, _ = clean_names(_column(frame, "former_name"), HAN_NAME)
    number, state, text = clean_numbers(_column(frame, "id_number"))
    number, state = _add_tails(number, state, _column(frame, "id_tail"))
    birth = _days(_column(frame, "birth_date", pl.Date))
    capture = _column(frame, "capture").replace_strict(
        {c: i for i, c in enumerate(CAPTURES)}, default=-1, return_dtype=pl.Int8
    )
    return Side(
        name=code_names(clean),
        former=code_names(former) if former.null_count() < count else _no_names(count),
        form=form,
        number=number,
        number_state=state,
        number_text=text,
        birth=np.where(birth == NO_DAY, birth_days(number, state), birth).astype(np.int32),
        sex=_column(frame, "sex").replace_strict(SEXES, default=0, return_dtype=pl.Int8).to_numpy(),
        phone=code_phones(clean_phones(_column(frame, "phone"))),
        area=_column(frame, "area" if "area" in frame.columns else "site_area")
        .cast(pl.Int32, strict=False)
        .fill_null(0)
        .to_numpy(),
        day=_days(_column(frame, "raid_date", pl.Date)),
        age=_column(frame, "age", pl.Int32).fill_null(-1).to_numpy(),
        capture=capture.to_numpy(),
    )


def _column(frame: pl.DataFrame, name: str, dtype: type[pl.DataType] = pl.String) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * frame.height, dtype)
    return frame[name].cast(dtype)


def _no_names(count: int) -> Names:
    return code_names(pl.Series([""], dtype=pl.String)).take(np.zeros(count, np.int64))


def _days(dates: pl.Series) -> I32:
    return dates.to_physical().fill_null(NO_DAY).to_numpy().astype(np.int32)


def clean_names(names: pl.Series, plain_pattern: str) -> tuple[pl.Series, I8]:
    """Return cleaned names and their form; only names that may not be plain full names are parsed."""
    plain = names.str.contains(plain_pattern).fill_null(value=False)
    form = np.where(plain.to_numpy(), FORM_FULL, FORM_NONE).astype(np.int8)
    odd = (~plain & names.is_not_null()).arg_true()
    if not len(odd):
        return names, form
    parsed = [parse_name(text) for text in names.gather(odd)]
    form[odd.to_numpy()] = [FORMS.get(name.form, FORM_NONE) for name in parsed]
    shown = [{"full": p.clean.replace(DOT, ""), "surname": p.surname}.get(p.form, "") for p in parsed]
    return names.scatter(odd, pl.Series(shown, dtype=pl.String)), form


def clean_numbers(numbers: pl.Series) -> tuple[U8, I8, pl.Series]:
    """Return ID numbers as 18 places, what each one is, and the text of those that belong to nobody."""
    laid = lay_out(numbers)
    table = code_ids(laid)
    valid = is_checked(table)
    shown = ((table != STAR) & (table > 0)).any(axis=1)
    partial = (table == STAR).any(axis=1) & shown
    state = np.select([valid, partial], [NUMBER_VALID, NUMBER_PARTIAL], NUMBER_ABSENT).astype(np.int8)
    odd = np.flatnonzero(~valid & ~partial & numbers.is_not_null().to_numpy())
    table[~valid & ~partial] = 0
    text = pl.Series([""], dtype=pl.String).gather(np.zeros(len(numbers), np.int64))
    if not len(odd):
        return table, state, text
    parsed = id_columns(numbers.gather(odd))
    parts = code_ids(parsed["clean"]), code_ids(parsed["mask"])
    is_valid, is_mask = is_checked(parts[0]), (parts[1] != 0).all(axis=1)
    table[odd] = np.where(is_valid[:, None], *parts)
    state[odd] = np.select([is_valid, is_mask], [NUMBER_VALID, NUMBER_PARTIAL], NUMBER_ABSENT)
    written = numbers.gather(odd).str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    bad = ~is_valid & ~is_mask & written.str.len_bytes().is_between(13, 22).to_numpy()
    state[odd[bad]] = NUMBER_BAD
    return table, state, text.scatter(odd[bad], written.filter(bad))


def lay_out(numbers: pl.Series) -> pl.Series:
    """Lay the usual ways of writing a number over 18 places; null for what has to be parsed.

    Complete and masked numbers stay, the last four get fourteen unknown places before them, 15-digit
    numbers get their century and check digit (GB 11643).
    """
    frame = numbers.alias("text").to_frame()
    short = numbers.str.contains(r"^\d{15}$").fill_null(value=False)
    old = code_ids(
        frame.filter(short)
        .select(pl.col("text").str.slice(0, 6) + "19" + pl.col("text").str.slice(6) + "0")
        .to_series()
    )
    upgraded = pl.Series([bytes(row).decode() for row in with_check_digit(old)], dtype=pl.String)
    laid = frame.select(
        pl.when(pl.col("text").str.contains(PLAIN_ID) | pl.col("text").str.contains(MASKED_ID))
        .then("text")
        .when(pl.col("text").str.contains(LAST_FOUR))
        .then("*" * 14 + pl.col("text"))
    ).to_series()
    return laid.scatter(short.arg_true(), upgraded) if len(upgraded) else laid


def _add_tails(number: U8, state: I8, tails: pl.Series) -> tuple[U8, I8]:
    there = tails.str.contains(LAST_FOUR).fill_null(False).to_numpy() & (state == NUMBER_ABSENT)
    if there.any():
        masked = pl.Series(["*" * 14]) + tails.filter(there)
        number[there] = code_ids(masked)
        state[there] = NUMBER_PARTIAL
    return number, state


def clean_phones(phones: pl.Series) -> pl.Series:
    """Return 11-digit numbers; only values that aren't one already are parsed."""
    plain = phones.str.contains(PLAIN_PHONE)
    digits = phones.str.replace_all(r"\D", "")
    odd = (~plain & digits.str.contains(r"1[3-9]\d{9}")).fill_null(value=False).arg_true()
    kept = pl.select(pl.when(plain).then(phones)).to_series()
    return kept.scatter(odd, phone_columns(phones.gather(odd))["clean"]) if len(odd) else kept


def birth_days(number: U8, state: I8) -> I32:
    """Return the birth date inside numbers whose eight birth places are known; NO_DAY otherwise."""
    places = number[:, 6:14]
    known = ((places >= ord("0")) & (places <= ord("9"))).all(axis=1) & (state > NUMBER_ABSENT)
    days = np.full(len(number), NO_DAY, np.int32)
    if known.any():
        text = pl.Series(np.ascontiguousarray(places[known]).view("S8").ravel().astype("U8"))
        days[known] = _days(text.str.to_date("%Y%m%d", strict=False))
    return days
