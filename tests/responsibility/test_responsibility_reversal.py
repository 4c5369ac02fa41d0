from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute, deduct, totals
from tongcha.documents.numbers import number_record
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.responsibility.corrections import list_corrections, name_disputed, write_corrections
from tongcha.responsibility.deductions import compute_deductions
from tongcha.responsibility.proposals import propose_measures
from tongcha.responsibility.repricing import compare_deductions, keep_decided, keep_final, read_decided_rules
from tongcha.responsibility.rulings import apply_rulings, read_rulings, record_ruling
from tongcha.responsibility.scoreboard import tally_scoreboard
from tongcha.responsibility.steps import (
    read_reliefs,
    read_steps,
    read_strikes,
    record_relief,
    record_step,
    record_strike,
    strike_pupils,
    strike_responsibilities,
)

if TYPE_CHECKING:
    from tongcha.policy.deductions import DeductionPolicy

AT = "2026-11-20T09:00:00+08:00"


def compute(ledger: Ledger, policy: DeductionPolicy = world.DEDUCTIONS) -> pl.DataFrame:
    events = ledger.events()
    strikes = read_strikes(events)
    return compute_deductions(
        school_responsibilities=strike_responsibilities(attribute(), strikes),
        pupil_schools=strike_pupils(world.build_pupil_schools(), strikes),
        sites=world.build_sites(),
        policy=policy,
        reliefs=read_reliefs(events),
    )


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def test_an_act_is_struck_with_whichever_of_its_links_was_named(ledger):
    """Somebody taken down twice, or a raid sent again under other numbers: one act, two links."""
    once = attribute()
    acts = once.filter(pl.col("link_id") == world.link_id(4))
    again = pl.concat([once, acts.with_columns(link_id=pl.lit("Lffffffffffffffff"))])
    ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="查处当日已调离"), at=AT)
    struck = strike_responsibilities(again, read_strikes(ledger.events()))
    own = struck.filter(pl.col("act_id") == acts["act_id"][0])
    assert own["state"].to_list() == ["struck", "struck"]
    assert struck.filter(pl.col("state") == "struck").height == 2, "and no other act"


def test_an_appeal_won_in_the_ledger_takes_exactly_that_case_back(ledger):
    won = ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="查处当日已调离"), at=AT)
    assert totals(compute(ledger))["S1"] == Decimal("7.00")
    row = strike_responsibilities(attribute(), read_strikes(ledger.events())).row(
        by_predicate=pl.col("link_id") == world.link_id(4), named=True
    )
    assert row["state"] == "struck"  # decided: no question is left to anybody
    assert won.event_id in row["question"]
    assert row["school_id"] is None


def test_taking_the_decision_back_restores_what_was(ledger):
    before = compute(ledger)
    won = ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="查处当日已调离"), at=AT)
    ledger.append(NewEvent(EventKind.RETRACTION, won.event_id, "D2", {"reason": "登记有误"}), at=AT)
    assert compute(ledger).equals(before)


def test_a_pupil_of_another_school_can_be_struck(ledger):
    for number in (1, 2):
        ledger.append(record_strike(case_ref=f"Q1/{number}", by="D1", reason="非本校学生"), at=AT)
    assert totals(compute(ledger))["S1"] == Decimal("8.50")  # four pupils: the lower band


def test_a_struck_pupil_does_not_come_back_with_the_raid_sent_again_and_a_namesake_beside_them_stays(ledger):
    once = world.build_pupil_schools()
    namesake = once.filter(pl.col("raid_id") == "Q1", pl.col("pupil_no") == "1").with_columns(
        pupil_no=pl.lit("1b")
    )
    again = once.with_columns(batch=pl.lit("2026-11-30-09"), pupil_no=pl.format("Z{}", "pupil_no"))
    for number in ("1", "2"):
        ledger.append(record_strike(case_ref=f"Q1/{number}", by="D1", reason="非本校学生"), at=AT)
    struck = strike_pupils(pl.concat([once, namesake, again]), read_strikes(ledger.events()))
    left = struck.filter(pl.col("raid_id") == "Q1", pl.col("state") == "resolved")
    assert set(left.filter(pl.col("pupil_key") == "s1-1")["pupil_no"]) == {"1b"}
    assert "s1-2" not in set(left["pupil_key"])


def test_a_relief_is_granted_once_however_often_recorded(ledger):
    for by in ("D1", "D2"):
        relief = record_relief(
            school_id="S1", campaign=world.CAMPAIGN, relief="rectification", by=by, reason="整改到位"
        )
        ledger.append(relief, at=AT)
    assert totals(compute(ledger))["S1"] == Decimal("4.50")


def test_nothing_is_recorded_without_a_reason():
    with pytest.raises(LedgerError, match="没有写明理由"):
        record_strike(case_ref="L0", by="D1", reason=" ")
    with pytest.raises(LedgerError, match="这一步"):
        record_step(notice_id="N0", step="guessed", on=date(2026, 11, 1), by="D1", reason="x")


def test_steps_survive_the_ledger_and_a_retracted_one_is_gone(ledger):
    step = record_step(notice_id="N0", step="notified", on=date(2026, 11, 1), by="D1", reason="直接送达")
    done = ledger.append(step, at=AT)
    assert read_steps(ledger.events())["step"].to_list() == ["notified"]
    ledger.append(NewEvent(EventKind.RETRACTION, done.event_id, "D1", {"reason": "未送达"}), at=AT)
    assert read_steps(ledger.events()).height == 0


def test_a_person_answers_an_open_question_and_the_answer_can_be_taken_back(ledger):
    def answer() -> dict[str, Any]:
        ruled = apply_rulings(
            school_responsibilities=attribute(),
            rulings=read_rulings(ledger.events()),
            schools=world.build_schools(),
        )
        return ruled.row(by_predicate=pl.col("link_id") == world.link_id(12), named=True)

    assert answer()["state"] == "question"
    ruling = record_ruling(link_id=world.link_id(12), school_id="S5", by="D1", reason="本人承认授课，有监控")
    done = ledger.append(ruling, at=AT)
    assert (answer()["state"], answer()["school_id"], answer()["question"]) == ("attributed", "S5", None)
    assert done.event_id in answer()["chain"]
    ledger.append(NewEvent(EventKind.RETRACTION, done.event_id, "D1", {"reason": "误记"}), at=AT)
    assert answer()["state"] == "question"


def test_a_ruling_neither_overrules_the_spells_nor_invents_a_school(ledger):
    for link, school in ((1, "S5"), (12, "S9")):
        ruling = record_ruling(link_id=world.link_id(link), school_id=school, by="D1", reason="误判")
        ledger.append(ruling, at=AT)
    ruled = apply_rulings(
        school_responsibilities=attribute(),
        rulings=read_rulings(ledger.events()),
        schools=world.build_schools(),
    )
    assert ruled.equals(attribute())


@settings(max_examples=10)
@given(st.lists(st.sampled_from(range(1, 13)), unique=True))
def test_striking_every_case_returns_every_school_to_zero(order):
    everything = [*order, *(n for n in range(1, 13) if n not in order)]
    refs = [world.link_id(n) for n in everything]
    refs += [f"{q}/{n}" for q, n in world.build_pupil_schools().select("raid_id", "pupil_no").iter_rows()]
    strikes = pl.DataFrame({"case_ref": refs, "event_id": "E0", "reason": "撤回"})
    left = compute_deductions(
        school_responsibilities=strike_responsibilities(attribute(), strikes),
        pupil_schools=strike_pupils(world.build_pupil_schools(), strikes),
        sites=world.build_sites(),
        policy=world.DEDUCTIONS,
    )
    assert left.height == 0


def propose(deductions: pl.DataFrame) -> pl.DataFrame:
    board = tally_scoreboard(score_deductions=deductions, schools=world.build_schools())
    return propose_measures(scoreboard=board, policy=world.DEDUCTIONS)


def test_measures_are_proposed_to_a_person_and_vanish_with_the_points():
    measures = set(propose(deduct()).select("school_id", "measure").iter_rows())
    assert measures == {
        (s, m) for s in ("S1", "S2") for m in ("约谈", "督导通报", "取消学校当年各项评优评先资格")
    }
    assert all("由负责人决定" in text for text in propose(deduct())["sentence"])
    left = tuple(act for act in world.ACTS if act[4] != "S1")
    assert "S1" not in set(propose(deduct(left))["school_id"])


def double(policy: DeductionPolicy) -> DeductionPolicy:
    teacher = policy.teacher.model_copy(update={"points": Decimal("4.00")})
    return policy.model_copy(update={"teacher": teacher, "version": "示例-2027.1"})


def test_a_rule_change_shows_what_it_would_alter_before_it_is_done(ledger):
    difference = compare_deductions(before=compute(ledger), after=compute(ledger, double(world.DEDUCTIONS)))
    changes = dict(difference.select("school_id", "change").iter_rows())
    assert changes == {"S1": Decimal("1.00"), "S2": Decimal("0.00"), "S3": Decimal("2.00")}
    assert compare_deductions(before=compute(ledger), after=compute(ledger)).height == 0


def test_a_rule_change_re_prices_nothing_that_is_final_but_a_withdrawal_still_reaches_it(ledger):
    final = pl.DataFrame({"school_id": ["S1"], "campaign": [world.CAMPAIGN]})

    def in_force() -> dict[str, Decimal]:
        old, new = compute(ledger), compute(ledger, double(world.DEDUCTIONS))
        return totals(keep_final(under_old=old, under_new=new, final=final))

    assert (in_force()["S1"], in_force()["S3"]) == (Decimal("9.00"), Decimal("4.00"))
    ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="认错人"), at=AT)
    assert in_force()["S1"] == Decimal("7.00")


def test_what_was_decided_stays_priced_by_the_rules_it_was_decided_under(ledger):
    notice = number_record("N", "S1", world.CAMPAIGN)
    decided = record_step(
        notice_id=notice, step="decided", on=date(2026, 11, 20), by="D1", reason="属实", rules="old"
    )
    stored = ledger.append(decided, at=AT)

    def in_force() -> dict[str, Decimal]:
        new = compute(ledger, double(world.DEDUCTIONS))
        rules = read_decided_rules(ledger.events())
        return totals(keep_decided(new, rules, lambda _: compute(ledger)))

    assert (in_force()["S1"], in_force()["S3"]) == (Decimal("9.00"), Decimal("4.00"))
    ledger.append(NewEvent(EventKind.RETRACTION, stored.event_id, "D1", {"reason": "误记"}), at=AT)
    assert in_force()["S1"] == Decimal("10.00")


DISCLOSED = pl.DataFrame(
    [
        (1, "甲区教育局", "referrals/b/P1/移送函.docx", "old"),
        (2, "甲区教育局", "referrals/b/P1/移送函.docx", "new"),
        (3, "乙区教育局", "referrals/b/P2/移送函.docx", "old"),
        (4, "示例市监察委员会", "referrals/b/P3/移送函.docx", "gone"),
        (5, "第一中学", "notices/N1/拟扣分告知书.docx", "same"),
    ],
    schema=["seq", "recipient_name", "path", "sha256"],
    orient="row",
).with_columns(numbers=pl.lit("R1、R2"), facts=pl.lit(None, pl.String))
STANDING = pl.DataFrame(
    [
        ("referrals/b/P1/移送函.docx", "new"),
        ("referrals/b/P2/移送函.docx", "new"),
        ("notices/N1/拟扣分告知书.docx", "same"),
        ("notices/N2/拟扣分告知书.docx", "never sent"),
    ],
    schema=["path", "sha256"],
    orient="row",
).with_columns(numbers=pl.lit("R1、R2"), facts=pl.lit(None, pl.String))


def test_corrections_go_to_exactly_those_who_hold_a_paper_that_no_longer_stands():
    due = list_corrections(disclosures=DISCLOSED, standing=STANDING)
    assert set(due.select("recipient_name", "change").iter_rows()) == {
        ("乙区教育局", "replaced"),
        ("示例市监察委员会", "withdrawn"),
    }


def test_what_is_only_disputed_is_never_called_withdrawn_and_is_named_beside_what_is():
    def sentences(*disputed: str) -> dict[str, tuple[str, str]]:
        left = STANDING.with_columns(numbers=pl.lit("R2"))
        due = list_corrections(disclosures=DISCLOSED, standing=left, disputed=disputed)
        return {name: (change, text) for name, _, _, change, text in due.iter_rows()}

    one = sentences("R1")
    assert one["乙区教育局"][0] == "disputed"  # R2 stands, R1 waits for an answer
    assert "编号R1的内容有异议" in one["乙区教育局"][1]
    assert "撤回" not in one["乙区教育局"][1]
    assert one["示例市监察委员会"][0] == "withdrawn"  # R2 is gone for good
    everything = sentences("R1", "R2")
    assert {change for change, _ in everything.values()} == {"disputed"}
    nothing_left = STANDING.with_columns(numbers=pl.lit(""))
    mixed = list_corrections(disclosures=DISCLOSED, standing=nothing_left, disputed=["R1"])
    [text] = mixed.filter(pl.col("change") == "replaced")["sentence"]
    assert "编号R2的内容已撤回" in text
    assert "编号R1的内容有异议" in text


def test_papers_name_a_disputed_link_by_itself_and_by_its_clue_for_each_recipient():
    named = name_disputed([world.link_id(1)])
    assert world.link_id(1) in named
    assert number_record("R", world.link_id(1), "discipline_committee") in named


def test_a_correction_letter_clears_the_name_and_goes_when_nothing_is_wrong_any_more(tmp_path):
    def write(standing: pl.DataFrame) -> pl.DataFrame:
        return write_corrections(
            corrections=list_corrections(disclosures=DISCLOSED, standing=standing),
            policy=world.ROUTING,
            clocks=world.CLOCKS,
            templates=world.TEMPLATES,
            out=tmp_path,
            demo=True,
        )

    letters = write(STANDING)
    assert letters["recipient_name"].to_list() == ["乙区教育局", "示例市监察委员会"]
    with zipfile.ZipFile(tmp_path / letters["letter_path"][1]) as archive:
        text = archive.read("word/document.xml").decode()
    assert "予以澄清" in text
    assert "P3／移送函.docx" in text
    everything = DISCLOSED.unique(["path"], keep="last").select("path", "sha256", "facts", "numbers")
    assert write(everything).height == 0
    assert not list((tmp_path / "corrections").iterdir())


def test_a_letter_that_only_asks_to_wait_clears_nobody_and_asks_for_no_answer(tmp_path):
    def write(*disputed: str) -> str:
        left = STANDING.with_columns(numbers=pl.lit("R2"))
        letters = write_corrections(
            corrections=list_corrections(disclosures=DISCLOSED, standing=left, disputed=disputed),
            policy=world.ROUTING,
            clocks=world.CLOCKS,
            templates=world.TEMPLATES,
            out=tmp_path,
            demo=True,
        )
        [path] = letters.filter(recipient_name="乙区教育局")["letter_path"]
        return "\n".join(p.text for p in Document(str(tmp_path / path)).paragraphs)

    waits = write("R1")
    assert "关于暂停使用有关文书的函" in waits
    assert "核实结果由我局书面告知" in waits
    for said in ("澄清", "撤回", "内将办理情况书面告知"):
        assert said not in waits, said
    taken = write()
    assert "关于撤回、更正有关文书的函" in taken
    assert "予以澄清" in taken
    assert "暂停使用有关" not in taken
    assert "问责办法" not in taken  # a limit that binds no recipient
