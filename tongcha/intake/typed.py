"""Text becomes typed values; what can't be read as its type goes back with its row.

Each column is first read the plain way, all at once; only where that leaves something is the
forgiving way taken, and only for the values left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.identity.written_values import (
    ANY_DAY,
    JANUARY_OR_OCTOBER,
    fold,
    plain_date,
    read_dates,
    read_first_days,
    read_latest_days,
    read_numbers,
)
from tongcha.intake.refusals import PLACE, join_rejections, reject_rows, without_places
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from tongcha.policy.intake import IntakePolicy
    from tongcha.tables.contract import Column

NOT_PLAIN: Final = r"[^!-~]"
DAY_NEEDED: Final = "；请写到年月日，一格一个日期，如 2026-09-01"
MONTH_WILL_DO: Final = "；一格一个日期，请写成 2026-09-01，查不到日子的写到月，如 2026-09"
EITHER: Final = "：分不清是 1 月还是 10 月，请写成 2020-01 或者 2020-10 的样子"
NO_START: Final = "“起始日期”是空的，此人查处当日是否在职可能无法判定；请补上，查不到日子的写到月，如 2026-09"
AS_NUMBER: Final = r"^([0-9]+)\.0+$"
DESTROYED: Final = r"^(?:[0-9]{15}\*+|[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+)$"
"""What a spreadsheet leaves of a long code that it took for a number."""


def type_table(text: pl.DataFrame, name: str, policy: IntakePolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all rows typed and the entries for unreadable values.

    The cell of an unreadable value is null; the start or end of a spell may then have been on any day. So may
    a start that is left empty: somebody began, whereas an empty end says that nobody left.

    Args:
        text: landed tidy text columns with file, sheet, row.
        name: the table.
        policy: ways of writing values.
    """
    columns = [c for c in BY_NAME[name].columns if c.name in text.columns and c.name not in PLACE]
    plain = text.with_columns(expression for column in columns for expression in _read_plainly(column))
    odd = plain.select(expression for column in columns for expression in _is_left(column, name))
    left = [column for column in columns if _has_left(column, text, plain, odd)]
    spans = _find_spans(name)
    typed = plain.with_columns(
        _read_forgivingly(column, text[column.name], policy, spans) for column in left
    ).with_columns(_read_latest(column.name, text) for column in left if column.name in spans)
    unreadable = [r for column in left for r in _unreadable(column, text, typed, policy, name)]
    rejected = join_rejections([*unreadable, *_without_start(typed, unreadable, name, spans)])
    return _leave_open(typed, rejected, spans), rejected


def _read_plainly(column: Column) -> list[pl.Expr]:
    if column.dtype == pl.Date:
        return [plain_date(pl.col(column.name))]
    return [pl.col(column.name).cast(pl.Int64, strict=False)] if column.dtype == pl.Int64 else []


def _is_code(column: Column) -> bool:
    return column.dtype == pl.String and bool(column.pattern or column.name.endswith(("_id", "area")))


def _is_left(column: Column, table: str) -> list[pl.Expr]:
    """Whether a text column of codes or listed values has one that isn't canonical yet."""
    value = pl.col(column.name)
    if column.one_of:
        return [(~value.is_in(column.one_of)).any()]
    # but for the key, a code stands in many rows: its distinct values are a few
    is_many = column.name in BY_NAME[table].key
    odd = f"{NOT_PLAIN}|{AS_NUMBER}|{DESTROYED}"
    return [value.unique().str.contains(odd).any()] if _is_code(column) and not is_many else []


def _has_left(column: Column, text: pl.DataFrame, plain: pl.DataFrame, odd: pl.DataFrame) -> bool:
    if column.name in odd.columns:
        return bool(odd[column.name].item())
    if _is_code(column):
        whole = text[column.name]
        return has_odd_byte(whole) or has_number(whole)
    return plain[column.name].null_count() > text[column.name].null_count()


def has_odd_byte(text: pl.Series) -> bool:
    """Whether any value has a byte that `NOT_PLAIN` matches: all at once in half the time."""
    whole = text.str.join().item() or ""
    codes = np.frombuffer(whole.encode(), np.uint8)
    return bool(codes.size and (codes.min() < ord("!") or codes.max() > ord("~")))


def has_number(text: pl.Series) -> bool:
    """Whether any code may have been taken for a number; most have none of the marks of one."""
    joined = (text.str.join().item() or "").encode()
    return any(mark in joined for mark in (b".", b"*", b"E", b"e")) and bool(
        text.str.contains(f"{AS_NUMBER}|{DESTROYED}").any()
    )


def _find_spans(table: str) -> set[str]:
    """Name the days of which a month or a year is enough, since the table keeps the latest one meant too."""
    names = {column.name for column in BY_NAME[table].columns}
    return {name for name in names if f"{name}_latest" in names}


def _without_start(
    typed: pl.DataFrame, unreadable: list[pl.DataFrame], table: str, spans: set[str]
) -> list[pl.DataFrame]:
    """Return an entry for each spell whose start is empty, or a stroke that would stand for no end."""
    if "start" not in spans & set(typed.columns) or not typed["start"].null_count():
        return []
    told = join_rejections(unreadable).filter(column="start")
    rows = without_places(typed.filter(pl.col("start").is_null()), told)
    return [reject_rows(rows, table=table, rule="start_is_present", reason=NO_START, column="start")]


def _leave_open(typed: pl.DataFrame, unknown: pl.DataFrame, spans: set[str]) -> pl.DataFrame:
    """Let an edge of a spell that isn't known lie on any day; without an end it would seem to run on."""
    for column in sorted(spans & set(unknown["column"])):
        places = unknown.filter(column=column).select(PLACE).with_columns(is_lost=pl.lit(value=True))
        joined = typed.join(places, on=PLACE, how="left", maintain_order="left")
        first, latest = (
            pl.when("is_lost").then(pl.lit(day)).otherwise(name).alias(name)
            for day, name in zip(ANY_DAY, (column, f"{column}_latest"), strict=True)
        )
        typed = joined.with_columns(first, latest).drop("is_lost")
    return typed


def _read_latest(column: str, text: pl.DataFrame) -> pl.Series:
    return read_latest_days(text[column], is_end=column == "end").alias(f"{column}_latest")


def _read_forgivingly(column: Column, text: pl.Series, policy: IntakePolicy, spans: set[str]) -> pl.Series:
    if column.dtype == pl.Date:
        return read_first_days(text) if column.name in spans else read_dates(text)
    if column.dtype == pl.Int64:
        return read_numbers(text)
    folded = read_codes(text) if _is_code(column) else fold(text)
    ways = policy.values.get(column.name, {})
    known = {way: value for value, written in ways.items() for way in written if value in column.one_of}
    return folded.replace(known) if known else folded


def read_codes(text: pl.Series) -> pl.Series:
    """Return codes without blanks and full-width forms; one that a spreadsheet destroyed is null."""
    whole = fold(text).str.replace(AS_NUMBER, "${1}")
    return whole.set(whole.str.contains(DESTROYED), None)


def _unreadable(
    column: Column, before: pl.DataFrame, after: pl.DataFrame, policy: IntakePolicy, table: str
) -> list[pl.DataFrame]:
    """Return entries for rows whose value got lost in typing."""
    lost = before.filter(before[column.name].is_not_null() & after[column.name].is_null())
    kind, how = "整数", ""
    if column.dtype == pl.Date:
        kind, lost = "日期", lost.filter(~fold(lost[column.name]).is_in(policy.open_ended))
        how = MONTH_WILL_DO if column.name in _find_spans(table) else DAY_NEEDED
    if lost.is_empty():
        return []
    rule, reason = f"{column.name}_is_readable", f"“{column.label}”不是可识别的{kind}"
    if column.dtype == pl.String:
        rule = f"{column.name}_is_whole"
        reason = f"“{column.label}”被表格软件当作数字，后几位已丢失；请把该列设为文本格式，从原系统重新导出"
    is_either = pl.col(column.name).str.contains(JANUARY_OR_OCTOBER) & pl.lit(how == MONTH_WILL_DO)
    told = [(lost.filter(~is_either), reason + how), (lost.filter(is_either), reason + EITHER)]
    return [
        reject_rows(rows, table=table, rule=rule, reason=said, column=column.name)
        for rows, said in told
        if rows.height
    ]
