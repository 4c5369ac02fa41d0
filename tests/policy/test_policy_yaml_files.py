"""Files written by hand: what breaks a rule is named in Chinese, and what could be misread is refused."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.provenance import POLICIES
from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.yaml_files import TEXTS, MisfitError, read_model, read_yaml

ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")


class Rule(PolicyPart):
    clause: str = Field(min_length=3)
    points: int = Field(ge=0, le=10)
    scope: Literal["all", "some"] = "all"
    share: float = Field(default=0.5, gt=0, lt=1)


class Rules(PolicyFile):
    rules: tuple[Rule, ...] = Field(min_length=1)
    caps: dict[Literal["a", "b"], int] = Field(default={})
    by: int | Literal["by_hours"] = 1


GOOD = "version: '1'\nrules:\n- clause: 第一条\n  points: 3\n"


def refuse(tmp_path, text: str | bytes) -> MisfitError:
    path = tmp_path / "rules.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MisfitError) as caught:
        read_model(path, Rules)
    assert not ENGLISH.search(caught.value.rule), caught.value.rule
    return caught.value


@pytest.mark.parametrize(
    ("broken", "place", "rule"),
    [
        (GOOD.replace("points: 3", "points: 11"), "rules.第 1 条.points", "不得大于 10，现在写的是 11"),
        (GOOD.replace("points: 3", "points: -1"), "rules.第 1 条.points", "不得小于 0，现在写的是 -1"),
        (GOOD.replace("points: 3", "points: 1.5"), "rules.第 1 条.points", "须是整数，不能带小数"),
        (GOOD.replace("points: 3", "points: 三"), "rules.第 1 条.points", "须是整数"),
        (GOOD.replace("points: 3", "pionts: 3"), "rules.第 1 条.points", "缺少这一项"),
        (GOOD + "  scope: none\n", "rules.第 1 条.scope", "只能是 all、some"),
        (GOOD + "  share: 1\n", "rules.第 1 条.share", "须小于 1"),
        (GOOD + "  share: .nan\n", "rules.第 1 条.share", "须是有限的数"),
        (GOOD + "  colour: red\n", "rules.第 1 条.colour", "没有这样一项"),
        (GOOD.replace("第一条", "一"), "rules.第 1 条.clause", "至少要写 3 个字"),
        (GOOD.replace("第一条", "12"), "rules.第 1 条.clause", "须是文字"),
        (GOOD + "caps: {c: 1}\n", "caps.c", "只能是 a、b"),
        (GOOD + "by: 1.5\n", "by", "须是整数，不能带小数，现在写的是 1.5，或者只能是 by_hours"),
        ("version: '1'\nrules: []\n", "rules", "至少要有 1 项"),
        ("version: '1'\nrules: 无\n", "rules", "须逐条列出"),
        ("version: '1'\nrules: [无]\n", "rules.第 1 条", "须是“键: 值”的一组"),
        ("- 1\n", "", "须是“键: 值”的一组"),
        ("", "version", "缺少这一项；rules 也不合规定"),
    ],
)
def test_what_breaks_a_rule_is_named_with_its_key_in_chinese(tmp_path, broken, place, rule):
    misfit = refuse(tmp_path, broken)
    assert (misfit.place, misfit.rule[: len(rule)]) == (place, rule)


@pytest.mark.parametrize(
    ("broken", "place", "rule"),
    [
        (GOOD + "  points: 9\n", "第 5 行", "写了两次"),
        (GOOD.replace("points: 3", "points: 010"), "第 4 行", "不得以 0 开头"),
        (GOOD.replace("points: 3", "points: 1_0"), "第 4 行", "下划线"),
        (GOOD.replace("points: 3", "points: 0x1"), "第 4 行", "不得以 0 开头"),
        (GOOD.replace("points: 3", "points: 1:30"), "第 4 行", "冒号"),
        (GOOD.replace("points: 3", "points: yes"), "第 4 行", "会被读成真假"),
        (GOOD.replace("第一条", "No"), "第 3 行", "会被读成真假"),
        ("version: '1'\nrules:\n- &one {clause: 第一条, points: 3}\n- *one\n", "第 3 行", "重复别处的内容"),
        ("version: '1'\nrules: &all\n- *all\n", "第 2 行", "重复别处的内容"),
        (GOOD + "  <<: {scope: some}\n", "第 3 行", "并入别处的内容"),
        (GOOD + "caps: {a: 1\n", "第 6 行", "不是 YAML"),
        (GOOD + "---\nversion: '2'\n", "第 5 行", "不是 YAML"),
        (GOOD + "by: !!python/name:os.system\n", "第 5 行", "不是 YAML"),
        (GOOD + "adopted_on: 2026-02-30\n", "", "有不存在的日期"),
        (GOOD + "by: " + "[" * 30_000 + "]" * 30_000, "第 5 行", "层数过多"),
        (GOOD.encode("gb18030"), "", "不是 UTF-8 编码"),
    ],
)
def test_what_yaml_would_read_otherwise_than_it_looks_is_refused_with_its_line(tmp_path, broken, place, rule):
    misfit = refuse(tmp_path, broken)
    assert misfit.place == place
    assert rule in misfit.rule


def test_a_missing_file_and_an_empty_one_are_told_apart(tmp_path):
    with pytest.raises(MisfitError, match="不存在"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").touch()
    assert read_yaml(tmp_path / "empty.yaml") is None


def test_what_a_person_wrote_as_text_is_never_repeated(tmp_path):
    misfit = refuse(tmp_path, GOOD.replace("points: 3", "points: 王某某"))
    assert "王某某" not in str(misfit)
    assert "王某某" not in str(misfit.__cause__)
    assert misfit.__suppress_context__


@pytest.mark.parametrize(
    ("name", "policy", "old", "new", "told"),
    [
        ("linkage", LinkagePolicy, "decoys:\n  count: ", "decoys:\n  count: -", "decoys.count：不得小于 0"),
        ("review", ReviewPolicy, "accept_same: 1", "accept_same: 0", "signatures.accept_same：不得小于 1"),
        ("deductions", DeductionPolicy, "version:", "versoin:", "version：缺少这一项；versoin 也不合规定"),
        ("clocks", ClockPolicy, "version:", "version: x\nversion:", "同一项写了两次"),
    ],
)
def test_a_changed_policy_is_refused_in_plain_chinese(tmp_path, name, policy, old, new, told):
    text = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        policy.load(path)
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"政策文件 {name}.yaml 的 ")
    assert not ENGLISH.search(str(caught.value))


@pytest.mark.parametrize(
    ("name", "policy", "old", "new", "told"),
    [
        ("clocks", ClockPolicy, "clock: dispute,", "clock: disputes,", "缺少 dispute；用不到 disputes"),
        ("clocks", ClockPolicy, "clock: defence,", "clock: appeal,", "时限名不得重复"),
        ("clocks", ClockPolicy, "[penalty_team]", "[]", "每类移送接收单位须恰好列在一项"),
        ("deductions", DeductionPolicy, "end: 2026-09-29", "end: 2026-09-30", "日期不得重叠"),
        ("deductions", DeductionPolicy, "{at_least: 5,", "{at_least: 1,", "人数档须由少到多"),
        ("deductions", DeductionPolicy, "valid_to: 2026", "valid_to: 2025", "有效期止不得早于起"),
        ("review", ReviewPolicy, "accept_same: 1", "accept_same: 3", "不得大于 signatures.review"),
        (
            "casebook",
            CasebookPolicy,
            "archive_months: 36",
            "archive_months: 35",
            "archive_months：不得小于 36",
        ),
        ("casebook", CasebookPolicy, "small_cell: 5", "small_cell: 2", "small_cell：不得小于 3"),
        ("casebook", CasebookPolicy, "source: RX", "source: XF", "来源代码不得重复"),
    ],
)
def test_a_policy_that_contradicts_itself_or_the_law_is_refused_before_any_data_is_read(
    tmp_path, name, policy, old, new, told
):
    text = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        policy.load(path)
    assert told in str(caught.value)
    assert not ENGLISH.search(str(caught.value))


def test_names_of_pupils_are_released_by_two_decisions_and_not_by_one():
    shipped = MinorPolicy.load(POLICIES / "minors.yaml")
    opened = shipped.model_copy(update={"names_to_school": True})
    with pytest.raises(PolicyError, match="没有开放学生名单的通报"):
        shipped.model_copy(update={"legal_opinion_no": "法〔2026〕1号"}).require_release()
    with pytest.raises(PolicyError, match="缺少法制机构的意见文号"):
        opened.require_release()
    opened.model_copy(update={"legal_opinion_no": "法〔2026〕1号"}).require_release()


@pytest.mark.parametrize(
    ("key", "shipped", "weaker"),
    [("lowest_grade", "乙", "丙"), ("lowest_grade", "乙", "丁"), ("rival_margin_bits", "6.0", "0")],
)
def test_no_bureau_can_let_a_fuzzy_match_out(tmp_path, key, shipped, weaker):
    text = (POLICIES / "review.yaml").read_text(encoding="utf-8")
    path = tmp_path / "review.yaml"
    path.write_text(text.replace(f"{key}: {shipped}", f"{key}: {weaker}"), encoding="utf-8")
    with pytest.raises(PolicyError, match=f"referral.{key}"):
        ReviewPolicy.load(path)


@pytest.mark.parametrize("day", ["待定", "昨天", "'2026-13-01'", "已采纳"])
def test_a_policy_is_adopted_on_a_day_and_on_nothing_else(tmp_path, day):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD + f"adopted_by: 局\ndocument_no: 一号\nadopted_on: {day}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="adopted_on：须是日期"):
        Rules.load(path)
    path.write_text(GOOD + "adopted_by: 局\ndocument_no: 一号\nadopted_on: 2026-11-01\n", encoding="utf-8")
    assert Rules.load(path).is_adopted


@pytest.mark.parametrize("missing", ["adopted_by", "adopted_on", "document_no"])
def test_a_policy_is_adopted_by_somebody_on_a_day_by_a_document_and_not_by_two_of_the_three(missing):
    whole = {"version": "1", "rules": [{"clause": "第一条", "points": 1}]}
    said = {"adopted_by": "局", "adopted_on": "2026-11-01", "document_no": "一号"}
    assert Rules.model_validate(whole | said).is_adopted
    assert not Rules.model_validate(whole | said | {missing: " "}).is_adopted


class Everything(BaseModel):
    """One field of each kind that the policies use."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    whole: int = Field(default=1, gt=0, lt=9)
    number: float = 1
    yes: bool = True
    text: str = Field(default="abc", min_length=2, max_length=5, pattern="^a")
    kinds: tuple[Literal["a", "b"], ...] = Field(default=("a",), min_length=1, max_length=2)
    table: dict[str, int] = Field(default={})


@given(
    st.dictionaries(
        st.sampled_from([*Everything.model_fields, "other"]),
        st.one_of(
            st.integers(),
            st.floats(),
            st.booleans(),
            st.text(max_size=8),
            st.none(),
            st.lists(st.text(max_size=1), max_size=4),
            st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
        ),
    )
)
def test_every_kind_of_error_has_its_chinese(values):
    found = []
    try:
        Everything.model_validate(values)
    except ValidationError as error:
        found = error.errors()
    assert {one["type"] for one in found} <= TEXTS.keys()


def test_a_policy_adopted_on_a_day_to_come_counts_from_that_day_on(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD + "adopted_by: 局\ndocument_no: 一号\nadopted_on: 2026-11-02\n", encoding="utf-8")
    rules = Rules.load(path)
    days = (dt.date(2026, 11, 1), dt.date(2026, 11, 2), dt.date(2027, 1, 1))
    assert [rules.as_of(day).is_adopted for day in days] == [False, True, True]
    assert rules.as_of(days[0]).adopted_by  # it isn't emptied, it only doesn't count
