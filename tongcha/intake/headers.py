"""Which column of a file is which column of a table: aliases, header rows, file and sheet names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tongcha.ledger.wording import holds_number
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tongcha.policy.intake import IntakePolicy

DERIVED: Final = frozenset({"batch", "snapshot", "file", "sheet", "row"})
INVISIBLE: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
REMARK: Final = re.compile(r"[(\[【〔<][^()\[\]【】〔〕<>]*[)\]】〕>]|[(\[【〔].*$")
MARKS: Final = re.compile(r"^(?:[0-9]{1,2}[.、])?[*★☆※▲△●○◆◇■□:'\"]+|^[0-9]{1,2}[.、]|[*★☆※▲△●○◆◇■□:'\"]+$")
SHOWN: Final = 12
NAMED: Final = 20
"""So many headers that aren't known are named; a sheet can have 16,384."""


@dataclass(frozen=True, slots=True)
class Header:
    """A recognised header.

    Attributes:
        table: the table it belongs to.
        line: index of the header among the rows looked at, from 0.
        places: column → index of the cell.
        unknown: header texts that no column answers to and that aren't to be ignored.
        repeated: columns that two cells answer to with the same text.
    """

    table: str
    line: int
    places: dict[str, int]
    unknown: tuple[str, ...]
    repeated: frozenset[str]

    @property
    def unknown_named(self) -> str:
        """The unknown texts as a list to be read."""
        more = f"等 {len(self.unknown)} 列" if len(self.unknown) > NAMED else ""
        return "、".join(self.unknown[:NAMED]) + more


class HeaderBook:
    """The aliases of some tables, ready for look-up.

    Args:
        policy: aliases, names and limits.
        tables: names of the tables that the folder may hold.
    """

    def __init__(self, policy: IntakePolicy, tables: Sequence[str]) -> None:
        """Build one alias index per table."""
        self._policy = policy
        self._aliases = {table: _index_aliases(policy, table) for table in tables}
        self._ignored = {clean_header(text) for text in policy.ignored_headers}
        self._names = sorted(
            ((_fold(name), table) for table in tables for name in _table_names(policy, table)),
            key=lambda pair: (-len(pair[0]), pair),
        )

    def table_by_name(self, name: str) -> str | None:
        """Return the table that a file, folder or sheet name stands for: the longest match wins."""
        folded = _fold(name)
        return next((table for known, table in self._names if folded.startswith(known)), None)

    def find_header(self, rows: Sequence[Sequence[str]], table: str | None = None) -> Header | None:
        """Return the header among the first rows: the line in which most columns are recognised.

        A line with somebody's number is none: a form for one person has names of columns and values in turn.

        Args:
            rows: the first rows of the sheet, as text.
            table: the table if a name told it already; otherwise the best of all is taken.
        """
        tables = [table] if table else list(self._aliases)
        best: Header | None = None
        for line, row in enumerate(rows[: self._policy.header_rows]):
            for name in tables:
                places = self._places(row, name)
                if len(places) < self._policy.header_hits or (best and len(places) <= len(best.places)):
                    continue
                if not any(map(holds_number, row)):
                    repeated = self._repeated(row, places)
                    best = Header(name, line, places, self._unknown(row, places), repeated)
            if best and not best.unknown:
                break  # every text of the line is a header: no later line is a better one
        return best

    def _places(self, row: Iterable[str], table: str) -> dict[str, int]:
        aliases = self._aliases[table]
        places: dict[str, int] = {}
        for place, text in enumerate(row):
            column = aliases.get(clean_header(text)) if text else None
            if column:
                places.setdefault(column, place)
        return places

    def _repeated(self, row: Sequence[str], places: dict[str, int]) -> frozenset[str]:
        texts = Counter(map(clean_header, row))
        return frozenset(column for column, place in places.items() if texts[clean_header(row[place])] > 1)

    def _unknown(self, row: Sequence[str], places: dict[str, int]) -> tuple[str, ...]:
        taken = set(places.values())
        texts = {clean_header(text)[:SHOWN] for i, text in enumerate(row) if i not in taken}
        return tuple(sorted(texts - self._ignored - {""}))


def _index_aliases(policy: IntakePolicy, table: str) -> dict[str, str]:
    """Return cleaned header → column; the canonical names win over aliases, earlier ones over later."""
    columns = [c for c in BY_NAME[table].columns if c.name not in DERIVED]
    index: dict[str, str] = {}
    for column in columns:
        for text in (column.name, column.label):
            index.setdefault(clean_header(text), column.name)
    for column in columns:
        for text in policy.headers.get(table, {}).get(column.name, ()):
            index.setdefault(clean_header(text), column.name)
    return index


def _table_names(policy: IntakePolicy, table: str) -> tuple[str, ...]:
    return (table, BY_NAME[table].label, *policy.file_names.get(table, ()))


def _fold(text: str) -> str:
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=4096)
def clean_header(text: str) -> str:
    """Return a header without spaces, line breaks, remarks in brackets, numbering and required marks."""
    folded = _fold(text)
    return MARKS.sub("", REMARK.sub("", folded)) or folded
