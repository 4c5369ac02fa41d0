"""Chosen rows of a source file as they were written, to show them to its sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tongcha.intake.headers import HeaderBook
from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from tongcha.intake.folder import Content
    from tongcha.policy.intake import IntakePolicy


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Rows of one sheet as they stand in the file.

    Attributes:
        header: the texts of the header.
        places: column of the table → index of the cell.
        rows: row number → cells.
    """

    header: list[str]
    places: dict[str, int]
    rows: dict[int, list[str]]


def pick_rows(
    content: Content, sheet: str, wanted: Collection[int], *, table: str, policy: IntakePolicy
) -> SourceRows | None:
    """Return the wanted rows of a sheet; None if the file couldn't be read or has no such sheet.

    Args:
        content: what `tongcha.intake.folder.read_content` gave, so that a file is parsed once.
        sheet: name of the sheet; without meaning for CSV and Parquet.
        wanted: line numbers from 1.
        table: whose header the sheet has.
        policy: header aliases.
    """
    if isinstance(content, FileRefusedError):
        return None
    if isinstance(content, list):
        lines = next((grid["rows"] for grid in content if grid["sheet"] == sheet), None)
        if lines is None:
            return None
        head, rows = lines, {n: lines[n - 1] for n in wanted if 0 < n <= len(lines)}
    else:
        head, rows = content.head, _pick(content.frame, wanted)
    header = HeaderBook(policy, [table]).find_header(head, table)
    return SourceRows(head[header.line], header.places, rows) if header else None


def _pick(frame: pl.DataFrame, wanted: Collection[int]) -> dict[int, list[str]]:
    chosen = frame.filter(pl.col("row").is_in(sorted(wanted))).with_columns(pl.exclude("row").fill_null(""))
    return {row[0]: list(row[1:]) for row in chosen.select("row", pl.exclude("row")).iter_rows()}
