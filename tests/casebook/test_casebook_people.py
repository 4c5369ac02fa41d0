"""Who may record what: a role of its own, and districts that end at their border."""

from __future__ import annotations

import pytest
import yaml

from pipelines.casework import find_recorder
from pipelines.home import Home
from tongcha.errors import LedgerError
from tongcha.review.reviewers import Reviewer, lies_within

PEOPLE = (
    {"code": "R1", "name": "甲", "roles": ["一审", "二审", "集体研究", "复验", "查看"]},
    {"code": "K1", "name": "乙", "roles": ["办案"], "areas": ["990101"]},
)


@pytest.fixture
def home(tmp_path) -> Home:
    (tmp_path / "reviewers.yaml").write_text(yaml.safe_dump({"reviewers": list(PEOPLE)}), encoding="utf-8")
    return Home(tmp_path)


def test_only_the_role_of_casework_lets_a_person_record_and_judging_does_not(home):
    assert find_recorder(home, "K1").may_record
    with pytest.raises(LedgerError, match="没有“办案”权限"):
        find_recorder(home, "R1")
    with pytest.raises(LedgerError, match="不在人员名单中"):
        find_recorder(home, "K2")


@pytest.mark.parametrize(
    ("area", "district", "within"),
    [
        ("990101", "990101", True),
        ("990102", "990101", False),
        ("990101", "990100", True),  # the city's own people see its districts
        ("990101", "990000", True),
        ("980101", "990000", False),
        (None, "990101", False),  # nobody knows whose it is: the city's alone
    ],
)
def test_a_district_ends_at_its_border_and_a_city_holds_its_districts(area, district, within):
    assert lies_within(area, district) is within


def test_whoever_has_no_district_answers_for_all_even_where_none_is_known():
    everyone = Reviewer(code="K2", name="丙", roles=("办案",))
    assert everyone.covers("990101")
    assert everyone.covers(None)
    assert not Reviewer(code="K3", name="丁", roles=("办案",), areas=("990101",)).covers(None)
