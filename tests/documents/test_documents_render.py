from __future__ import annotations

import io
import zipfile

import pytest

from tests.responsibility.hand_worked import TEMPLATES
from tongcha.documents.layout import build_document
from tongcha.documents.masks import mask_name, number_same
from tongcha.documents.ooxml import paragraph
from tongcha.documents.render import CompiledTemplate
from tongcha.documents.templates import BUILDERS
from tongcha.errors import PolicyError


def render(tmp_path, body: str, **context: object) -> str:
    path = tmp_path / "t.docx"
    path.write_bytes(build_document(paragraph(body), first_header=paragraph(""), first_footer=""))
    with zipfile.ZipFile(io.BytesIO(CompiledTemplate(path).render(context))) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_the_checked_in_template_is_what_the_builder_gives(name):
    assert (TEMPLATES / name).read_bytes() == BUILDERS[name]()


def test_a_value_is_escaped_and_not_lost(tmp_path):
    assert "A &amp; B &lt;C&gt;学校" in render(tmp_path, "{{ school }}", school="A & B <C>学校")


def test_a_missing_field_is_an_error_and_never_a_blank(tmp_path):
    with pytest.raises(PolicyError, match="没有的栏目"):
        render(tmp_path, "{{ school }}")


def test_a_template_that_leaves_out_what_a_paper_must_say_is_refused_and_the_field_named(tmp_path):
    assert "学校" in render(tmp_path, "{% if told %}{{ school }}{% endif %}", told=True, school="学校")
    with pytest.raises(PolicyError, match="没有用到栏目 defence_text"):
        render(tmp_path, "{{ school }}", school="学校", defence_text="10日")


@pytest.mark.parametrize(
    "attack",
    ["{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ ''.__class__.__mro__ }}"],
)
def test_a_template_can_not_run_programs(tmp_path, attack):
    with pytest.raises(PolicyError):
        render(tmp_path, attack)


def test_characters_that_xml_can_not_hold_are_dropped_and_lines_kept(tmp_path):
    text = render(tmp_path, "{{ a }}", a="甲\x00\n乙")
    assert '甲</w:t><w:br/><w:t xml:space="preserve">乙' in text


def test_what_a_recipient_can_not_see_does_not_stand_on_paper(tmp_path):
    assert "李张伟" in render(tmp_path, "{{ a }}", a="李\u202e张\u200b伟\ufeff")


def test_a_value_that_looks_like_a_template_stays_a_value(tmp_path):
    assert "{{ 7*7 }}{% if a %}" in render(tmp_path, "{{ a }}", a="{{ 7*7 }}{% if a %}")


def test_a_malformed_template_is_refused_by_name(tmp_path):
    with pytest.raises(PolicyError, match=r"t\.docx"):
        render(tmp_path, "{{ a")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张某"),
        ("\u202e张伟", "张某"),
        ("\u200b", "某"),
        ("欧阳修", "欧阳某"),
        ("欧阳", "欧某"),
        ("阿依古丽·买买提", "阿某"),
        (None, "某"),
        ("Anna", "A某"),
    ],
)
def test_a_name_is_reduced_to_its_surname(name, masked):
    assert mask_name(name) == masked


def test_masked_namesakes_stay_apart():
    assert number_same(["张三", "李四", "张五"]) == ["张某", "李某", "张某（二）"]
