from __future__ import annotations

import pytest

from tests.documents.printed import needs_office, print_pages
from tests.responsibility import hand_worked as world
from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line
from tongcha.documents.templates import BUILDERS

pytestmark = [pytest.mark.slow, needs_office]


def test_a_page_holds_twenty_two_lines_of_twenty_eight_characters(tmp_path):
    page = build_document(paragraph("国" * 28 * 50), first_header=rule_line(0, 6), first_footer="")
    for page_text in print_pages(page, "page.docx", tmp_path)[:2]:
        lines = [line.strip() for line in page_text.splitlines() if "国" in line]
        assert [len(line) for line in lines] == [28] * 22


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"receipt.docx"}))
def test_a_letter_has_no_page_number_on_its_first_page_and_one_on_every_other(tmp_path, name):
    """The letter format (GB/T 9704-2012, 10.1): issuer over a red double rule, the number below it."""
    pages = print_pages((world.TEMPLATES / name).read_bytes(), name, tmp_path)
    assert "{{ issuer }}" in pages[0].splitlines()[0]
    assert "文件" not in pages[0].splitlines()[0]  # that head wants the number above the rule, and a 版记
    assert "— 1 —" not in pages[0].replace("—1—", "— 1 —")
    assert all(f"—{n}—" in page.replace(" ", "") for n, page in enumerate(pages[1:], start=2))
