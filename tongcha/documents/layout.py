"""The page of an official paper by GB/T 9704-2012, and the package around it.

Measured: 28 characters a line need −0.25 pt of spacing (28 × 16 pt is wider than the 156 mm of
text); 22 lines a page need exactly 28.95 pt. A document grid is left out on purpose: the values
that give 28 characters in one program give 14 in another.
"""

from __future__ import annotations

from typing import Final

from tongcha.documents.files import pack_parts
from tongcha.documents.ooxml import DECLARATION, NAMESPACES, paragraph

BODY_FONT: Final = "仿宋_GB2312"
TITLE_FONT: Final = "方正小标宋简体"
HEAD_FONT: Final = "黑体"
SUBHEAD_FONT: Final = "楷体_GB2312"
LATIN_FONT: Final = "Times New Roman"
LINE: Final = 579
"""28.95 pt in twips"""

_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FURNITURE: Final = (
    ("header1.xml", "header", "first"),
    ("footer1.xml", "footer", "first"),
    ("footer2.xml", "footer", "default"),
    ("footer3.xml", "footer", "even"),
)


def _style(style: str, name: str, paragraph_part: str, run_part: str = "") -> str:
    base = '<w:basedOn w:val="Normal"/>' if style != "Normal" else ""
    default = ' w:default="1"' if style == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{style}"><w:name w:val="{name}"/>{base}<w:qFormat/>'
        f"<w:pPr>{paragraph_part}</w:pPr><w:rPr>{run_part}</w:rPr></w:style>"
    )


def _font(font: str, size: int = 0, color: str = "") -> str:
    return (
        f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:eastAsia="{font}" w:hint="eastAsia"/>'
        + (f'<w:color w:val="{color}"/>' if color else "")
        + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
    )


def build_styles() -> str:
    """Return styles.xml; sizes in half-points (32 = 三号, 44 = 二号, 28 = 四号)."""
    centred = '<w:jc w:val="center"/>'
    indent = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
    tight = '<w:spacing w:before="0" w:after="0" w:line="400" w:lineRule="exact"/>'
    defaults = (
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{LATIN_FONT}" w:hAnsi="{LATIN_FONT}" w:eastAsia="{BODY_FONT}"'
        f' w:cs="{LATIN_FONT}" w:hint="eastAsia"/>'
        '<w:spacing w:val="-5"/><w:kern w:val="0"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/>'
        "</w:docDefaults>"
    )
    exact = f'<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>'
    styles = (
        _style("Normal", "Normal", f'<w:widowControl w:val="0"/>{exact}<w:jc w:val="both"/>'),
        _style("Rule", "红线", ""),
        _style("Issuer", "机关标志", '<w:spacing w:line="800" w:lineRule="exact"/><w:jc w:val="center"/>',
               _font(TITLE_FONT, 56, "FF0000")),
        _style("DocNo", "发文字号", '<w:jc w:val="right"/>'),
        _style("Mark", "演示标记", '<w:jc w:val="center"/>', _font(HEAD_FONT, 28, "FF0000")),
        _style("Title", "标题", f'<w:keepNext/><w:spacing w:line="700" w:lineRule="exact"/>{centred}',
               _font(TITLE_FONT, 44)),
        _style("Addressee", "主送机关", ""),
        _style("Body", "正文首行缩进", indent),
        # a page with nothing but the signature is not allowed (GB/T 9704-2012, 7.3.5)
        _style("BodyKept", "正文末段", f"<w:keepNext/>{indent}"),
        _style("Heading", "一级标题", f"<w:keepNext/>{indent}", _font(HEAD_FONT)),
        _style("Subheading", "二级标题", f"<w:keepNext/>{indent}", _font(SUBHEAD_FONT)),
        _style("Cell", "表格", f'{tight}<w:jc w:val="left"/>', _font(BODY_FONT, 24)),
        _style("CellHead", "表头", f'{tight}<w:jc w:val="center"/>', _font(HEAD_FONT, 24)),
        _style("Attachment", "附件说明", '<w:ind w:left="1600" w:hanging="960"/>'),
        _style("Signature", "署名日期", f'<w:keepNext/><w:keepLines/><w:ind w:left="4160"/>{centred}'),
        _style("Contact", "附注", indent),
        _style("PageOdd", "单页码", f'{tight}<w:ind w:right="320"/><w:jc w:val="right"/>', _font("宋体", 28)),
        _style("PageEven", "双页码", f'{tight}<w:ind w:left="320"/><w:jc w:val="left"/>', _font("宋体", 28)),
    )  # fmt: skip
    return f"{DECLARATION}<w:styles {NAMESPACES}>{defaults}{''.join(styles)}</w:styles>"


def build_document(body: str, *, first_header: str, first_footer: str) -> bytes:
    """Return a whole .docx template.

    Args:
        body: paragraphs and tables.
        first_header: content of the first page's header (机关标志 and red rules).
        first_footer: content of the first page's footer.
    """
    number = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    page = (
        f'<w:r><w:t xml:space="preserve">— </w:t></w:r>{number}<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
    )
    furniture = {
        "header1.xml": first_header,
        "footer1.xml": first_footer or paragraph(page, "PageOdd"),
        "footer2.xml": paragraph(page, "PageOdd"),
        "footer3.xml": paragraph(page, "PageEven"),
    }
    parts = {f"word/{name}": _wrap_furniture(name, content) for name, content in furniture.items()}
    parts["word/document.xml"] = (
        f"{DECLARATION}<w:document {NAMESPACES}><w:body>{body}{_section()}</w:body></w:document>"
    )
    parts["word/styles.xml"] = build_styles()
    parts["word/settings.xml"] = (
        f'{DECLARATION}<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/></w:settings>'
    )
    parts.update(_wiring())
    return pack_parts({name: text.encode() for name, text in parts.items()})


def _wrap_furniture(name: str, content: str) -> str:
    tag = "hdr" if name.startswith("header") else "ftr"
    return f"{DECLARATION}<w:{tag} {NAMESPACES}>{content}</w:{tag}>"


def _section() -> str:
    references = "".join(
        f'<w:{kind}Reference w:type="{which}" r:id="rId{index}"/>'
        for index, (_, kind, which) in enumerate(_FURNITURE, start=3)
    )
    # A4; top 37 mm, left 28 mm, right 26 mm, bottom 35 mm: 156 × 225 mm of text
    return (
        f'<w:sectPr>{references}<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="1701" w:footer="1134"'
        ' w:gutter="0"/><w:titlePg/></w:sectPr>'
    )


def _wiring() -> dict[str, str]:
    links = [("rId1", "styles", "styles.xml"), ("rId2", "settings", "settings.xml")]
    links += [(f"rId{i}", kind, name) for i, (name, kind, _) in enumerate(_FURNITURE, start=3)]
    relations = "".join(
        f'<Relationship Id="{i}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for i, kind, target in links
    )
    overrides = "".join(
        f'<Override PartName="/word/{target}" ContentType="{_TYPES}.{kind}+xml"/>'
        for _, kind, target in links
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": (
            f'{DECLARATION}<Types xmlns="{package}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
            f"{overrides}</Types>"
        ),
        "_rels/.rels": (
            f'{DECLARATION}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1"'
            f' Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            f'{DECLARATION}<Relationships xmlns="{package}/relationships">{relations}</Relationships>'
        ),
    }
