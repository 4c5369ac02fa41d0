"""What every template has: the mark of the demo, the close, gaps, loops."""

from __future__ import annotations

from typing import Final

from tongcha.documents.ooxml import paragraph

DATE_LINE: Final = "　　年　　月　　日"
"""Left blank: whoever seals the paper writes the day."""

MARK: Final = (
    paragraph("{%p if mark %}"),
    paragraph("{{ mark }}", "Mark"),
    paragraph("{%p endif %}"),
)
CLOSE: Final = (
    paragraph("{{ issuer }}", "Signature"),
    paragraph(DATE_LINE, "Signature"),
    paragraph("（联系人：{{ contact }}）", "Contact"),
)
GAP: Final = paragraph("")
GAPS: Final = (GAP, GAP)
"""Between what stands above and the title (GB/T 9704-2012, 10.1); below the title it is one line."""
RAGGED: Final = '<w:jc w:val="left"/>'
"""Lines with long case numbers aren't stretched to the margin."""
KEPT_GAP: Final = paragraph("", "", "<w:keepNext/>")


def list_fields(*names: str) -> tuple[str, ...]:
    """Return the cells of a table row that is repeated per item."""
    return tuple(f"{{{{ item.{name} }}}}" for name in names)


def write_body(*texts: str) -> list[str]:
    """Return body paragraphs."""
    return [paragraph(text, "Body") for text in texts]


def write_when(condition: str, *parts: str) -> list[str]:
    """Return paragraphs that stand only where a condition holds."""
    return [paragraph(f"{{%p if {condition} %}}"), *parts, paragraph("{%p endif %}")]


def write_loop(items: str, text: str) -> list[str]:
    """Return a body paragraph that is repeated per item, ragged at the right."""
    return [
        paragraph(f"{{%p for item in {items} %}}"),
        paragraph(text, "Body", RAGGED),
        paragraph("{%p endfor %}"),
    ]
