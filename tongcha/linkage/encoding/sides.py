"""The two sides of a comparison as numbers: the people who were met, and the people who are on record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import polars as pl

from tongcha.linkage.encoding.codes import I8, I32, I64, NO_DAY, U8, Names, code_ids, code_regions
from tongcha.linkage.encoding.values import (
    LAST_FOUR,
    NUMBER_ABSENT,
    NUMBER_PARTIAL,
    birth_days,
    days_of,
    read_names,
    read_numbers,
    read_phones,
)

if TYPE_CHECKING:
    from tongcha.linkage.encoding.glyphs import U64

CAPTURES: Final = ("card", "typed", "masked", "last4", "oral")
SEXES: Final = ("男", "女")
OTHER_SEXES: Final = dict.fromkeys(("男性", "男士", "男生", "M", "1", "1.0"), 1) | dict.fromkeys(
    ("女性", "女士", "女生", "F", "2", "2.0"), 2
)
"""as intake reads them (`values` of policy/intake.yaml), for `tongcha link`"""
OTHER_CAPTURES: Final = (
    dict.fromkeys(("读卡", "刷卡", "身份证读卡", "读证"), 0)
    | dict.fromkeys(("手录", "手工录入", "录入", "抄录"), 1)
    | dict.fromkeys(("遮挡", "遮蔽", "部分遮挡", "脱敏"), 2)
    | dict.fromkeys(("后四位", "后4位", "尾号"), 3)
    | dict.fromkeys(("口述", "自述", "口头"), 4)
)
"""likewise; any other word counts as spoken"""


@dataclass(frozen=True, slots=True)
class Side:
    """Records of one side; every attribute has one entry per record.

    Attributes:
        name_text: names as written.
        name: the same as code points.
        form: whether it is a full name, a surname only, Latin letters, or nothing.
        former: former names (length 0 if none).
        number: ID numbers as 18 bytes, `*` where unknown; `number_state` tells what they are.
        number_text: the number with letters read as digits, for those of `NUMBER_BAD`.
        birth: day of birth as days since 1970, from the column or from the number; NO_DAY if unknown.
        sex: 1 male, 2 female, 0 unknown.
        phone: mobile number, 0 if none.
        listed_phone: mobile number on a staff list (people), 0 if none.
        area: six-digit region, 0 if none.
        day: raid date as days since 1970 (identities); NO_DAY for people.
        age: claimed age, −1 if none.
        capture: position in CAPTURES (identities); −1 for people.
    """

    name_text: pl.Series
    name: Names
    former: Names
    form: I8
    number: U8
    number_state: I8
    number_text: pl.Series
    birth: I32
    sex: I8
    phone: I64
    listed_phone: I64
    area: I32
    day: I32
    age: I32
    capture: I8

    def take(self, rows: I64) -> Self:
        """Return the records of these rows."""
        parts = {field.name: _take(getattr(self, field.name), rows) for field in fields(self)}
        return type(self)(**parts)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.sex)


def _take(column: Any, rows: I64) -> Any:  # noqa: ANN401  one of three kinds of column
    if isinstance(column, Names):
        return column.take(rows)
    if isinstance(column, pl.Series):
        return column.gather(rows)
    return column.take(rows, axis=0)


def code_side(frame: pl.DataFrame) -> Side:
    """Read `identities` or `people` value by value; columns that the frame lacks count as absent.

    Args:
        frame: name, former_name, sex, birth_date, id_number, id_tail, phone, area or site_area,
            raid_date, age, capture.
    """
    is_met = "capture" in frame.columns  # people on record aren't registered as 小王老师
    name, form = read_names(read_column(frame, "name"), spoken=is_met)
    number, state, text, birth = _code_numbers(frame)
    return Side(
        name_text=read_column(frame, "name").fill_null(""),
        name=name,
        former=read_names(read_column(frame, "former_name"), spoken=False)[0],
        form=form,
        number=number,
        number_state=state,
        number_text=text,
        birth=birth,
        sex=code_sexes(frame),
        phone=read_phones(read_column(frame, "phone")),
        listed_phone=np.zeros(frame.height, np.int64),
        area=code_areas(frame),
        day=days_of(read_column(frame, "raid_date", pl.Date)),
        age=read_column(frame, "age", pl.Int32).fill_null(-1).to_numpy(),
        capture=_code_captures(frame),
    )


def _code_numbers(frame: pl.DataFrame) -> tuple[U8, I8, pl.Series, I32]:
    """Read ID numbers and birth dates; a date that is missing is taken from the number."""
    number, state, text = read_numbers(read_column(frame, "id_number"))
    number, state = add_tails(number, state, read_column(frame, "id_tail"))
    birth = days_of(read_column(frame, "birth_date", pl.Date))
    unknown = np.flatnonzero(birth == NO_DAY)
    birth[unknown] = birth_days(number[unknown])
    return number, state, text, birth


def hash_text(texts: pl.Series) -> U64:
    """Return a number per text; equal texts have equal numbers."""
    return texts.hash(seed=1).to_numpy()


def read_column(frame: pl.DataFrame, name: str, dtype: type[pl.DataType] = pl.String) -> pl.Series:
    """Return a column, all null if the frame lacks it."""
    if name not in frame.columns:
        return pl.Series(name, [None], dtype).new_from_index(0, frame.height)
    return frame[name].cast(dtype)


def code_sexes(frame: pl.DataFrame) -> I8:
    """Return 1 for male, 2 for female, 0 for unknown."""
    written = read_column(frame, "sex")
    male, female = ((written == sex).fill_null(value=False).to_numpy() for sex in SEXES)
    sexes = np.where(male, 1, np.where(female, 2, 0)).astype(np.int8)
    if np.count_nonzero(sexes) + written.null_count() < len(sexes):
        odd = np.flatnonzero((sexes == 0) & written.is_not_null().to_numpy())
        sexes[odd] = written.gather(odd).replace_strict(OTHER_SEXES, default=0, return_dtype=pl.Int8)
    return sexes


def code_areas(frame: pl.DataFrame) -> I32:
    """Return the six digits of the area as a number, 0 where it isn't known."""
    return code_regions(read_column(frame, "area" if "area" in frame.columns else "site_area"))


def _code_captures(frame: pl.DataFrame) -> I8:
    order = {capture: place for place, capture in enumerate(CAPTURES)} | OTHER_CAPTURES
    return read_column(frame, "capture").replace_strict(order, default=-1, return_dtype=pl.Int8).to_numpy()


def add_tails(number: U8, state: I8, tails: pl.Series) -> tuple[U8, I8]:
    """Let the last four places of those who told no more stand for their number."""
    if tails.null_count() == len(tails):
        return number, state
    there = tails.str.contains(LAST_FOUR).fill_null(value=False).to_numpy() & (state == NUMBER_ABSENT)
    if there.any():
        number[there] = code_ids("*" * 14 + tails.filter(there))
        state[there] = NUMBER_PARTIAL
    return number, state
