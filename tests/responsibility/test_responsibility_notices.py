from __future__ import annotations

import zipfile
from decimal import Decimal

import polars as pl
import pytest
from docx import Document

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute, deduct, totals
from tongcha.errors import PolicyError
from tongcha.policy.deductions import DeductionPolicy
from tongcha.responsibility.deductions import LABELS, RECTIFICATION
from tongcha.responsibility.notices import NoticePolicies, write_notices


def flip(frame: pl.DataFrame, *, reverse: bool) -> pl.DataFrame:
    return frame.reverse() if reverse else frame


def write(out, *, deductions=None, reverse=False, rules=world.DEDUCTIONS, demo=True) -> pl.DataFrame:
    return write_notices(
        score_deductions=flip(deduct() if deductions is None else deductions, reverse=reverse),
        school_responsibilities=flip(attribute(), reverse=reverse),
        people=flip(world.build_people(), reverse=reverse),
        schools=flip(world.build_schools(), reverse=reverse),
        policies=NoticePolicies(deductions=rules, clocks=world.CLOCKS),
        templates=world.TEMPLATES,
        out=out,
        demo=demo,
    )


def read(out, path) -> str:
    with zipfile.ZipFile(out / path) as archive:
        return archive.read("word/document.xml").decode()


def test_one_notice_per_school_says_the_points_of_its_deductions(tmp_path):
    notices = write(tmp_path)
    assert dict(notices.select("school_id", "points").iter_rows()) == totals(deduct())
    assert set(notices["reply_days"]) == {10}


def test_the_notice_shows_the_sum_the_clause_how_to_contest_and_what_is_restored(tmp_path):
    row = write(tmp_path).row(by_predicate=pl.col("school_id") == "S2", named=True)
    text = read(tmp_path, row["path"])
    assert "合计 13.00 分，封顶 10.00 分，冲减 3.00 分" in text
    assert "10日（自然日）" in text
    assert "逾期不申辩不视为承认" in text
    assert "《教育督导问责办法》关于复核的规定" in text  # every way is named with its clause
    assert "《教育督导问责办法》关于申诉的规定" in text
    assert "已经作出决定的，只更正分值和依据，不重新起算申辩期" in text
    assert "50%，即5.00分" in text
    assert "倒查所在学校责任" in text
    assert world.link_id(5) in text


def test_what_was_restored_already_does_not_lower_what_the_notice_says_is_restored(tmp_path):
    granted = pl.DataFrame(
        {"school_id": ["S2"], "campaign": [world.CAMPAIGN], "rule": [RECTIFICATION], "case_ref": ["E1"]}
    )
    row = write(tmp_path, deductions=deduct(reliefs=granted)).row(
        by_predicate=pl.col("school_id") == "S2", named=True
    )
    assert row["points"] == Decimal("5.00")
    assert "50%，即5.00分" in read(tmp_path, row["path"])


def test_the_notice_shows_a_surname_only_and_no_pupil(tmp_path):
    for path in write(tmp_path)["path"]:
        text = read(tmp_path, path)
        assert not any(name in text for name in world.build_people()["name"])
        assert "s1-" not in text
        assert "s4-" not in text


def test_a_school_sees_only_its_own_cases(tmp_path):
    row = write(tmp_path).row(by_predicate=pl.col("school_id") == "S3", named=True)
    text = read(tmp_path, row["path"])
    assert world.link_id(11) in text
    assert world.link_id(5) not in text


def test_a_school_with_pupils_only_gets_no_teacher_table(tmp_path):
    row = write(tmp_path).row(by_predicate=pl.col("school_id") == "S4", named=True)
    assert "查处当日任职的依据" not in read(tmp_path, row["path"])


def test_values_that_nobody_adopted_can_not_be_issued(tmp_path):
    raw = DeductionPolicy.load(world.ROOT / "policy" / "deductions.yaml")
    with pytest.raises(PolicyError, match="尚未经本单位审定"):
        write(tmp_path, rules=raw, demo=True)
    with pytest.raises(PolicyError, match="只能用于演示"):
        write(tmp_path, demo=False)


def test_the_demonstration_is_marked_visibly(tmp_path):
    assert all("演示·示例分值，不具效力" in read(tmp_path, path) for path in write(tmp_path)["path"])


def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path):
    assert write(tmp_path / "a").equals(write(tmp_path / "b", reverse=True))


def test_a_notice_without_deduction_leaves_the_outbox(tmp_path):
    write(tmp_path)
    kept = write(tmp_path, deductions=deduct().filter(pl.col("school_id") == "S1"))
    assert {p.name for p in (tmp_path / "notices").iterdir()} == set(kept["notice_id"])


def test_the_notice_says_that_a_match_is_no_finding_and_names_no_act_as_found(tmp_path):
    row = write(tmp_path).row(by_predicate=pl.col("school_id") == "S2", named=True)
    assert "身份比对一致不等于违规事实成立" in read(tmp_path, row["path"])
    assert not any(word in label for label in LABELS.values() for word in ("违规", "非法", "查实"))


def test_who_says_that_somebody_was_mistaken_has_no_time_limit_and_every_way_names_who_decides(tmp_path):
    for path in write(tmp_path)["path"]:
        text = read(tmp_path, path)
        assert "请写明比对编号，随时可以提出，不受申辩期限限制" in text
        assert "向作出决定的教育督导机构书面申请复核" in text
        assert "向上一级教育督导机构书面提出申诉" in text


def test_numbers_that_a_line_rests_on_stand_one_to_a_line(tmp_path):
    """What office programs break in the middle of a number can't be looked up."""
    row = write(tmp_path).row(by_predicate=pl.col("school_id") == "S2", named=True)
    document = Document(tmp_path / row["path"])
    sums = next(table for table in document.tables if table.cell(0, 3).text == "算式")
    rests_on = {line.cells[1].text: line.cells[2].text for line in sums.rows[1:]}
    assert rests_on["封顶冲减"] == "以上各项"
    assert all("、" not in part[:-1] for text in rests_on.values() for part in text.split("\n"))
