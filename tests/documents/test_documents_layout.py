from __future__ import annotations

import shutil
import subprocess

import pytest

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line

SOFFICE = shutil.which("soffice") or ""
PDFTOTEXT = shutil.which("pdftotext") or ""


@pytest.mark.slow
@pytest.mark.skipif(
    not (SOFFICE and PDFTOTEXT), reason="needs an office program and pdftotext to look at a page"
)
def test_a_page_holds_twenty_two_lines_of_twenty_eight_characters(tmp_path):
    page = build_document(paragraph("国" * 28 * 50), first_header=rule_line(0, 6), first_footer="")
    (tmp_path / "page.docx").write_bytes(page)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    convert = [
        SOFFICE,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        tmp_path / "page.docx",
    ]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own file, no shell
    done = subprocess.run(  # noqa: S603 - as above
        [PDFTOTEXT, "-layout", tmp_path / "page.pdf", "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    for page_text in done.stdout.split("\f")[:2]:
        lines = [line.strip() for line in page_text.splitlines() if "国" in line]
        assert [len(line) for line in lines] == [28] * 22
