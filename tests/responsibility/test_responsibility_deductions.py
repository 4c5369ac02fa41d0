from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute, deduct, totals
from tongcha.errors import PolicyError
from tongcha.policy.deductions import DeductionPolicy
from tongcha.responsibility.deductions import (
    REPEAT,
    SELF_REPORT,
    TEACHER,
    Addend,
    compute_deductions,
    settle_school,
)
from tongcha.responsibility.proposals import propose_measures
from tongcha.responsibility.scoreboard import (
    FILE,
    PICTURE,
    scoreboard_svg,
    tally_scoreboard,
    write_scoreboard,
)
from tongcha.review.page_one import UNLOOKED
from tongcha.tables.review import REVIEW_QUALITY

if TYPE_CHECKING:
    from pathlib import Path


def test_the_hand_worked_example_agrees_to_the_point():
    assert totals(deduct()) == {
        "S1": Decimal("9.00"),  # four acts 8.00, six pupils 1.00
        "S2": Decimal("10.00"),  # six acts 12.00, one repeat 1.00, cap −3.00
        "S3": Decimal("2.00"),  # the transfer of that day
        "S4": Decimal("2.00"),  # fifteen pupils at sites that count
    }


def test_the_day_of_a_transfer_belongs_to_the_new_school():
    row = attribute().row(by_predicate=pl.col("link_id") == world.link_id(11), named=True)
    assert (row["state"], row["school_id"], row["spell_no"]) == ("attributed", "S3", 2)
    assert "2026-10-18起" in row["chain"]


def test_the_last_day_before_a_transfer_belongs_to_the_old_school():
    begins = pl.col("start") + pl.duration(days=pl.col("spell_no").eq(2).cast(pl.Int64))
    moved_next_day = world.build_employment().with_columns(start=begins)
    old = (("I11", "T08", "Q1", "授课", "S2", 1),)
    row = attribute(old, employment=moved_next_day).row(0, named=True)
    assert (row["state"], row["school_id"], row["spell_no"]) == ("attributed", "S2", 1)


def test_of_a_post_known_by_its_month_the_paper_tells_no_day():
    known = world.build_employment().with_columns(start_latest=pl.col("start").dt.offset_by("29d"))
    row = attribute(employment=known).row(by_predicate=pl.col("link_id") == world.link_id(1), named=True)
    assert row["state"] == "attributed"
    assert "（2015-09起，" in row["chain"]


def test_a_claim_that_the_spells_do_not_bear_becomes_a_question():
    wrong = (("I11", "T08", "Q1", "授课", "S2", 1),)
    row = attribute(wrong).row(0, named=True)
    assert (row["state"], row["school_id"]) == ("question", None)
    assert "核对" in row["question"]
    assert deduct(wrong, pupils=world.build_pupil_schools().clear()).height == 0


def test_a_claim_of_the_right_spell_and_another_school_becomes_a_question():
    row = attribute((("I11", "T08", "Q1", "授课", "S4", 2),)).row(0, named=True)
    assert (row["state"], row["school_id"]) == ("question", None)


def test_a_person_without_a_banned_role_is_a_question_and_costs_nothing():
    row = attribute().row(by_predicate=pl.col("person_id") == "T11", named=True)
    assert row["state"] == "question"
    assert "S5" not in totals(deduct())


def test_two_posts_that_day_are_a_question_unless_one_is_a_loan():
    second = world.build(
        "employment",
        [{"teacher_id": "T01", "spell_no": 2, "school_id": "S5", "start": world.RAIDS["Q4"]}],
    )
    both = pl.concat([world.build_employment(), second])
    assert attribute(employment=both).filter(pl.col("person_id") == "T01")["state"][0] == "question"
    for word in world.LINKAGE.employment.lent:
        lent = pl.concat([world.build_employment(), second.with_columns(staff_type=pl.lit(word))])
        row = attribute(employment=lent).row(by_predicate=pl.col("person_id") == "T01", named=True)
        assert row["state"] == "attributed", word
        assert "另有任职学校" in row["chain"]


@pytest.mark.parametrize(
    ("points", "floor", "proposed"),
    [("5.99", "6.00", False), ("6.00", "6.00", True), ("6.01", "6.00", True), ("6.00", "0.00", False)],
)
def test_a_measure_is_proposed_from_its_threshold_on_and_a_threshold_of_nought_turns_it_off(
    points, floor, proposed
):
    honours = world.DEDUCTIONS.honours.model_copy(update={"at_least": Decimal(floor)})
    policy = world.DEDUCTIONS.model_copy(update={"honours": honours, "escalations": ()})
    row = {"school_id": "S1", "campaign": world.CAMPAIGN, "school_name": "示例市第一中学", "teacher_count": 1}
    row |= {"pupil_count": 0, "capped_points": Decimal("0.00"), "points": Decimal(points)}
    board = world.build("scoreboard", [row])
    assert propose_measures(scoreboard=board, policy=policy).height == proposed


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"employment_state": "undated"}, "是否在职不能由任职经历确定"),
        ({"teacher_id": None}, "只在学校名册上"),
    ],
)
def test_what_stands_in_the_way_of_a_school_is_asked_by_its_own_name(changes, asked):
    row = attribute(world.ACTS[:1], changes=changes).row(0, named=True)
    assert (row["state"], row["school_id"]) == ("question", None)
    assert asked in row["question"]


def test_a_school_that_the_directory_lacks_answers_for_nothing_before_it_is_entered():
    known = world.build_schools().filter(pl.col("school_id") != "S1")
    row = attribute(world.ACTS[:1], schools=known).row(0, named=True)
    assert (row["state"], row["school_id"]) == ("question", None)
    assert "须先补全名录" in row["question"]


def test_a_retired_teacher_who_was_hired_again_is_a_question():
    rehired = world.build_employment().with_columns(
        staff_type=pl.when(pl.col("teacher_id") == "T01").then(pl.lit("返聘")).otherwise("staff_type")
    )
    row = attribute(employment=rehired).row(by_predicate=pl.col("person_id") == "T01", named=True)
    assert (row["state"], row["school_id"]) == ("question", None)


def test_one_act_met_in_two_records_is_charged_once():
    people = world.build_people().with_columns(
        same_person_as=pl.when(pl.col("person_id") == "T02").then(pl.lit("T01"))
    )
    acts = attribute(people=people).filter(pl.col("raid_id") == "Q1", pl.col("school_id") == "S1")
    assert acts["act_id"].n_unique() == 1
    charged = compute_deductions(
        school_responsibilities=acts,
        pupil_schools=world.build_pupil_schools().clear(),
        sites=world.build_sites(),
        policy=world.DEDUCTIONS,
    )
    assert totals(charged) == {"S1": Decimal("2.00")}


def test_who_left_the_registry_since_is_still_where_the_spells_say():
    gone = world.build_people().filter(pl.col("person_id") != "T02")
    assert attribute(people=gone).equals(attribute())


def test_a_pupil_met_twice_counts_once_and_a_licensed_site_does_not_count():
    rows = deduct().filter(pl.col("rule") == "pupil_bands")
    assert dict(rows.select("school_id", "count").iter_rows()) == {"S1": 6, "S4": 15}
    assert rows.filter(pl.col("school_id") == "S1")["case_ref"][0] == "Q1、Q2"


def test_every_addend_points_to_a_rule_a_clause_and_a_case_and_shows_its_sum():
    rows = deduct()
    assert rows.null_count().sum_horizontal()[0] == 0
    assert rows["deduction_id"].n_unique() == rows.height
    cap = rows.row(by_predicate=pl.col("rule") == "school_cap", named=True)
    assert cap["sum_shown"] == "合计 13.00 分，封顶 10.00 分，冲减 3.00 分"


def test_an_appeal_won_and_a_withdrawal_take_exactly_their_points_back():
    # S1 wins the appeal on I04; I11 was the wrong person
    left = tuple(act for act in world.ACTS if act[0] not in {"I04", "I11"})
    assert totals(deduct(left)) == {"S1": Decimal("7.00"), "S2": Decimal("10.00"), "S4": Decimal("2.00")}


def test_reliefs_are_negative_addends_that_name_what_granted_them():
    reliefs = pl.DataFrame(
        {
            "school_id": ["S1", "S2"],
            "campaign": [world.CAMPAIGN] * 2,
            "rule": ["self_report", "rectification"],
            "case_ref": ["E77", "E78"],
        }
    )
    rows = deduct(reliefs=reliefs)
    assert totals(rows) == {
        "S1": Decimal("4.50"),
        "S2": Decimal("5.00"),
        "S3": Decimal("2.00"),
        "S4": Decimal("2.00"),
    }
    assert rows.filter(pl.col("rule") == "self_report")["case_ref"][0] == "E77"


def test_half_a_cent_of_a_relief_is_given_to_the_school():
    report = world.DEDUCTIONS.self_report.model_copy(update={"share": Decimal("0.25")})
    policy = world.DEDUCTIONS.model_copy(update={"self_report": report})
    charge = Addend("S1", world.CAMPAIGN, TEACHER, "条款", "L1", 1, Decimal("4.50"), "")
    [_, relief] = settle_school([charge], {SELF_REPORT: "E1"}, policy)
    assert relief.points == Decimal("-1.13")  # 4.50 × 25 % = 1.125


def test_a_teacher_met_in_another_campaign_before_is_no_repeat_in_this_one():
    acts = (("I01", "T01", "Q4", "授课", "S1", 1), ("I02", "T01", "Q1", "授课", "S1", 1))
    rows = deduct(acts, pupils=world.build_pupil_schools().clear())
    assert rows["rule"].to_list() == [TEACHER, TEACHER]
    again = (*acts, ("I03", "T01", "Q2", "授课", "S1", 1))
    assert deduct(again, pupils=world.build_pupil_schools().clear())["rule"].to_list().count(REPEAT) == 1


def test_a_raid_outside_any_campaign_is_ordinary_supervision():
    acts = (("I01", "T01", "Q4", "授课", "S1", 1),)
    rows = deduct(acts, pupils=world.build_pupil_schools().clear())
    assert rows["campaign"].to_list() == ["2026年日常监管"]


def test_rules_do_not_price_a_raid_before_they_were_in_force():
    later = world.DEDUCTIONS.model_copy(update={"valid_from": world.RAIDS["Q2"]})
    with pytest.raises(PolicyError, match="不适用于 2026-10-18 的查处"):
        compute_deductions(
            school_responsibilities=attribute(),
            pupil_schools=world.build_pupil_schools(),
            sites=world.build_sites(),
            policy=later,
        )


@pytest.mark.slow
@settings(max_examples=25)
@given(st.sets(st.sampled_from([act[0] for act in world.ACTS])), st.randoms(use_true_random=False))
def test_what_remains_after_withdrawals_never_depends_on_the_order_they_came_in(withdrawn, random):
    left = [act for act in world.ACTS if act[0] not in withdrawn]
    shuffled = random.sample(left, len(left))
    assert deduct(tuple(left)).equals(deduct(tuple(shuffled)))


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.sampled_from(world.ACTS), unique=True))
def test_withdrawing_everything_returns_every_school_to_zero(history):
    nothing = world.build_pupil_schools().clear()
    before = deduct(tuple(history), pupils=nothing)
    assert all(points >= 0 for points in totals(before).values())
    after = deduct((), pupils=nothing)
    assert after.height == 0
    assert tally_scoreboard(score_deductions=after, schools=world.build_schools()).height == 0


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.sets(
        st.sampled_from([(s, r) for s in ("S1", "S2", "S3", "S4") for r in ("self_report", "rectification")])
    ),
    st.decimals(0, 1, places=2),
    st.decimals(0, 1, places=2),
)
def test_no_relief_ever_takes_a_school_below_zero_or_above_its_charges(granted, reported, rectified):
    policy = world.DEDUCTIONS.model_copy(
        update={
            "self_report": world.DEDUCTIONS.self_report.model_copy(update={"share": reported}),
            "rectification": world.DEDUCTIONS.rectification.model_copy(update={"share": rectified}),
        }
    )
    rows = [(s, world.CAMPAIGN, r, "E1") for s, r in sorted(granted)]
    reliefs = pl.DataFrame(
        rows, schema=dict.fromkeys(("school_id", "campaign", "rule", "case_ref"), pl.String), orient="row"
    )
    relieved = totals(deduct(reliefs=reliefs, policy=policy))
    plain = totals(deduct())
    assert all(0 <= relieved.get(school, Decimal(0)) <= points for school, points in plain.items())


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.sampled_from(world.ACTS), unique=True, min_size=1))
def test_withdrawing_an_act_never_costs_a_school_more(history):
    nothing = world.build_pupil_schools().clear()
    before = totals(deduct(tuple(history), pupils=nothing))
    after = totals(deduct(tuple(history[1:]), pupils=nothing))
    assert all(after.get(s, Decimal(0)) <= before.get(s, Decimal(0)) for s in {*before, *after})


def test_the_scoreboard_equals_the_deductions():
    board = tally_scoreboard(score_deductions=deduct(), schools=world.build_schools())
    assert dict(board.select("school_id", "points").iter_rows()) == totals(deduct())
    s2 = board.row(by_predicate=pl.col("school_id") == "S2", named=True)
    assert (s2["teacher_count"], s2["capped_points"]) == (6, Decimal("-3.00"))


def test_the_scoreboard_is_in_the_order_of_school_codes_and_carries_no_rank():
    board = tally_scoreboard(score_deductions=deduct(), schools=world.build_schools())
    assert board["school_id"].to_list() == sorted(board["school_id"])
    svg = scoreboard_svg(board)
    assert "名次" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_scoreboard_has_the_same_bytes_whatever_the_row_order_and_no_points_that_nobody_adopted(tmp_path):
    board, addends = tally_scoreboard(score_deductions=deduct(), schools=world.build_schools()), deduct()
    proposals = propose_measures(scoreboard=board, policy=world.DEDUCTIONS)
    quality = REVIEW_QUALITY.empty()

    def write(out: Path, *, turned: bool = False, **changes: object) -> pl.DataFrame:
        given = {"scoreboard": board, "score_deductions": addends, "proposals": proposals}
        frames = {name: frame.reverse() if turned else frame for name, frame in given.items()}
        terms = {"review_quality": quality, "policy": world.DEDUCTIONS, "demo": True} | changes
        return write_scoreboard(**frames, **terms, out=out)  # type: ignore[arg-type]  # the test decides

    files = write(tmp_path / "a")
    assert files.equals(write(tmp_path / "b", turned=True))
    book = tmp_path / "a" / FILE
    assert book.stat().st_mode & 0o077 == 0
    assert UNLOOKED in load_workbook(book).worksheets[0]["A2"].value
    picture = (tmp_path / "a" / PICTURE).read_text(encoding="utf-8")
    for paper in (picture, load_workbook(book).worksheets[0]["A1"].value):
        assert "演示·示例分值，不具效力" in paper  # each travels without the other
    addends_page = load_workbook(book)["逐项算式"]["A1"].value
    for paper in (picture, load_workbook(book).worksheets[0]["A2"].value, addends_page):
        assert "比对一致不等于违规事实成立" in paper
    raw = DeductionPolicy.load(world.ROOT / "policy" / "deductions.yaml")
    with pytest.raises(PolicyError, match="尚未经本单位审定"):
        write(tmp_path / "c", policy=raw)
    with pytest.raises(PolicyError, match="只能用于演示"):
        write(tmp_path / "c", demo=False)
    assert not (tmp_path / "c").exists()


def test_in_the_picture_no_name_runs_out_of_the_frame():
    longest = "某市某区民族团结示范实验高级中学附属九年一贯制寄宿学校教育集团滨江东路校区"
    board = tally_scoreboard(score_deductions=deduct(), schools=world.build_schools())
    drawn = scoreboard_svg(board.with_columns(school_name=pl.lit(longest)))
    parts = re.findall(r'text-anchor="end" font-size="10">([^<]+)<', drawn)
    assert "".join(parts[:2]) == longest
    assert max(map(len, parts)) * 10 <= 288
