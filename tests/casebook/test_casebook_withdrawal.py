"""A wrong link is taken back everywhere, and exactly those who hold an old paper are told."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.casebook.casebook_scene import AT, TODAY, Bureau
from tests.responsibility import hand_worked as world
from tests.responsibility.priced import totals
from tongcha.casebook.disclosures import find_disclosures_of, find_disputed_notices
from tongcha.casebook.due import Standing, list_due_items
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.responsibility.states import project_notice_states
from tongcha.responsibility.steps import read_steps
from tongcha.review.decisions import record_withdrawal
from tongcha.review.disputes import find_disputed, record_dispute, record_resolution
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # a whole bureau is settled again and again

IS_LETTER = pl.col("path").str.ends_with(".docx")
WRONG = world.link_id(11)  # the only act at S3


@pytest.fixture
def bureau(tmp_path) -> Bureau:
    return Bureau.found(tmp_path)


def withdraw(bureau: Bureau, link_id: str) -> None:
    event = record_withdrawal(batch=world.BATCH, link_id=link_id, by="D1", reason="证件被冒用")
    bureau.ledger.append(event, at=AT)


def test_a_withdrawal_corrects_exactly_those_who_got_the_paper(bureau):
    documents = bureau.documents_of(WRONG)
    given = [number for number in documents if not documents[number].startswith("示例市教育局行政处罚")]
    assert len(given) < len(documents)  # the penalty team's package is made but never handed over
    for number in given:
        bureau.deliver(number)
    assert bureau.settle()["corrections"].height == 0
    withdraw(bureau, WRONG)
    made = bureau.settle()
    assert "S3" not in totals(made["score_deductions"])
    assert set(made["corrections"]["recipient_name"]) == {documents[number] for number in given}
    letters = made["corrections"].unique("letter_id")
    assert letters.height == len({documents[number] for number in given})
    with zipfile.ZipFile(bureau.out / letters["letter_path"][0]) as archive:
        assert "予以澄清" in archive.read("word/document.xml").decode()


def test_a_letter_handed_over_settles_a_withdrawal_and_a_new_version_settles_a_change(bureau):
    for number in bureau.documents_of(WRONG):
        bureau.deliver(number)
    withdraw(bureau, WRONG)
    due = bureau.settle()["corrections"]
    assert set(due["change"]) == {"withdrawn", "replaced"}
    for letter in due["letter_id"].unique().sort():
        bureau.deliver(letter)
    left = bureau.settle()["corrections"]
    assert set(left["change"]) == {"replaced"}
    for number in left["path"].str.split("/").list.get(2).unique().sort():
        bureau.deliver(number)
    assert bureau.settle()["corrections"].height == 0
    assert not list((bureau.out / "corrections").iterdir())


def test_a_letter_says_which_clue_of_several_is_taken_back(bureau):
    referrals = bureau.settle()["referrals"]
    documents = bureau.documents_of(world.link_id(1))
    for number in documents:
        bureau.deliver(number)
    withdraw(bureau, world.link_id(1))
    due = bureau.settle()["corrections"].filter(pl.col("change") == "replaced")
    gone = set(referrals.filter(pl.col("link_id") == world.link_id(1))["referral_id"])
    named = [number for number in [*gone, world.link_id(1)] for text in due["sentence"] if number in text]
    assert len(named) == due.height  # each letter names the one number that its reader knows
    stays = referrals.filter(pl.col("link_id") != world.link_id(1))["referral_id"]
    assert not [number for number in stays for text in due["sentence"] if number in text]


def edit_template(source: Path, target: Path) -> None:
    """Copy a template with other words in it, as an official's edit leaves it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace("编号".encode(), "号码".encode()))


def test_other_words_in_a_template_or_another_telephone_call_for_no_correction_but_other_sums_do(
    bureau, tmp_path
):
    for number in bureau.documents_of(world.link_id(1)):
        bureau.deliver(number)
    before = bureau.settle()
    (tmp_path / "own").mkdir()
    for source in world.TEMPLATES.glob("*.docx"):
        edit_template(source, tmp_path / "own" / source.name)
    phone = {"contact": "另一科室，电话0000-1234567"}
    bureau.templates = tmp_path / "own"
    bureau.routing = world.ROUTING.model_copy(update=phone)
    rules = world.DEDUCTIONS.model_copy(update=phone)
    bureau.policies = replace(bureau.policies, deductions=rules)
    after = bureau.settle()
    for name in ("referral_packages", "school_notices"):
        assert not set(before[name]["sha256"]) & set(after[name].filter(IS_LETTER)["sha256"])
    assert after["corrections"].is_empty()
    dearer = rules.teacher.model_copy(update={"points": Decimal("3.00")})
    bureau.policies = replace(bureau.policies, deductions=rules.model_copy(update={"teacher": dearer}))
    due = bureau.settle()["corrections"]
    assert due["path"].str.starts_with("notices/").all()
    assert due["change"].to_list() == ["replaced"]


def test_a_withdrawn_notice_is_withdrawn_whatever_its_steps_say(bureau):
    [notice] = [number for number in bureau.documents_of(WRONG) if number.startswith("N")]
    bureau.deliver(notice)
    withdraw(bureau, WRONG)
    states = project_notice_states(
        notice_ids=bureau.settle()["school_notices"]["notice_id"],
        steps=read_steps(bureau.ledger.events()),
        clocks=world.CLOCKS,
        today=world.RAIDS["Q3"],
    )
    assert states.filter(pl.col("notice_id") == notice)["state"].to_list() == ["withdrawn"]


def test_taking_the_withdrawal_back_restores_every_byte(bureau):
    before = bureau.settle()
    event = record_withdrawal(batch=world.BATCH, link_id=WRONG, by="D1", reason="证件被冒用")
    stored = bureau.ledger.append(event, at=AT)
    assert not bureau.settle()["school_notices"].equals(before["school_notices"])
    retraction = NewEvent(EventKind.RETRACTION, stored.event_id, "D2", {"reason": "登记有误"})
    bureau.ledger.append(retraction, at=AT)
    after = bureau.settle()
    assert all(after[name].equals(before[name]) for name in before)


def test_who_was_told_of_a_withdrawal_that_is_taken_back_is_told_that_the_paper_stands_again(bureau):
    [notice] = [number for number in bureau.documents_of(WRONG) if number.startswith("N")]
    bureau.deliver(notice)
    event = record_withdrawal(batch=world.BATCH, link_id=WRONG, by="D1", reason="证件被冒用")
    stored = bureau.ledger.append(event, at=AT)
    bureau.deliver(bureau.settle()["corrections"]["letter_id"][0])
    retraction = NewEvent(EventKind.RETRACTION, stored.event_id, "D2", {"reason": "登记有误"})
    bureau.ledger.append(retraction, at=AT)
    made = bureau.settle()
    [due] = made["corrections"].rows(named=True)
    held = made["disclosures"].filter(pl.col("document_id") == notice)["sha256"]
    assert (due["change"], due["sha256"]) == ("replaced", held[0])
    assert "重新成立" in due["sentence"]


def open_dispute(bureau: Bureau, link_id: str) -> Event:
    opened = record_dispute(
        batch=world.BATCH, link_id=link_id, source="当事人", on=TODAY, by="D1", reason="称不是本人"
    )
    return bureau.ledger.append(opened, at=AT)


def test_a_dispute_asks_those_who_got_the_paper_to_wait_until_it_is_answered(bureau):
    before = bureau.settle()
    documents = bureau.documents_of(WRONG)
    for number in documents:
        bureau.deliver(number)
    opened = open_dispute(bureau, WRONG)
    made = bureau.settle()
    assert "S3" not in totals(made["score_deductions"])
    assert WRONG not in made["referrals"]["link_id"].to_list()
    assert set(made["corrections"]["recipient_name"]) == set(documents.values())
    assert set(made["corrections"]["change"]) == {"disputed"}
    for letter in made["corrections"]["letter_id"].unique().sort():
        bureau.deliver(letter)
    still = bureau.settle()["corrections"]
    assert still.height == made["corrections"].height  # being told to wait isn't the answer
    answered = record_resolution(opened, by="D2", reason="已核实", on=TODAY, upheld=False)
    stored = bureau.ledger.append(answered, at=AT)
    after = bureau.settle()
    assert after["corrections"].height == 0
    assert all(after[name].equals(before[name]) for name in ("referrals", "school_notices"))
    retraction = NewEvent(EventKind.RETRACTION, stored.event_id, "D2", {"reason": "登记有误"})
    bureau.ledger.append(retraction, at=AT)
    upheld = record_resolution(opened, by="D2", reason="冒用", on=TODAY, upheld=True)
    bureau.ledger.append(upheld, at=AT)
    assert set(bureau.settle()["corrections"]["change"]) == {"withdrawn", "replaced"}


def test_a_notice_that_counts_only_what_is_disputed_waits_and_is_not_called_withdrawn(bureau):
    [notice] = [number for number in bureau.documents_of(WRONG) if number.startswith("N")]
    bureau.deliver(notice)
    open_dispute(bureau, WRONG)
    made = bureau.settle()
    events = bureau.ledger.events()
    disputed = find_disputed_notices(made["disclosures"], find_disputed(events))
    states = project_notice_states(
        notice_ids=made["school_notices"]["notice_id"],
        steps=read_steps(events),
        clocks=world.CLOCKS,
        today=TODAY,
        disputed=disputed,
    ).filter(pl.col("notice_id") == notice)
    assert states.select("state", "label", "clock").rows() == [("disputed", "异议待核", None)]


def test_nobody_is_pressed_for_an_answer_on_what_was_withdrawn_or_is_disputed(bureau):
    for number in bureau.documents_of(WRONG):
        bureau.deliver(number)
    given = bureau.settle()["disclosures"].filter(pl.col("kind") == "referral")
    links = sorted({link for links in given["links"] for link in links.split("、")})
    empty = {name: BY_NAME[name].empty() for name in Standing.__slots__}

    def list_pressed() -> set[str]:
        standing = Standing(**empty | {"disclosures": given})
        items = list_due_items(standing, events=bureau.ledger.events(), clocks=world.CLOCKS, today=TODAY)
        return set(items.filter(pl.col("kind") == "referral")["ref"])

    assert list_pressed() == set(given["document_id"])
    for link in links[1:]:
        withdraw(bureau, link)
    assert list_pressed() == {
        d for d, told in given.select("document_id", "links").rows() if links[0] in told
    }
    opened = open_dispute(bureau, links[0])
    assert list_pressed() == set()
    answer = record_resolution(opened, by="D2", reason="已核实", on=TODAY, upheld=False)
    bureau.ledger.append(answer, at=AT)
    assert list_pressed()


@settings(max_examples=3)
@given(st.permutations(range(1, 13)))
def test_withdrawing_everything_leaves_pupils_only_and_no_referral(tmp_path_factory, order):
    bureau = Bureau.found(tmp_path_factory.mktemp("bureau"))
    assert bureau.settle()["referrals"].height
    for number in order:
        withdraw(bureau, world.link_id(number))
    made = bureau.settle()
    assert totals(made["score_deductions"]) == {"S1": Decimal("1.00"), "S4": Decimal("2.00")}
    assert made["referrals"].height == 0
    assert not list((bureau.out / "referrals" / world.BATCH).iterdir())


def test_everything_that_was_told_of_one_person_is_one_query(bureau):
    for number in bureau.documents_of(WRONG):
        bureau.deliver(number)
    told = find_disclosures_of(bureau.settle()["disclosures"], WRONG)
    assert set(told["recipient_name"]) == set(bureau.documents_of(WRONG).values())
    assert told.filter(pl.col("kind") == "referral")["fields"].null_count() == 0
    assert find_disclosures_of(told, "L0000000000000999").height == 0


def test_nothing_is_handed_over_that_does_not_stand_or_without_a_receipt(bureau):
    with pytest.raises(LedgerError, match="没有这份文书"):
        bureau.deliver("N999999999999")
    assert bureau.ledger.events() == []
