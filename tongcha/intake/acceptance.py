"""From landed text to an accepted table, with every row accounted for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.intake.agreement import question_numbers
from tongcha.intake.formulas import blank_failures
from tongcha.intake.quarantine import quarantine
from tongcha.intake.refusals import PLACE, join_rejections, reject_whole, without_places
from tongcha.intake.remarks import drop_remarks, drop_repeats, find_recurring
from tongcha.intake.soft import (
    OF_PEOPLE,
    blank_cells,
    is_soft,
    question_names,
    reject_no_names,
    reject_shared_cells,
    settle_notes,
)
from tongcha.intake.typed import type_table
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tongcha.intake.landing import Landing, RefusedFile
    from tongcha.policy.intake import IntakePolicy

    Derive = Callable[[pl.DataFrame], pl.DataFrame]
    CrossCheck = Callable[[pl.DataFrame], list[pl.DataFrame]]


class FilesRefusedError(InputError):
    """Files without which nothing can go on were turned away; the run stops, but their senders can be told.

    Args:
        culprit: as for every error.
        rule: as for every error.
        fix: as for every error.
        entries: what `rejected_rows` would say of the files.
    """

    def __init__(self, culprit: str, rule: str, fix: str, entries: list[pl.DataFrame]) -> None:
        """Keep the entries beside the message."""
        super().__init__(culprit, rule, fix)
        self.entries = join_rejections(entries)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One table after intake: the rows kept and entries for all others."""

    rows: pl.DataFrame
    rejections: pl.DataFrame


def no_cross_check(_: pl.DataFrame) -> list[pl.DataFrame]:
    """Return no entries: the table has no rule that spans tables."""
    return []


def accept_table(
    landing: Landing,
    name: str,
    policy: IntakePolicy,
    *,
    derive: Derive,
    cross_check: CrossCheck = no_cross_check,
) -> Accepted:
    """Type, complete and judge the landed rows of one table.

    Args:
        landing: what was read.
        name: the table.
        policy: ways of writing values, footer words.
        derive: fills columns that files don't carry; keeps the rows and their place.
        cross_check: entries for rows that break a rule spanning several tables.
    """
    landed, failed = landing.table(name), list[pl.DataFrame]()
    if name in landing.marked:
        landed, failed = blank_failures(landed, name)
    text, remarks = drop_remarks(landed, name, policy)
    typed, unreadable = type_table(text, name, policy)
    soft, stays = is_soft(name, policy), name in OF_PEOPLE
    # nobody is lost for a phone looked up in vain; but what an empty cell of a spell says isn't known
    table, lost = BY_NAME[name], join_rejections([unreadable.filter(~soft), *([] if stays else failed)])
    ordered = table.conform(derive(without_places(typed, lost)))
    recurring = find_recurring(ordered, name)
    once, repeats = drop_repeats(ordered, recurring, name)
    of_names = [*reject_shared_cells(once, name), *reject_no_names(once, name)]
    crossed = join_rejections([*cross_check(once), *of_names])
    left = without_places(once, crossed)
    keys_differ = recurring.is_empty() or find_recurring(left, name).is_empty()
    good, bad = quarantine(left, table, keys_differ=keys_differ)
    breaches, overrun = bad.filter(~soft), bad.filter(soft)
    if overrun.height:
        good = without_places(blank_cells(left, overrun), breaches)
    rejected = join_rejections([remarks, lost, repeats, crossed, breaches])
    notes = settle_notes(
        join_rejections([*(failed if stays else []), unreadable.filter(soft), overrun]), rejected
    )
    questions = [*question_names(good, name), *question_numbers(good, name, policy)]
    return Accepted(good, join_rejections([rejected, notes, *questions]))


COUNTED: Final = ("file", "sheet", "table")


def count_files(landing: Landing, accepted: dict[str, Accepted], rejections: pl.DataFrame) -> pl.DataFrame:
    """Return one row per sheet read: file, sheet, table, sha256 and the four counts.

    Each count is taken on its own, so that "they add up" can be checked and not merely stated.
    """
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for sheet in landing.sheets:
        totals[sheet.file, sheet.sheet, sheet.table, sheet.sha256] += sheet.rows_read
    sheets = pl.DataFrame(
        [(*key, rows) for key, rows in sorted(totals.items())],
        schema={**dict.fromkeys([*COUNTED, "sha256"], pl.String), "rows_read": pl.Int64},
        orient="row",
    )
    parts = {"rows_accepted": _stack(accepted)}
    for outcome in ("rejected", "dropped"):
        entries = rejections.filter(pl.col("row") > 0, pl.col("outcome") == outcome)
        parts[f"rows_{outcome}"] = entries.unique([*PLACE, "table"])
    for column, rows in parts.items():
        counts = rows.group_by(COUNTED).agg(pl.len().cast(pl.Int64).alias(column))
        sheets = sheets.join(counts, on=COUNTED, how="left", maintain_order="left")
    return sheets.with_columns(pl.col(list(parts)).fill_null(0))


def _stack(accepted: dict[str, Accepted]) -> pl.DataFrame:
    """Return file, sheet, table of every accepted row."""
    return pl.concat(
        table.rows.select("file", "sheet", pl.lit(name).alias("table")) for name, table in accepted.items()
    )


def note_refused(refused: Iterable[RefusedFile]) -> list[pl.DataFrame]:
    """Return an entry (row 0) per file that was turned away while the rest goes on."""
    return [
        reject_whole(
            one.file,
            "",
            table=one.table,
            rule=one.error.rule,
            reason=f"{one.error.reason}。处理办法：{one.error.fix}",
            outcome="rejected",
        )
        for one in refused
    ]


def raise_refused(refused: Iterable[RefusedFile], tables: Iterable[str]) -> None:
    """Stop on refused files that were to serve one of the tables; other files are only noted.

    Raises:
        FilesRefusedError: names each file and why.
    """
    files = [one for one in refused if one.table in set(tables)]
    if len(files) == 1:
        only = files[0]
        raise FilesRefusedError(f"文件 {only.file}", only.error.reason, only.error.fix, note_refused(files))
    if files:
        each = "；".join(f"{one.file}：{one.error.reason}" for one in files)
        told = note_refused(files)
        raise FilesRefusedError(f"{len(files)} 个文件", f"不能收下（{each}）", "逐个改正后重新报送", told)


def require_tables(landing: Landing, names: Iterable[str], culprit: str) -> None:
    """Stop when the folder held no file for a table that it must have.

    Raises:
        InputError: names the missing tables.
    """
    read = {sheet.table for sheet in landing.sheets}
    missing = [BY_NAME[name].label for name in names if name not in read]
    if missing:
        raise InputError(culprit, f"没有{'、'.join(missing)}", "补上相应的表再报送")
