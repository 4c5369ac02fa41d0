"""Which code made a table: one digest over the sources that decide, recorded with every output."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
POLICIES: Final = ROOT / "policy"
PROSE: Final = ".md"
"""explains policies and decides nothing"""


@cache
def code_version() -> str:
    """Return twelve hex digits that change with any source or data file of the domain."""
    package = ROOT / "tongcha"
    files = sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return digest_files(files, package)


def policy_digest(folder: Path = POLICIES) -> str:
    """Return twelve hex digits that change with any policy file: rules, lists, templates; not with prose."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest_files([path for path in files if path.suffix != PROSE], folder)


def digest_files(files: list[Path], root: Path) -> str:
    """Return twelve hex digits over names and contents of files, whatever their dates."""
    total = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return total.hexdigest()[:12]
