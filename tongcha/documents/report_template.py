"""The base template of reports in prose: 专项总结 and 每周专报, counts only."""

from __future__ import annotations

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line


def build_report() -> bytes:
    """Return the template: headings with paragraphs, then who drafted it; nobody is named in it."""
    body = [
        paragraph("{%p if mark %}"),
        paragraph("{{ mark }}", "Mark"),
        paragraph("{%p endif %}"),
        paragraph("{{ number_line }}", "DocNo"),
        paragraph(""),
        paragraph(""),
        paragraph("{{ title }}", "Title"),
        paragraph(""),
        paragraph("{%p for section in sections %}"),
        paragraph("{{ section.heading }}", "Heading"),
        paragraph("{%p for line in section.lines %}"),
        paragraph("{{ line }}", "Body", '<w:jc w:val="left"/>'),
        paragraph("{%p endfor %}"),
        paragraph("{%p endfor %}"),
        # keeps the signature from standing on a page of its own
        paragraph("本稿由系统按登记的数据汇总，须经起草人核对、负责人签发后方可报送。", "BodyKept"),
        paragraph("", "", "<w:keepNext/>"),
        paragraph("{{ issuer }}", "Signature"),
        paragraph("　　年　　月　　日", "Signature"),
        paragraph("（联系人：{{ contact }}）", "Contact"),
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))
