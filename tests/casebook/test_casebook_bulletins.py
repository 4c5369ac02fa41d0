"""Bulletins count without persons, hide what is small, and show the yield; limits bind whom they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.casebook.casebook_scene import AT, POLICY, TODAY, Bureau
from tests.casebook.people_counted import count_people
from tests.responsibility import hand_worked as world
from tongcha.casebook.bulletin_files import FILE, write_bulletins
from tongcha.casebook.bulletins import PEOPLE, SHORT, tally_bulletins
from tongcha.casebook.disclosures import read_disclosures
from tongcha.casebook.due import Standing, list_due_items, record_reply
from tongcha.casebook.periods import list_periods
from tongcha.responsibility.states import project_notice_states
from tongcha.responsibility.steps import read_steps
from tongcha.review.disputes import record_dispute, record_resolution
from tongcha.review.page_one import UNLOOKED
from tongcha.tables import BY_NAME
from tongcha.tables.review import REVIEW_QUALITY

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

FLOOR = POLICY.small_cell


def tally(met: Mapping[date, int], confirmed: Mapping[date, int] | None = None) -> pl.DataFrame:
    counted = count_people(met, confirmed or {})
    return tally_bulletins(counted, policy=world.DEDUCTIONS, rules=POLICY)


def test_a_day_lies_in_its_week_half_month_quarter_and_campaign():
    periods = {p.cadence: p for p in list_periods(date(2026, 10, 18), world.DEDUCTIONS)}
    assert (periods["周通报"].start, periods["周通报"].end) == (date(2026, 10, 12), date(2026, 10, 18))
    assert periods["半月报"].period == "2026年10月下半月"
    assert (periods["季通报"].start, periods["季通报"].end) == (date(2026, 10, 1), date(2026, 12, 31))
    assert periods["专项总结"].period == world.CAMPAIGN


def test_small_counts_of_people_are_hidden_and_days_speak_of_no_people():
    day = date(2026, 10, 18)
    table = tally({day: 40}, {day: 4})
    half = table.filter(pl.col("cadence") == "半月报")
    shown = dict(half.filter(pl.col("dimension") == "合计").select("measure", "count").iter_rows())
    assert shown == {"sites": 1, "identities": 40, "confirmed": None}
    short = table.filter(pl.col("cadence").is_in(SHORT))
    assert not set(short["measure"]) & set(PEOPLE)


def test_the_one_hidden_half_month_of_a_quarter_is_not_left_as_the_difference():
    table = tally({date(2026, 10, 5): 3, date(2026, 10, 20): 30, date(2026, 11, 5): 12})
    own = table.filter((pl.col("cadence") == "半月报") & (pl.col("measure") == "identities"))
    assert own.sort("start")["count"].to_list() == [None, 30, None]


def test_the_yield_carries_its_exact_interval():
    day = date(2026, 10, 18)
    counted = count_people({day: 60}, {day: 12})
    links = counted.identities.select(
        batch="batch", identity_id="identity_id", decision=pl.lit("review"), link_id=pl.lit(None, pl.String)
    ).head(24)
    table = tally_bulletins(replace(counted, candidate_links=links), policy=world.DEDUCTIONS, rules=POLICY)
    row = table.filter((pl.col("cadence") == "季通报") & (pl.col("measure") == "confirmed")).row(
        0, named=True
    )
    assert row["share"] == pytest.approx(0.5)
    assert (row["share_low"], row["share_high"]) == (
        pytest.approx(0.291, abs=1e-3),
        pytest.approx(0.709, abs=1e-3),
    )


DAYS = [date(2026, 7, 1) + timedelta(days=9 * n) for n in range(18)]


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(DAYS), st.integers(1, 9), min_size=1))
def test_no_small_count_is_shown_nor_follows_from_a_quarter_and_its_halves(met):
    table = tally(met).filter(pl.col("measure") == "identities")
    assert table.filter(pl.col("count").is_between(1, FLOOR - 1)).is_empty()
    halves = table.filter(pl.col("cadence") == "半月报").with_columns(
        quarter=pl.col("start").dt.truncate("1q")
    )
    for quarter in table.filter((pl.col("cadence") == "季通报") & ~pl.col("hidden"))["start"]:
        own = halves.filter(pl.col("quarter") == quarter)
        assert own["hidden"].sum() != 1 or own.height == 1


def test_the_workbook_says_what_it_hides(tmp_path):
    table = tally({date(2026, 10, 18): 3})
    quality = REVIEW_QUALITY.empty()
    files = write_bulletins(table, quality, small_cell=FLOOR, mark="演示", out=tmp_path)
    again = write_bulletins(table.reverse(), quality, small_cell=FLOOR, mark="演示", out=tmp_path)
    assert files.equals(again)
    book = load_workbook(tmp_path / FILE)
    page = book["半月报"]
    cells = {row[3]: row[6] for row in page.iter_rows(min_row=4, values_only=True)}
    assert cells["现场人员"] == "不显示"
    assert "少于 5 的不显示" in page["A2"].value
    assert book.worksheets[0]["B4"].value == UNLOOKED


def test_every_running_limit_is_listed_and_an_answered_prompt_no_longer(tmp_path):
    bureau = Bureau.found(tmp_path)
    papers = bureau.list_papers()
    notice = papers.filter(pl.col("kind") == "notice")["document_id"][0]
    package = papers.filter(pl.col("kind") == "referral")["document_id"][0]
    for number in (notice, package):
        bureau.deliver(number)

    def list_due(today: date) -> pl.DataFrame:
        events = bureau.ledger.events()
        states = project_notice_states(
            notice_ids=bureau.settle()["school_notices"]["notice_id"],
            steps=read_steps(events),
            clocks=world.CLOCKS,
            today=today,
        )
        names = ("rectification_ledger", "rechecks", "pupil_lists", "outcomes")
        empty = [BY_NAME[name].empty() for name in names]
        given = pl.concat([read_disclosures(events), PROMPT])
        return list_due_items(
            Standing(states, given, *empty), events=events, clocks=world.CLOCKS, today=today
        )

    due = list_due(TODAY)
    assert set(due["kind"]) == {"notice", "referral", "prompt"}
    assert dict(due.select("ref", "due").iter_rows())[notice] == date(2026, 11, 30)
    late = list_due(date(2026, 12, 31)).filter(pl.col("kind") == "prompt")
    assert late["overdue"].to_list() == [True]
    reply = record_reply(prompt_id="Q00000000000a", text="经查无本校学生", on=TODAY, by="D1")
    bureau.ledger.append(reply, at="2026-11-21T09:00:00+08:00")
    assert "prompt" not in set(list_due(TODAY)["kind"])


def test_an_open_dispute_is_due_to_be_answered_and_an_answered_one_no_longer(tmp_path):
    bureau = Bureau.found(tmp_path)
    opened = record_dispute(
        batch=world.BATCH, link_id=world.link_id(1), source="学校", on=TODAY, by="D1", reason="称不是本校的人"
    )
    stored = bureau.ledger.append(opened, at=AT)
    standing = Standing(**{n: BY_NAME[n].empty() for n in Standing.__slots__})

    def list_due() -> pl.DataFrame:
        return list_due_items(standing, events=bureau.ledger.events(), clocks=world.CLOCKS, today=TODAY)

    row = list_due().row(0, named=True)
    assert (row["kind"], row["ref"], row["due"]) == ("dispute", world.link_id(1), date(2026, 12, 11))
    assert row["started"] == TODAY
    assert row["basis"].startswith("15个工作日；《个人信息保护法》第四十六条")
    assert row["basis"].endswith("天数由本单位确定")
    assert row["waits_for"] == "由本局核实学校提出的异议并办结"
    answer = record_resolution(stored, by="D2", reason="已核实", on=TODAY, upheld=False)
    bureau.ledger.append(answer, at=AT)
    assert list_due().is_empty()


def test_each_recipient_answers_by_its_own_clock_and_the_letter_says_the_same(tmp_path):
    bureau = Bureau.found(tmp_path)
    packages = bureau.settle()["referral_packages"]
    rows = packages.with_columns(pl.lit("referral").alias("kind"), on=pl.lit(TODAY), receipt=pl.lit("签收"))
    given = BY_NAME["disclosures"].conform(
        rows.with_row_index("seq", offset=1).select(
            "seq", "kind", "recipient", "recipient_name", "path", "sha256", "on", "receipt",
            event_id=pl.lit("E00000000000000aa"), document_id="package_id", links=pl.lit(world.link_id(1)),
            basis=pl.lit("依据"), by=pl.lit("D1"),
        )
    )  # fmt: skip
    empty = {n: BY_NAME[n].empty() for n in Standing.__slots__}
    due = list_due_items(
        Standing(**empty | {"disclosures": given}), events=[], clocks=world.CLOCKS, today=TODAY
    )
    days = dict(due.select("ref", "due").iter_rows())
    expected = {
        "discipline_committee": (date(2026, 12, 21), "1个月"),  # 20 December is a Sunday
        "supervisory_commission": (date(2026, 12, 21), "1个月"),
        "education_authority": (date(2026, 12, 21), "30日（自然日）"),
        "penalty_team": (date(2027, 2, 18), "90日（自然日）"),
    }
    letters = packages.filter(pl.col("path").str.ends_with(".docx"))
    assert set(letters["recipient"]) == set(expected)
    for number, recipient, path in letters.select("package_id", "recipient", "path").iter_rows():
        day, length = expected[recipient]
        assert days[number] == day, recipient
        text = "".join(p.text for p in Document(str(bureau.out / path)).paragraphs)
        assert f"请自收到本函次日起{length}内反馈办理情况" in text


PROMPT = world.build(
    "disclosures",
    [
        {"seq": 99, "event_id": "E00000000000000aa", "document_id": "Q00000000000a", "kind": "prompt",
         "recipient_name": "示例市第一中学", "path": "p", "sha256": "s", "basis": "b", "on": TODAY,
         "receipt": "r", "by": "D1"}
    ],
)  # fmt: skip


def tally_issues(day: date, classes: list[str]) -> pl.DataFrame:
    """The bulletins of one day on which issues of these classes were found."""
    issue = {"case_ref": "x", "label": "问题", "state": "open", "state_label": "待整改", "found_on": day,
             "department": "科"}  # fmt: skip
    rows = [issue | {"issue_id": f"I{n:012d}", "category": name} for n, name in enumerate(classes)]
    counted = replace(count_people({day: 1}, {}), issue_ledger=world.build("issue_ledger", rows))
    table = tally_bulletins(counted, policy=world.DEDUCTIONS, rules=POLICY)
    return table.filter(pl.col("measure").is_in(["issues", "personal_issues"]))


def test_a_day_or_a_week_does_not_tell_how_many_persons_acts_were_found_through_the_issues():
    told = tally_issues(date(2026, 9, 5), ["teacher_tutoring"] * 7 + ["undecided", "clean_patrol"])
    short = told.filter(pl.col("cadence").is_in(SHORT))
    assert set(short["count"]) == {1}
    assert set(short["label"]) == {"新增问题（不含涉及个人的）"}


def test_a_half_month_less_its_days_does_not_tell_how_few_issues_are_one_persons():
    day = date(2026, 9, 5)
    few = tally_issues(day, ["teacher_tutoring"] * (FLOOR - 2) + ["undecided", "clean_patrol"])
    for (cadence,), rows in few.partition_by("cadence", as_dict=True).items():
        shown = dict(rows.select("measure", "count").iter_rows())
        assert shown["issues"] == 1, cadence
        assert shown.get("personal_issues") is None, cadence
    enough = tally_issues(day, ["teacher_tutoring"] * FLOOR + ["clean_patrol"])
    own = enough.filter(cadence="半月报", measure="personal_issues").row(0, named=True)
    assert (own["label"], own["count"]) == ("新增问题（涉及个人）", FLOOR)


def test_an_issue_that_is_closed_is_counted_apart_if_it_is_one_persons():
    day = date(2026, 9, 5)
    issue = {"case_ref": "x", "label": "问题", "state": "closed", "state_label": "已销号", "found_on": day,
             "department": "科"}  # fmt: skip
    done = {"state": "closed", "measure": "m", "due": day, "department": "科", "person": "科长",
            "assigned_by": "D1", "closed_on": day, "rechecks": 0, "overdue": False}  # fmt: skip
    classes = {"I00000000000a": "teacher_tutoring", "I00000000000b": "unlicensed_site"}
    counted = replace(
        count_people({day: 1}, {}),
        issue_ledger=world.build(
            "issue_ledger", [issue | {"issue_id": n, "category": c} for n, c in classes.items()]
        ),
        rectification_ledger=world.build("rectification_ledger", [done | {"issue_id": n} for n in classes]),
    )
    table = tally_bulletins(counted, policy=world.DEDUCTIONS, rules=POLICY).filter(cadence="半月报")
    shown = dict(table.filter(dimension="合计").select("measure", "count").iter_rows())
    assert (shown["closed"], shown["personal_closed"]) == (1, None)
