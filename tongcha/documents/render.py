"""Fill a .docx template fast, safely and reproducibly.

Templates use docxtpl's syntax, so office staff edit them in WPS or Word. docxtpl itself runs a
template's expressions unguarded and leaves autoescape off (python-docx-template issue 632), so only
its tag clean-up is used here; the rendering is Jinja's immutable sandbox with strict undefined names.
A template is compiled once and then costs a few milliseconds per document.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from tongcha.documents.files import pack_parts
from tongcha.documents.unseen import drop_unseen
from tongcha.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILLED: Final = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BREAK: Final = Markup('</w:t><w:br/><w:t xml:space="preserve">')


def _clean(value: object) -> object:
    """Drop what XML can't hold or nobody sees, and turn a newline into a line break of the same run."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _BREAK.join(escape(line) for line in _ILLEGAL.sub("", drop_unseen(value)).split("\n"))


def build_environment() -> ImmutableSandboxedEnvironment:
    """Return the only environment that templates run in."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, finalize=_clean)


class CompiledTemplate:
    """A .docx template, compiled once."""

    def __init__(self, path: Path) -> None:
        """Read and compile the template.

        Raises:
            PolicyError: the file is no .docx, or an expression in it is malformed.
        """
        self.name = path.name
        try:
            raw = path.read_bytes()
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                self._parts = {name: archive.read(name) for name in archive.namelist()}
            cleaner = DocxTemplate(io.BytesIO(raw))
            environment = build_environment()
            sources = {
                name: cleaner.patch_xml(content.decode())
                for name, content in self._parts.items()
                if FILLED.fullmatch(name)
            }
            self._compiled = {name: environment.from_string(source) for name, source in sources.items()}
            self._used = {
                field
                for source in sources.values()
                for field in meta.find_undeclared_variables(environment.parse(source))
            }
        except (OSError, zipfile.BadZipFile, UnicodeDecodeError, TemplateError) as error:
            raise PolicyError(
                f"文书模板 {self.name}", "无法读取或语法有误", "用 WPS 打开核对花括号，或恢复原模板"
            ) from error

    def render(self, context: Mapping[str, object]) -> bytes:
        """Return the finished .docx.

        Raises:
            PolicyError: the template asks for a field that isn't there, or for something forbidden; or it
                leaves one out, so that the paper would lack something, such as how to contest it.
        """
        left_out = sorted(set(context) - self._used)
        if left_out:
            raise PolicyError(
                f"文书模板 {self.name}",
                f"没有用到栏目 {'、'.join(left_out)}，文书会缺内容",
                "对照原模板补上，用 tongcha doctor 核对",
            )
        try:
            filled = {name: part.render(context).encode() for name, part in self._compiled.items()}
        except TemplateError as error:
            raise PolicyError(
                f"文书模板 {self.name}",
                "用到了没有的栏目或不允许的表达式",
                "对照 docs/templates.md 核对栏目名",
            ) from error
        return pack_parts({**self._parts, **filled})
