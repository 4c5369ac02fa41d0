"""The base template of the 送达回证: what was handed over, for the recipient to sign and return."""

from __future__ import annotations

from typing import Final

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, table

_SPACE: Final = "<w:r><w:br/><w:br/></w:r>"
"""Three lines high: room for a hand and a seal."""


def build_receipt() -> bytes:
    """Return the template; it names papers and fingerprints, and nobody."""
    rows = table(
        (4000, 4844),
        [
            ("项目", "内容"),
            ("文号", "{{ number_line }}"),
            ("送达文书", "{{ document_id }}"),
            ("受送达单位", "{{ recipient_name }}"),
            ("送达方式", "加密包；密码另行告知"),
            ("加密包指纹（SHA-256）", "{{ packet_sha256 }}"),
            ("送达日期", "　　年　　月　　日"),
            ("送达人（签名）", _SPACE),
            ("收件人（签名、盖章）", _SPACE),
            ("收到日期", "　　年　　月　　日"),
        ],
    )
    papers = table(
        (850, 3150, 4844),
        [
            ("序号", "文件", "指纹（SHA-256）"),
            ("{%tr for item in papers %}",),
            ("{{ item.order }}", "{{ item.name }}", "{{ item.sha256 }}"),
            ("{%tr endfor %}",),
        ],
    )
    body = [
        paragraph("{%p if mark %}"),
        paragraph("{{ mark }}", "Mark"),
        paragraph("{%p endif %}"),
        paragraph("送 达 回 证", "Title"),
        paragraph(""),
        rows,
        paragraph(""),
        papers,
        paragraph(""),
        paragraph(
            "收件单位请核对指纹后签收，将本证寄回{{ issuer }}（{{ contact }}）。"
            "包内材料只限办理本事项使用，请专人保管，不得扩散。",
            "Body",
        ),
    ]
    return build_document("".join(body), first_header=paragraph(""), first_footer="")
