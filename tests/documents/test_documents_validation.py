"""The validation page: the rules in Chinese, the counts, a few record numbers, and nobody's data."""

from __future__ import annotations

import pytest

from tests.documents.judged import RULES, judge
from tongcha.documents.validation_report import (
    JudgedRule,
    hide_unless_number,
    place_report,
    render_validation,
    write_validation,
)
from tongcha.tables import BY_NAME


def test_a_broken_rule_stands_first_with_its_count_and_its_records():
    page = render_validation(judge())
    assert page.index("不大于 120") < page.index("只能是")
    assert "I7；I9" in page
    assert "核对 12 行，2 条规则中有 1 条不符。后续步骤已停止" in page
    assert "上一次合格的数据仍在使用" in page


def test_a_warning_stops_nothing_and_is_said_to():
    page = render_validation(
        judge(contract=RULES[:1], neighbours=[JudgedRule("快照没有过旧。", 1, is_warning=True)])
    )
    assert "1 条需要留意；不影响后续步骤" in page
    assert "已停止" not in page


def test_a_rule_between_tables_stops_the_run_but_the_table_is_stored():
    page = render_validation(judge(contract=RULES[:1], neighbours=[JudgedRule("一行不少。", 1)]))
    assert "后续步骤已停止。" in page
    assert "没有入库" not in page


def test_all_rules_kept_is_said_plainly():
    assert "核对 12 行，1 条规则全部符合。" in render_validation(judge(contract=RULES[:1]))


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    page = render_validation(judge(provenance={"代码版本": "abc", "核对工具": "Great Expectations 1.24.1"}))
    for word in ("http:", "https:", "//", "<script", "<img", "<link", "url("):
        assert word not in page
    assert "default-src 'none'" in page


def test_what_a_file_says_is_text_and_never_markup():
    page = render_validation(judge(partition="<b>批次</b>"))
    assert "<b>" not in page


def test_the_same_verdict_gives_the_same_bytes_where_it_is_looked_for(tmp_path):
    path = write_validation(judge(), tmp_path)
    first = path.read_bytes()
    assert path == place_report(tmp_path, BY_NAME["identities"], "2026-10-18-01")
    assert write_validation(judge(), tmp_path).read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["I-7", "T000123", 2134000001, "L00000000000000a1"])
def test_a_record_number_is_shown(value):
    assert hide_unless_number(value) == str(value)


@pytest.mark.parametrize("value", ["张三", "13800138000", "11010519491231002X", "坏 号", "", "a" * 41])
def test_what_might_tell_a_person_is_not_shown(value):
    assert hide_unless_number(value) is None
