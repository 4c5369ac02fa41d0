"""The overview of all validation pages: one row per table, its counts, and the way to each page.

Each page says its own verdict in its head, so the overview is made of the pages that lie there and of
nothing else. Static HTML without script or outside resource, like the pages themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tongcha.documents.files import write_file
from tongcha.documents.validation_report import FOLDER, OUTCOMES, open_templates
from tongcha.tables import ALL, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongcha.tables import Table

NAME: Final = "index.html"
NEWEST: Final = 6
"""As many pages of a table are shown, and every one that tells of a breach; the others are folded away."""

HEAD_BYTES: Final = 512
"""A page says its verdict within so many first bytes."""

VERDICT: Final = re.compile(rb'name="verdict" content="rows=(\d+) kept=(\d+) warned=(\d+) broken=(\d+)"')
STAGES: Final = {
    Stage.INTAKE: "收件",
    Stage.REFERENCE: "参照",
    Stage.LINKAGE: "比对",
    Stage.REVIEW: "复核",
    Stage.REFERRAL: "移送",
    Stage.RESPONSIBILITY: "学校责任",
    Stage.CASEBOOK: "台账",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One validation page.

    Attributes:
        partition: batch, snapshot date or `all`.
        link: where it lies, relative to the overview.
        counts: rows judged, and rules by outcome.
    """

    partition: str
    link: str
    counts: dict[str, int]

    @property
    def outcome(self) -> str:
        """Return the worst that a rule came to: broken, warned or kept."""
        return next((outcome for outcome in OUTCOMES if self.counts[outcome]), "kept")


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """What the pages of one table say.

    Attributes:
        table: the contract.
        pages: one per partition, the newest first; empty if the table was never judged.
    """

    table: Table
    pages: Sequence[Page]

    @property
    def outcome(self) -> str:
        """Return the worst outcome of its pages; none if there is no page."""
        return next((o for o in OUTCOMES if any(page.outcome == o for page in self.pages)), "none")

    @property
    def shown(self) -> list[Page]:
        """Return the pages to show at once: what isn't kept, and the newest."""
        return [page for n, page in enumerate(self.pages) if n < NEWEST or page.outcome != "kept"]

    @property
    def folded(self) -> list[Page]:
        """Return the other pages."""
        return [page for page in self.pages if page not in self.shown]

    def total(self, count: str) -> int:
        """Return a count summed over the pages."""
        return sum(page.counts[count] for page in self.pages)


def place_index(outbox: Path) -> Path:
    """Return where the overview lies."""
    return outbox / FOLDER / NAME


def write_index(outbox: Path) -> Path:
    """Write the overview of the pages that lie in the outbox; the same pages give the same bytes."""
    path = place_index(outbox)
    content = render_index(read_verdicts(outbox)).encode()
    if not path.is_file() or path.read_bytes() != content:
        write_file(path, content)
    return path


def read_verdicts(outbox: Path) -> list[TableVerdict]:
    """Return the verdict of every table, in the order of the contracts."""
    return [TableVerdict(table, _read_pages(outbox / FOLDER / table.name)) for table in ALL]


def _read_pages(folder: Path) -> list[Page]:
    pages = []
    for path in sorted(folder.glob("*.html"), reverse=True):
        with path.open("rb") as file:
            found = VERDICT.search(file.read(HEAD_BYTES))
        if found:
            counts = dict(zip(("rows", "kept", "warned", "broken"), map(int, found.groups()), strict=True))
            pages.append(Page(path.stem, f"{folder.name}/{quote(path.name)}", counts))
    return pages


def render_index(verdicts: Sequence[TableVerdict]) -> str:
    """Return the overview."""
    groups = {
        label: [verdict for verdict in verdicts if verdict.table.stage is stage]
        for stage, label in STAGES.items()
    }
    return open_templates().get_template("validation_index.html").render(verdicts=verdicts, groups=groups)
