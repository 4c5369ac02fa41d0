"""Dates and whole numbers as people write them."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

INSIDE: Final = r"[\s\u00a0\u200b-\u200f\u2060\u3000\ufeff]+"
PLAIN_DATE: Final = "%Y-%m-%d"
CLOCK: Final = r"[0-9]{1,2}[:时点][0-9:.分秒半整]*"
PART_OF_DAY: Final = "(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|晚|夜间)?"
TIME: Final = rf"[T ]?{PART_OF_DAY} ?(?:{CLOCK}(?: ?[AaPp][Mm]|\+08:?00)?(?: ?[-~—至到] ?{CLOCK})?)?"
WEEKDAY: Final = r" ?\(?(?:(?:星期|周|礼拜)[一二三四五六日天])?\)?"
WRITTEN_DATE: Final = rf"^([0-9]{{4}})[-/.年]([0-9]{{1,2}})[-/.月]([0-9]{{1,2}})[日号]?{WEEKDAY}{TIME}$"
"""A day, and a time of it that says no other one: `至 2023-07-31` behind it, or another zone, makes two."""
PACKED_DATE: Final = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
PERIOD: Final = (
    r"^((?:19|20)[0-9]{2})"
    r"(?:[-/.年]?([0-9]{2})(?:月份?)?|[-/年]([0-9])(?:月份?)?|\.([0-9])月份?|\.([2-9])|年)?$"
)
"""a month or a year without a day: 2020-09, 2020.9, 2020年9月, 2020.1月, 2020年9月份, 202009, 2020, 2020年"""
MONTH_GROUPS: Final = (2, 3, 4, 5)
JANUARY_OR_OCTOBER: Final = r"^[0-9]{4}\.1$"
"""a spreadsheet writes 2020.10 so as well as 2020.1; it is read as neither"""
SERIAL: Final = r"^([0-9]{5})(?:\.0+)?$"
EPOCH: Final = pl.date(1899, 12, 30)
"""Day 0 of the 1900 date system, valid for serials after February 1900 (ECMA-376 part 1, 18.17.4.1)."""
LONGEST_MONTH: Final = 31
ANY_DAY: Final = (date(1900, 1, 1), date(9999, 12, 31))
"""the first and the latest day of something of which nothing is known"""
UNKNOWN: Final = "不详"
EARLIEST: Final = pl.date(1900, 1, 2)
LATEST: Final = pl.date(2100, 12, 31)
"""What lies outside is a slip (`20-09-01` is no day of the year 20) or stands for no day: 9999-12-31, and
1900-01-01, which is what databases and spreadsheets make of an empty cell."""
LOCAL: Final = "Asia/Shanghai"
"""the one time of the country: at its midnight it is still the day before in UTC"""
WHOLE: Final = r"^([+-]?[0-9]{1,15})(?:\.0+)?(?:|岁|周岁|人|号|)$"


def read_dates(values: pl.Series) -> pl.Series:
    """Return dates from `1990-01-01`, `1990年1月1日`, `1990/1/1`, `19900101` and serials; else null."""
    dates = values.to_frame("text").select(plain_date(pl.col("text"))).to_series().rename(values.name)
    rest = values.filter(values.is_not_null() & dates.is_null()).unique(maintain_order=True)
    if rest.is_empty():
        return dates
    text = fold(rest, " ").alias("text").to_frame()
    read = text.select(pl.coalesce(*_date_readings(pl.col("text")))).to_series()
    later = values.replace_strict(rest, read, default=None, return_dtype=pl.Date)
    return dates.zip_with(dates.is_not_null(), later)


def read_first_days(values: pl.Series) -> pl.Series:
    """Return dates as `read_dates` does, and of a month or year without a day its first; else null."""
    dates = read_dates(values)
    if dates.null_count() == values.null_count():
        return dates
    return dates.zip_with(dates.is_not_null(), _read_periods(values)["first"])


def read_latest_days(values: pl.Series, *, is_end: bool) -> pl.Series:
    """Return the latest day that is meant by a month or a year without a day; null for everything else.

    Args:
        values: texts.
        is_end: whether they say when something ended, a day that no longer belongs to it: then the day after
            the period is the latest.
    """
    if read_dates(values).null_count() == values.null_count():
        return pl.repeat(None, len(values), dtype=pl.Date, eager=True).alias(values.name)
    after = _read_periods(values)["after"]
    return (after if is_end else after.dt.offset_by("-1d")).rename(values.name)


def write_day(first: str, latest: str) -> pl.Expr:
    """Return a day as text: in ISO form, the month or year alone of which no day is known, or 不详.

    Args:
        first: column of the day, or of the first that it may be.
        latest: column of the latest that it may be; null where the day is known.
    """
    day, last = pl.col(first), pl.col(latest)
    is_month = (last - day).dt.total_days() <= LONGEST_MONTH
    return (
        pl.when(last.is_null())
        .then(day.dt.to_string(PLAIN_DATE))
        .when(is_month)
        .then(day.dt.to_string("%Y-%m"))
        .when(last == ANY_DAY[1])
        .then(pl.lit(UNKNOWN))
        .otherwise(day.dt.to_string("%Y"))
    )


def day_of(column: pl.Expr, kind: pl.Datetime) -> pl.Expr:
    """Return the day of points in time; those that say their time zone are taken to the country's first."""
    return (column.dt.convert_time_zone(LOCAL) if kind.time_zone else column).dt.date()


def read_numbers(values: pl.Series) -> pl.Series:
    """Return whole numbers from `45`, `４５`, `45.0`, `45岁`; else null."""
    return fold(values).str.extract(WHOLE, 1).cast(pl.Int64, strict=False)


def fold(values: pl.Series, blank: str = "") -> pl.Series:
    """Return texts with full-width characters made plain and every run of blanks as one given."""
    return values.str.normalize("NFKC").str.replace_all(INSIDE, blank)


def plain_date(text: pl.Expr) -> pl.Expr:
    """Read ISO dates; so plain a form is parsed faster than its values are looked up in polars' cache."""
    return _believable(text.str.to_date(PLAIN_DATE, strict=False, cache=False))


def _believable(day: pl.Expr) -> pl.Expr:
    return pl.when(day.is_between(EARLIEST, LATEST)).then(day)


def _read_periods(values: pl.Series) -> pl.DataFrame:
    """Return columns first (day of the period) and after (the day after its last), null for other texts."""
    text = pl.col("text")
    month = pl.coalesce(text.str.extract(PERIOD, group) for group in MONTH_GROUPS)
    year = text.str.extract(PERIOD, 1)
    first = plain_date(pl.concat_str(year, month.fill_null("01").str.zfill(2), pl.lit("01"), separator="-"))
    after = (
        pl.when(month.is_null())
        .then(pl.col("first").dt.offset_by("1y"))
        .otherwise(pl.col("first").dt.offset_by("1mo"))
    )
    return fold(values).alias("text").to_frame().with_columns(first=first).select("first", after=after)


def _date_readings(text: pl.Expr) -> list[pl.Expr]:
    def joined(pattern: str) -> pl.Expr:
        parts = [text.str.extract(pattern, i).str.zfill(2) for i in (1, 2, 3)]
        return plain_date(pl.concat_str(parts, separator="-"))

    serial = text.str.extract(SERIAL, 1).cast(pl.Int32)
    return [joined(WRITTEN_DATE), joined(PACKED_DATE), _believable(EPOCH + pl.duration(days=serial))]
