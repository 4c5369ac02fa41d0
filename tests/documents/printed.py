"""What an office program really puts on paper, page by page."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SOFFICE: Final = shutil.which("soffice") or ""
PDFTOTEXT: Final = shutil.which("pdftotext") or ""
needs_office = pytest.mark.skipif(
    not (SOFFICE and PDFTOTEXT), reason="needs an office program and pdftotext to look at a page"
)


def print_pages(content: bytes, name: str, folder: Path) -> list[str]:
    """Return the text of each page, laid out as it stands on the page."""
    paper = folder / name
    paper.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    convert = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(paper)]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own file, no shell
    read = [PDFTOTEXT, "-layout", str(paper.with_suffix(".pdf")), "-"]
    done = subprocess.run(read, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - as above
    return done.stdout.split("\f")[:-1]
