"""The closing report says what was found, what came of it and what was wrong, and hides small counts."""

from __future__ import annotations

import re
from datetime import date

import polars as pl
import pytest
from docx import Document

from tests.casebook.people_counted import count_people
from tests.responsibility import hand_worked as world
from tongcha.casebook.bulletins import tally_bulletins
from tongcha.casebook.report_files import write_report_files
from tongcha.casebook.reports import Report, Reported, write_reports
from tongcha.policy.casebook import CasebookPolicy
from tongcha.review.page_one import UNLOOKED

POLICY = CasebookPolicy.load(world.ROOT / "policy" / "casebook.yaml")
DAY = date(2026, 10, 18)
NOTICES = pl.DataFrame(
    {
        "campaign": [world.CAMPAIGN] * 3,
        "notice_id": ["N1", "N2", "N3"],
        "state": ["proposed", "notified", "restored"],
    }
)


def report(confirmed: int) -> Report:
    """The campaign's closing report of one raid day with twenty people met."""
    counted = count_people({DAY: 20}, {DAY: confirmed})
    bulletins = tally_bulletins(counted, policy=world.DEDUCTIONS, rules=POLICY)
    reports = write_reports(Reported(bulletins, NOTICES, [UNLOOKED], POLICY.small_cell))
    assert [r.name for r in reports] == [
        "专项总结（2026年校外培训治理“百日攻坚”专项行动）",
        "每周专报（2026年第42周）",
    ]
    return reports[0]


def read(report: Report) -> str:
    return "\n".join(line for heading, lines in report.sections for line in (heading, *lines))


def test_the_report_counts_and_says_the_errors_and_what_is_not_known():
    text = read(report(confirmed=8))
    assert "2026年9月30日至2026年12月31日，共查处场所1处。" in text
    assert "现场登记人员20人。" in text
    assert "经具名人员确认并过全部关口的比对8条。" in text
    assert "尚未收到接收单位的办理反馈" in text
    assert "向学校拟出扣分告知书3份，其中已送达2份，撤回或者恢复1份。" in text
    assert "没有撤回的比对。" in text
    assert UNLOOKED in text


@pytest.mark.parametrize("few", [1, POLICY.small_cell - 1])
def test_a_count_that_would_point_at_someone_is_not_written(few):
    text = read(report(confirmed=few))
    assert f"比对少于{POLICY.small_cell}条或者可由他数推知，不显示。" in text
    assert not re.search(rf"比对{few}条", text)


def test_a_week_speaks_of_no_people():
    counted = count_people({DAY: 20}, {DAY: 8})
    bulletins = tally_bulletins(counted, policy=world.DEDUCTIONS, rules=POLICY)
    week = write_reports(Reported(bulletins, NOTICES, [], POLICY.small_cell))[1]
    assert "20人" not in read(week)
    assert "登记人员" not in read(week)


def test_the_documents_are_the_same_bytes_again_and_hold_every_sentence(tmp_path):
    made = [report(confirmed=8)]
    one, other = (
        write_report_files(
            made, policy=world.ROUTING, templates=world.TEMPLATES, mark="演示", out=tmp_path / name
        )[0]
        for name in ("a", "b")
    )
    assert one.read_bytes() == other.read_bytes()
    text = "\n".join(paragraph.text for paragraph in Document(str(one)).paragraphs)
    assert all(line in text for _, lines in made[0].sections for line in lines)
    assert "九、" not in text
    assert "一、查处情况" in text
