"""Reads every file of a folder, whatever its format, without following anything out of the inbox."""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tongcha.intake.csv_files import Records
from tongcha.intake.csv_pieces import read_csv_file
from tongcha.intake.headers import HeaderBook
from tongcha.intake.landing import Hint, Lander, Landing, RefusedFile
from tongcha.intake.parquet_files import read_parquet_records
from tongcha.intake.parser_pool import ParserPool
from tongcha.intake.preflight import FileRefusedError
from tongcha.intake.refusals import reject_whole
from tongcha.ledger.wording import refuse_named_people

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    import polars as pl

    from tongcha.intake.parser_child import Grid
    from tongcha.policy.intake import FileLimits, IntakePolicy

    Kind = str | FileRefusedError
    Content = list[Grid] | Records | FileRefusedError

SKIPPED: Final = (".", "~$", "thumbs.db", "desktop.ini", "source.yaml")
"""Droppings of file managers and office suites, and the batch's own description."""

ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
MARKUP: Final = re.compile(rb"\s*<[A-Za-z!?]")
HEAD: Final = 512
NO_TABLES: Final = {
    b"%PDF": "是 PDF 文件",
    b"\xff\xd8\xff": "是图片",
    b"\x89PNG": "是图片",
    b"Rar!": "是压缩包",
    b"7z\xbc\xaf": "是压缩包",
    b"{\\rtf": "是文字文稿",
    b"MIME-Version:": "是单个网页文件（MHT）",
}
"""How files begin that are often handed in beside or instead of a table, and what they are."""


def read_folder(
    folder: Path, inbox: Path, *, derivable: Mapping[str, frozenset[str]], policy: IntakePolicy
) -> Landing:
    """Read all files under `folder` in the order of their names.

    Args:
        folder: a batch or snapshot folder inside the inbox.
        inbox: file names in the result are relative to it.
        derivable: table → columns that need not be in its files; its keys are the tables looked for.
        policy: aliases and limits.

    Raises:
        InputError: a file's name holds somebody's ID number or mobile number.
    """
    book = HeaderBook(policy, list(derivable))
    lander = Lander(book, derivable)
    found = sorted(path for path in _list_files(folder) if not path.name.lower().startswith(SKIPPED))
    refuse_named_people([path.relative_to(inbox).as_posix() for path in found])
    kinds = sniff_kinds(found, inbox, policy.limits)
    taken: dict[str, str] = {}
    # Parquet's fingerprint is taken beside its parsing, CSV's on the way; of a workbook it takes no time
    with ThreadPoolExecutor(max_workers=1) as hasher:
        prints = {path: hasher.submit(_fingerprint, path) for path in kinds if kinds[path] == "parquet"}
        for path, content in read_contents(kinds, policy):
            file, hint = path.relative_to(inbox).as_posix(), _hint(path.relative_to(folder), book)
            try:
                if isinstance(content, FileRefusedError):
                    raise content
                sha256 = content.sha256 if isinstance(content, Records) else _fingerprint(path)
                sha256 = sha256 or prints[path].result()
                first = taken.setdefault(sha256, file)
                if first == file:
                    _land(lander, file, sha256, hint, content)
                else:
                    lander.landing.notes.append(_note_copy(file, first, hint.table))
            except FileRefusedError as error:
                lander.landing.refused.append(RefusedFile(file, hint.table or error.table, error))
    return lander.landing


def _land(lander: Lander, file: str, sha256: str, hint: Hint, content: list[Grid] | Records) -> None:
    if isinstance(content, list):
        lander.land_grids(file, sha256, hint, content)
    else:
        lander.land_records(file, sha256, hint.table, content)


def _note_copy(file: str, first: str, table: str) -> pl.DataFrame:
    """Say of a file that it is another one byte for byte; its sender is told, for it may be the wrong one."""
    reason = f"与文件 {first} 内容完全相同，只收那一份；本应是另一份材料的，请换成正确的文件，否则不必再报"
    return reject_whole(file, "", table=table, rule="same_file", reason=reason, outcome="rejected")


def read_content(path: Path, inbox: Path, policy: IntakePolicy) -> Content:
    """Read one file of the inbox as it is, without mapping it to a table."""
    return next(read_contents(sniff_kinds([path], inbox, policy.limits), policy))[1]


def read_contents(
    kinds: Mapping[Path, Kind], policy: IntakePolicy
) -> Generator[tuple[Path, Content], None, None]:
    """Yield each file with its content or refusal; workbooks come from the parsing processes.

    Args:
        kinds: what `sniff_kinds` said of each file.
        policy: limits and header rows.
    """
    with ParserPool(policy.limits) as pool:
        parsed = pool.parse([path for path, kind in kinds.items() if kind == "workbook"])
        for path, kind in kinds.items():
            if isinstance(kind, FileRefusedError):
                yield path, kind
            else:
                yield path, next(parsed)[1] if kind == "workbook" else _read_records(path, kind, policy)


def _read_records(path: Path, kind: str, policy: IntakePolicy) -> Records | FileRefusedError:
    try:
        if kind == "parquet":
            return read_parquet_records(path, policy.limits)
        return read_csv_file(path, policy.header_rows)
    except FileRefusedError as error:
        return error


def _hint(inner: Path, book: HeaderBook) -> Hint:
    """Return the tables that a file's place and name tell."""
    folders = (book.table_by_name(part) for part in reversed(inner.parts[:-1]))
    return Hint(next(filter(None, folders), None), book.table_by_name(inner.stem))


def sniff_kinds(paths: Iterable[Path], inbox: Path, limits: FileLimits) -> dict[Path, Kind]:
    """Return each file, in the given order, with what its first bytes say or why it is refused."""
    kinds: dict[Path, Kind] = {}
    for path in paths:
        try:
            kinds[path] = sniff_kind(path, inbox, limits)
        except FileRefusedError as error:
            kinds[path] = error
    return kinds


def sniff_kind(path: Path, inbox: Path, limits: FileLimits) -> str:
    """Return "workbook" (XLSX, XLS, HTML), "parquet" or "csv" by the first bytes, never by the suffix.

    Raises:
        FileRefusedError: outside the inbox, not a file, empty, too large, or plainly no table.
    """
    found = _look_at(path)
    if not found or not _lies_inside(path.parent, inbox):
        raise FileRefusedError("outside_inbox", "不是收件箱内的普通文件", "把文件本身放进收件箱，不要用链接")
    if found.st_size == 0:
        raise FileRefusedError("empty_file", "文件是空的", "重新导出或重新传送")
    if found.st_size > limits.max_file_bytes:
        raise FileRefusedError("too_large", "文件超过允许的大小", "拆分为较小的文件")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith((ZIP, OLE)):
        return "workbook"
    if head.startswith(PARQUET):
        return "parquet"
    for sign, kind in NO_TABLES.items():
        if head.startswith(sign):
            fix = "把表格另存为 XLSX 或 CSV 报送；不需要读入的移出本文件夹"
            raise FileRefusedError("no_table_file", f"{kind}，不是表格", fix)
    return "workbook" if MARKUP.match(strip_mark(head)) else "csv"


def strip_mark(head: bytes) -> bytes:
    """Return the beginning of a text without byte order mark, UTF-16 as plain bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[2:].replace(b"\x00", b"")
    return head.removeprefix(codecs.BOM_UTF8)


def _list_files(folder: Path) -> Iterator[Path]:
    """Yield whatever isn't a folder, links to folders included; no link is followed."""
    for place, folders, files in os.walk(folder):
        inside = Path(place)
        yield from (inside / name for name in files)
        yield from (inside / name for name in folders if (inside / name).is_symlink())


def _look_at(path: Path) -> os.stat_result | None:
    """Return size and kind of an ordinary file; None for a link, a pipe, or a file that is gone."""
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        return found if stat.S_ISREG(found.st_mode) else None
    return None


@lru_cache(maxsize=64)
def _lies_inside(folder: Path, inbox: Path) -> bool:
    return folder.resolve().is_relative_to(inbox.resolve())


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
