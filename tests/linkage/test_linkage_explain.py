"""Claims about explanations."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.linkage.linkage_scene import NAN, best, link, met, people
from tongcha.linkage.explain import explain_link, waterfall_svg, waterfall_text


@pytest.fixture(scope="module")
def explained():
    result = link(
        met({"phone": "13812345678", "age": 41}),
        people({"id_number": NAN, "phone": "13812345678"}, {"birth_date": None}),
    )
    candidate = best(result)
    return candidate, result.link_evidence.filter(result.link_evidence["link_id"] == candidate["link_id"])


def test_the_waterfall_ends_at_the_score(explained):
    candidate, evidence = explained
    assert f"{candidate['score']:+.3f}" in waterfall_text(evidence)[-1]
    assert f">{candidate['score']:+.3f}<" in waterfall_svg(evidence)


def test_the_text_names_rival_and_what_would_be_without_a_row(explained):
    text = explain_link(*explained)
    assert "竞争候选：P2" in text
    assert "只扣去“手机号”这一条、其余各条不重算" in text
    assert "不是结论" in text


def test_the_drawing_is_well_formed_and_has_no_script(explained):
    drawing = waterfall_svg(explained[1])
    assert ET.fromstring(drawing).tag.endswith("svg")  # noqa: S314  our own drawing
    assert "script" not in drawing


def test_no_text_shows_a_value_of_a_person(explained):
    text = explain_link(*explained) + waterfall_svg(explained[1])
    assert "张建国" not in text
    assert "13812345678" not in text
