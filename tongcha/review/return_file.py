"""Opening returned workbooks: is it one of ours, unbroken, of this key, and of which batch?

Parsing happens in the intake's separate process, behind its look at the zip: what comes back from
outside is never opened here.
"""

from __future__ import annotations

import hmac
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from tongcha.errors import ReturnError
from tongcha.intake.parser_pool import ParserPool
from tongcha.intake.preflight import FileRefusedError
from tongcha.review import layout
from tongcha.review.layout import HEADERS
from tongcha.review.seal import name_key, seal_meta
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tongcha.intake.parser_child import Grid
    from tongcha.policy.intake import FileLimits

META_ROWS: Final = 6
PROPERTIES_PART, PROPERTIES_LIMIT = "docProps/custom.xml", 65_536
RESEND: Final = "请在系统发出的原表上填写后重新交回"
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class ReturnCover:
    """What the workbook's sealed cover says: its batch and its round."""

    batch: str
    round: str


@dataclass(frozen=True, slots=True)
class ReturnSheet:
    """The review sheet of a genuine workbook: its cover and its rows, each as wide as the layout."""

    cover: ReturnCover
    rows: Sequence[Sequence[str]]


def read_cover(path: Path) -> ReturnCover | None:
    """Return the batch and round that a file claims in its document properties, or None.

    A claim only: for telling a person which file is which. What counts is the sealed cover.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(PROPERTIES_PART) as part:
            root = etree.fromstring(part.read(PROPERTIES_LIMIT), etree.XMLParser(resolve_entities=False))
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, etree.XMLSyntaxError):
        return None
    claims = {str(item.get("name")): "".join(map(str, item.itertext())) for item in root}
    if not set(layout.PROPERTIES) <= set(claims):
        return None
    return ReturnCover(*(claims[name] for name in layout.PROPERTIES))


def open_returns(
    paths: Sequence[Path], key: bytes, limits: FileLimits
) -> Iterator[tuple[Path, ReturnSheet | ReturnError]]:
    """Yield each file with its review sheet, or with why it can't be taken.

    Args:
        paths: the files.
        key: secret that sealed the workbooks.
        limits: what a file may be.
    """
    with ParserPool(limits) as pool:
        for path, answer in pool.parse(paths):
            try:
                yield path, _prove(path.name, answer, key)
            except ReturnError as error:
                yield path, error


def _prove(name: str, answer: list[Grid] | FileRefusedError, key: bytes) -> ReturnSheet:
    culprit = f"回传文件 {name}"
    # the parser takes for a web page whatever is no workbook: a scan, a note
    if isinstance(answer, FileRefusedError) and answer.rule == "no_table":
        raise ReturnError(culprit, "不是复核表", "交回系统发出的原表；扫描件、说明等不放在回传文件夹里")
    if isinstance(answer, FileRefusedError):
        raise ReturnError(culprit, answer.reason, answer.fix)
    sheets = {grid["sheet"]: grid["rows"] for grid in answer}
    cover = _prove_cover(culprit, sheets.get(layout.META_SHEET, []), key)
    rows = [[*row, *[""] * (len(HEADERS) - len(row))] for row in sheets.get(layout.REVIEW_SHEET, [])]
    if len(rows) <= layout.HEADER_ROW or tuple(rows[layout.HEADER_ROW][: len(HEADERS)]) != HEADERS:
        raise ReturnError(culprit, f"“{layout.REVIEW_SHEET}”表或其表头被改动、移动或删除", RESEND)
    return ReturnSheet(cover, rows)


def _prove_cover(culprit: str, rows: Rows, key: bytes) -> ReturnCover:
    written = [row[1] for row in rows[:META_ROWS] if len(row) > 1]
    if len(written) < META_ROWS or written[0] != layout.FORMAT:
        raise ReturnError(culprit, "不是系统发出的复核表", RESEND)
    *values, seal = written
    _, batch, review_round, _, key_name = values
    if key_name != name_key(key):
        raise ReturnError(culprit, "不是本系统用现行密钥发出的复核表", RESEND)
    if (
        not hmac.compare_digest(seal.encode(), seal_meta(key, values).encode())
        or review_round not in EVERY_ROUND
    ):
        raise ReturnError(culprit, "封面信息（批次、轮次）被改动", RESEND)
    return ReturnCover(batch, review_round)
