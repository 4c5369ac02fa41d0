"""Whether a template that office staff edited is still safe and complete, as sentences for them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, meta

from tongcha.documents.render import FILLED, build_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COMMON: Final = frozenset({"mark", "number_line", "issuer", "contact"})
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "referral_letter.docx": _COMMON
    | {
        "recipient_name", "campaign_basis", "batch", "met", "act", "count", "lines", "bases", "reply_text",
        "reply_basis",
    },
    "school_notice.docx": _COMMON
    | {
        "school_name", "campaign", "total", "teacher_count", "pupil_count", "teachers", "sums", "clauses",
        "policy_version", "defence_text", "defence_basis", "review_text", "review_basis", "appeal_text",
        "appeal_basis", "restored_share", "restored_points", "restored_clause",
    },
    "work_prompt.docx": _COMMON
    | {"school_name", "campaign", "pupil_count", "raids", "reply_text", "reply_basis"},
    "correction_letter.docx": _COMMON
    | {"recipient_name", "papers", "only_waits", "reply_text", "reply_basis"},
    "dispute_answer.docx": _COMMON
    | {
        "recipient_name", "role", "numbers", "dispute_id", "dispute_day", "resolved_day", "is_upheld",
        "has_notice", "answer", "reason", "defence_text", "defence_basis", "review_text", "review_basis",
        "appeal_text", "appeal_basis",
    },
    "supervision_order.docx": _COMMON
    | {
        "recipient_name", "as_of", "area", "issue_count", "unassigned_count", "overdue_count", "clause",
        "order_id", "classes", "reply_text", "reply_basis",
    },
    "receipt.docx": _COMMON | {"recipient_name", "document_id", "packet_sha256", "papers"},
    "report.docx": _COMMON | {"title", "sections"},
}  # fmt: skip
"""Template → the fields that it is given; each must be used, and no other exists."""


def check_template(path: Path) -> list[str]:
    """Return what is wrong with a template, one Chinese sentence each; empty when all is well.

    Args:
        path: a .docx whose file name is one of `FIELDS`.
    """
    try:
        raw = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            texts = {n: archive.read(n).decode() for n in sorted(set(names)) if n.endswith((".xml", ".rels"))}
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError):
        return ["文件无法读取，不是 .docx 文档"]
    return [*_find_hazards(names, texts), *_find_field_errors(raw, texts, FIELDS[path.name])]


def _find_hazards(names: list[str], texts: Mapping[str, str]) -> list[str]:
    together = "".join(texts.values())
    hazards = (
        (len(names) != len(set(names)), "文档内有重复的部件，请用 WPS 另存一次"),
        (any("vbaProject" in name for name in names), "文档含有宏，请另存为不含宏的 .docx"),
        ('TargetMode="External"' in together, "文档引用了外部文件或者网址，请删除链接"),
        ("<!DOCTYPE" in together, "文档含有实体声明，不能使用"),
        (re.search(r"｛\s*｛|｛\s*%|%\s*｝", together) is not None, "花括号是全角的，请改为半角 {{ }}"),
    )
    return [sentence for found, sentence in hazards if found]


def _find_field_errors(raw: bytes, texts: Mapping[str, str], fields: frozenset[str]) -> list[str]:
    cleaner, environment = DocxTemplate(io.BytesIO(raw)), build_environment()
    used: set[str] = set()
    for name in sorted(filter(FILLED.fullmatch, texts)):
        try:
            used |= meta.find_undeclared_variables(environment.parse(cleaner.patch_xml(texts[name])))
        except TemplateSyntaxError:
            return [f"部件 {name} 的花括号不成对或者写法有误"]
    unknown = [f"栏目 {field} 不存在，请对照原模板" for field in sorted(used - fields)]
    return unknown + [f"栏目 {field} 没有用到，文书会缺内容" for field in sorted(fields - used)]
