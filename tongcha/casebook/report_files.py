"""The reports in prose as documents, for a person to finish and sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tongcha.documents.files import write_file
from tongcha.documents.render import CompiledTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongcha.casebook.reports import Report
    from tongcha.policy.routing import RoutingPolicy

TEMPLATE: Final = "report.docx"
FOLDER: Final = "bulletins"
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def write_report_files(
    reports: Sequence[Report], *, policy: RoutingPolicy, templates: Path, mark: str, out: Path
) -> list[Path]:
    """Write one document per report and return their paths.

    Args:
        reports: what they say.
        policy: policy/routing.yaml; says who writes.
        templates: folder of the .docx templates.
        mark: the demonstration mark, if any.
        out: the outbox; files land in `bulletins/`.
    """
    template = CompiledTemplate(templates / TEMPLATE)
    written = []
    for report in reports:
        path = out / FOLDER / f"{_UNSAFE.sub('_', report.name)}.docx"
        sections = [{"heading": heading, "lines": lines} for heading, lines in report.sections]
        head = {
            "mark": mark,
            "number_line": "（稿）",
            "issuer": policy.issuer,
            "contact": policy.contact,
            "title": report.title,
            "sections": sections,
        }
        write_file(path, template.render(head))
        written.append(path)
    return written
