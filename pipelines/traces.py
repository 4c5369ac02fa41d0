"""Looking for values in every file below a folder: tables, workbooks, databases, text.

Proof of deletion: what was erased must not be found anywhere. Nothing is written or unpacked to disk.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENCODINGS: Final = ("utf-8", "gb18030", "utf-16-le")
MOST_BYTES: Final = 512 * 1024 * 1024
"""of one part of a package; a larger one is counted as not searched"""
DEEPEST: Final = 3
"""packages in packages that are opened"""
SEALED: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"%PDF")
"""how files begin that hold their text packed in a way that isn't opened here"""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Attributes:
        searched: files looked into.
        found: files that hold some value, relative to the folder, sorted.
        unread: files that couldn't be looked into, relative to the folder, sorted.
    """

    searched: int
    found: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether everything was looked into and nothing was found."""
        return not self.found and not self.unread


def find_traces(root: Path, values: list[str], *, apart_from: Path | None = None) -> Search:
    """Return which files below a folder hold any of the values.

    Args:
        root: the folder.
        values: texts to look for.
        apart_from: the file that they come from.
    """
    searched, found, unread = 0, [], []
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    for path in sorted(path for path in files if path != apart_from):
        searched += 1
        try:
            is_found = any(holds_any(text, values) for text in read_texts(path))
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, pl.exceptions.PolarsError):
            unread.append(path.relative_to(root).as_posix())
            continue
        if is_found:
            found.append(path.relative_to(root).as_posix())
    return Search(searched, tuple(found), tuple(unread))


def holds_any(texts: pl.Series, values: list[str]) -> bool:
    """Whether some text holds some value."""
    return bool(values) and bool(texts.str.contains_any(values).any())


def read_texts(path: Path) -> Iterator[pl.Series]:
    """Yield what a file says: the text columns of a table, the parts of a package, else its bytes as text.

    Raises:
        OSError: it can't be read or is packed in a way that isn't opened here, or a part of it is too large.
        zipfile.BadZipFile: it is a damaged package.
        RuntimeError: it is an encrypted package, or packed in a way that Python doesn't read.
        pl.exceptions.PolarsError: it is a damaged table.
    """
    if path.suffix == ".parquet" or path.name.endswith(".parquet.refused"):
        yield from _read_table(path)
    else:
        yield from _read_bytes(path.read_bytes())


def _read_bytes(content: bytes, depth: int = 0) -> Iterator[pl.Series]:
    is_package = zipfile.is_zipfile(io.BytesIO(content))
    if content.startswith(SEALED) or (is_package and depth == DEEPEST):
        raise OSError(depth)
    if is_package:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.infolist():
                if part.file_size > MOST_BYTES:
                    raise OSError(part.filename)
                yield pl.Series([part.filename])
                yield from _read_bytes(archive.read(part), depth + 1)
    yield decode(content)


def decode(content: bytes) -> pl.Series:
    """Return bytes as text in every encoding that a Chinese office writes, wide ones from either byte on."""
    texts = [content.decode(encoding, "ignore") for encoding in ENCODINGS]
    return pl.Series([*texts, content[1:].decode(ENCODINGS[-1], "ignore")])


def _read_table(path: Path) -> Iterator[pl.Series]:
    frame = pl.read_parquet(path)
    for name, dtype in frame.schema.items():
        if dtype == pl.String:
            yield frame[name].drop_nulls().unique()
        elif dtype == pl.List(pl.String):
            yield frame[name].explode().drop_nulls().unique()
