"""Writing finished files: whole or not at all, owner-only, with their fingerprint."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Final

from tongcha.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every zip entry: the same content gives the same bytes on any day."""

_SAFE_FOLDER: Final = re.compile(r"[\w()（）][\w()（）·.\- ]{0,59}")
"""as the table store has it: a name that it takes in mustn't be refused once people have judged"""


def pack_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return an Office package of these parts; the same parts give the same bytes.

    Args:
        parts: part name → content.
    """
    buffer = io.BytesIO()
    # Office readers expect the content types first; the rest in name order
    names = sorted(parts, key=lambda name: (name != "[Content_Types].xml", name))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def write_file(path: Path, content: bytes) -> str:
    """Write a file under a temporary name, fsync and rename it; return its SHA-256.

    Folders are made with mode 0700 and files with 0600: they hold personal data.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
    return hashlib.sha256(content).hexdigest()


def refuse_unsafe_folder(name: str) -> str:
    """Return the name if it can be a folder on any system.

    Raises:
        ContractError: it holds something else than letters, digits, Chinese characters, brackets, `_.-`.
    """
    if not _SAFE_FOLDER.fullmatch(name) or ".." in name:
        raise ContractError(
            "批次名", "不能用作文件夹名", "批次名只用汉字、字母、数字、连字符、点与括号，不超过 60 字"
        )
    return name


def remove_other_folders(parent: Path, pattern: str, keep: Collection[str]) -> None:
    """Remove folders of ours that no longer stand for anything, e.g. after a withdrawal.

    Args:
        parent: folder to look in; may be absent.
        pattern: expression that the whole folder name must match to be ours.
        keep: names that still stand.
    """
    if not parent.is_dir():
        return
    for folder in sorted(parent.iterdir()):
        if folder.is_dir() and re.fullmatch(pattern, folder.name) and folder.name not in keep:
            shutil.rmtree(folder)
