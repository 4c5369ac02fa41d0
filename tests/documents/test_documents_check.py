from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.responsibility.hand_worked import TEMPLATES
from tongcha.documents.check import FIELDS, check_template
from tongcha.documents.templates import BUILDERS

if TYPE_CHECKING:
    from pathlib import Path


def edit(folder: Path, old: str, new: str, *, part: str = "word/document.xml") -> Path:
    """Return a copy of the notice template in which one text was edited."""
    path = folder / "school_notice.docx"
    with zipfile.ZipFile(TEMPLATES / path.name) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, text.replace(old, new) if name == part else text)
    return path


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_the_shipped_templates_are_safe_and_complete(name):
    assert name in FIELDS
    assert check_template(TEMPLATES / name) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{{ school_name }}", "{{ school }}", "栏目 school 不存在，请对照原模板"),
        ("{{ school_name }}", "", "栏目 school_name 没有用到，文书会缺内容"),
        ("{{ school_name }}", "｛｛ school_name ｝｝", "花括号是全角的，请改为半角 {{ }}"),
        ("{{ school_name }}", "{{ school_name", "部件 word/document.xml 的花括号不成对或者写法有误"),
    ],
)
def test_a_slip_of_the_editor_is_named(tmp_path, old, new, complaint):
    assert complaint in check_template(edit(tmp_path, old, new))


def test_a_link_to_the_outside_is_found(tmp_path):
    link = '<Relationship Id="rId99" Type="x" Target="http://x" TargetMode="External"/></Relationships>'
    path = edit(tmp_path, "</Relationships>", link, part="word/_rels/document.xml.rels")
    assert check_template(path) == ["文档引用了外部文件或者网址，请删除链接"]


def test_a_macro_and_a_duplicate_part_are_found(tmp_path):
    path = edit(tmp_path, "", "")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("word/styles.xml", b"x")
    problems = check_template(path)
    assert "文档含有宏，请另存为不含宏的 .docx" in problems
    assert "文档内有重复的部件，请用 WPS 另存一次" in problems


def test_something_else_is_not_taken_for_a_template(tmp_path):
    path = tmp_path / "school_notice.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    assert check_template(path) == ["文件无法读取，不是 .docx 文档"]


def test_every_field_is_explained_to_whoever_edits_a_template():
    page = (TEMPLATES.parent.parent / "docs" / "templates.md").read_text(encoding="utf-8")
    fields = frozenset().union(*FIELDS.values())
    assert {field for field in fields if f"`{field}`" not in page} == set()
