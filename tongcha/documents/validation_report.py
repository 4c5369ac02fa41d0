"""The verdict on one stored table as a page to read and print: rules, counts, a few record numbers.

Static HTML without script or outside resource. It never shows a name, an ID number or a phone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tongcha.documents.files import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tongcha.tables import Table

FOLDER: Final = "validation"
OUTCOMES: Final = ("broken", "warned", "kept")
"""What can come of a rule, the worst first."""
SHOWN: Final = 5
RECORD_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,39}")
TELLS_A_PERSON: Final = re.compile(r"1[0-9]{10}|[0-9]{15}|[0-9]{17}[0-9Xx]")
"""Phones and ID numbers that stand where a record number is expected."""


@dataclass(frozen=True, slots=True)
class JudgedRule:
    """One rule and what came of it.

    Attributes:
        text: the rule as a Chinese sentence.
        breaches: how many rows break it.
        culprits: at most five of them, by their numbers.
        is_warning: a breach is pointed out and stops nothing.
    """

    text: str
    breaches: int
    culprits: tuple[str, ...] = ()
    is_warning: bool = False

    @property
    def outcome(self) -> str:
        """Return kept, warned or broken."""
        if not self.breaches:
            return "kept"
        return "warned" if self.is_warning else "broken"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a table was judged by.

    Attributes:
        table: its contract.
        partition: batch, snapshot date or `all`.
        rows: rows judged.
        contract: rules of the contract; a table that breaks one isn't stored.
        neighbours: rules between this table and others.
        provenance: label → code version, policy, snapshot, tool.
    """

    table: Table
    partition: str
    rows: int
    contract: Sequence[JudgedRule]
    neighbours: Sequence[JudgedRule] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        """Return how many rules had that outcome."""
        return sum(rule.outcome == outcome for rule in (*self.contract, *self.neighbours))


def place_report(outbox: Path, table: Table, partition: str) -> Path:
    """Return where the page of a table's partition lies."""
    return outbox / FOLDER / table.name / f"{partition}.html"


def write_validation(validation: Validation, outbox: Path) -> Path:
    """Write the page, replacing the one of an earlier run."""
    path = place_report(outbox, validation.table, validation.partition)
    write_file(path, render_validation(validation).encode())
    return path


def render_validation(validation: Validation) -> str:
    """Return the page; the same verdict gives the same bytes."""
    groups = {"本表的规则": validation.contract, "与其他表之间的规则": validation.neighbours}
    shown = {title: _broken_first(rules) for title, rules in groups.items() if rules}
    return open_templates().get_template("validation.html").render(v=validation, groups=shown)


def hide_unless_number(value: object) -> str | None:
    """Return a value that can be shown as a record number; None if it might tell who a person is."""
    text = str(value)
    is_number = RECORD_NUMBER.fullmatch(text) and not TELLS_A_PERSON.fullmatch(text)
    return text if is_number else None


def _broken_first(rules: Sequence[JudgedRule]) -> list[JudgedRule]:
    return sorted(rules, key=lambda rule: OUTCOMES.index(rule.outcome))


@lru_cache(maxsize=1)
def open_templates() -> Environment:
    """Return the templates of the pages; their style sheet is the only one that they allow."""
    loader = PackageLoader("tongcha.documents", "pages")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = loader.get_source(made, "validation.css")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.globals |= {"style": Markup(style), "style_hash": f"sha256-{digest}"}  # noqa: S704 - our own file
    return made
