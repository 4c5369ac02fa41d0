"""The pages of the repository: no link leads nowhere, and a page in two languages says as much in both."""

from __future__ import annotations

import re

import pytest

from pipelines.provenance import ROOT

LINK = re.compile(r"\]\(([^)#:]+)(?:#([^)]*))?\)")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("policy/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_page_and_its_heading(page):
    for target, heading in LINK.findall(page.read_text(encoding="utf-8")):
        found = page.parent / target
        assert found.exists(), target
        if heading:
            heads = re.findall(r"^#+ (.*)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
            assert heading in slugs, f"{target}#{heading}"


@pytest.mark.parametrize("page", ["discipline", "schools"])
def test_a_page_in_two_languages_has_as_many_parts_rows_and_points_in_both(page):
    def count(name: str) -> list[int]:
        lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
        return [sum(line.startswith(mark) for line in lines) for mark in ("#", "|", "- ")]

    assert count(f"{page}.md") == count(f"{page}.zh-CN.md")


def test_what_officials_read_quotes_in_one_way():
    """Corner brackets are for vertical text (GB/T 15834-2011); what comes in may hold either."""
    spoken = [*ROOT.glob("docs/*.md"), *(ROOT / "policy").glob("*.yaml")]
    for folder in ("assets", "checks", "console", "pipelines", "tongcha"):
        spoken += [path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".html"}]
    cornered = {str(p.relative_to(ROOT)) for p in spoken if "「" in p.read_text(encoding="utf-8")}
    assert cornered == {"tongcha/identity/names.py"}
