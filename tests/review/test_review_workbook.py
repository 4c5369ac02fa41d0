from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import polars as pl
import pytest
import pyzipper

from tests.documents.printed import needs_office, print_pages
from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    KEY,
    LATIN,
    LEFT,
    LIKELY,
    RIVAL,
    SURE,
    candidate_links,
    evidence,
    identities,
    people,
    schools,
    states_of,
    terms,
    write_books,
)
from tongcha.documents.sheets import open_workbook
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger
from tongcha.linkage.evidence import LABELS
from tongcha.policy.review import Reasons
from tongcha.review.decisions import record_retraction
from tongcha.review.layout import INPUTS, name_workbook
from tongcha.review.return_file import PROPERTIES_PART, ReturnCover, read_cover
from tongcha.review.returns import take_returns
from tongcha.review.shown import PRIOR, ShownTables, show_links
from tongcha.review.workbook import split_differences
from tongcha.review.workbook_formats import add_formats
from tongcha.review.workbook_sides import add_guide_sheet
from tongcha.synthetic.workbook_filler import Answer, fill_workbook, list_links

pytestmark = pytest.mark.slow  # workbooks are written, filled in and read back


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


@pytest.fixture
def links():
    return candidate_links()


def same(reviewer: str = "r1", reason: str = "") -> Answer:
    return Answer("same", reviewer, DAY, reason)


def other(reviewer: str = "r1", reason: str = "年龄相差很大") -> Answer:
    return Answer("different", reviewer, DAY, reason)


def test_only_proposed_links_are_in_the_first_rounds_book(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    assert path.name == f"{BATCH}-一审.xlsx"
    assert sorted(list_links(path)) == sorted([SURE, LIKELY, RIVAL, LEFT, LATIN])


def test_the_same_tables_give_the_same_bytes(ledger, links, tmp_path):
    [first] = write_books(ledger, links, tmp_path / "a")
    [second] = write_books(ledger, links.reverse(), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_score_is_nowhere_on_the_reviewers_sheet(ledger, links, tmp_path):
    [path] = write_books(ledger, links.with_columns(score=links["score"] * 0 + 31.4159), tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert b"31.4159" not in archive.read("xl/worksheets/sheet1.xml")
        assert b"31.4159" not in archive.read("xl/worksheets/sheet2.xml")
        assert b"31.4159" not in archive.read("xl/sharedStrings.xml")


def test_collected_text_never_becomes_a_formula_or_a_link(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml").replace(b"<formula1>", b"")
        assert not any(
            "hyperlink" in archive.read(name).decode("utf-8", "ignore").lower().replace("=hyperlink(1)", "")
            for name in archive.namelist()
            if name.endswith(".rels")
        )


def test_differing_characters_are_marked_and_wholly_different_values_are_not():
    assert split_differences("李芳", "李方") == [("李", False), ("芳", True)]
    assert split_differences("李芳", "王建国") == [("李芳", False)]
    assert split_differences("13800138001", "13800138001") == [("13800138001", False)]


def test_a_reviewer_sees_what_was_compared_and_no_mark_that_turns_it(links):
    """U+202E made 432110891020302012 read as the number that the registry holds."""
    met = identities().with_columns(
        name=pl.lit("\u202e李\u200b芳"), id_number=pl.lit("\u202e432110891020302012")
    )
    tables = ShownTables(links, evidence(links), met, people(), schools())
    pairs = show_links(tables, [LIKELY])[0].pairs
    assert pairs["姓名"].collected == "李芳"
    assert pairs["证件号码"].collected == "432110891020302012"


def test_an_untouched_book_comes_back_blank(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    table = take_returns([path], ledger, terms(links), at=AT)
    assert set(table["outcome"]) == {"blank"}
    assert [event.kind for event in ledger.events()] == [EventKind.FILE_RECEIVED]


def test_what_reviewers_write_becomes_judgements_on_what_they_saw(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: same(), LIKELY: other(reason="身份证号码不同")})
    table = take_returns([path], ledger, terms(links), at=AT)
    by_link = {event.subject: event for event in ledger.events(EventKind.JUDGEMENT)}
    assert by_link[SURE].payload == {
        "batch": BATCH,
        "round": "一审",
        "verdict": "same",
        "reason": "",
        "evidence_hash": f"h{SURE}",
        "decided_on": "2026-10-20",
    }
    assert by_link[LIKELY].payload["verdict"] == "different"
    assert dict(table.select("link_id", "outcome").iter_rows())[LEFT] == "blank"


def test_two_people_in_two_books_settle_a_link_and_a_panel_settles_their_disagreement(
    ledger, links, tmp_path
):
    [first] = write_books(ledger, links, tmp_path / "out")
    fill_workbook(first, {SURE: same("r1"), LIKELY: same("r1"), RIVAL: other("r1")}, tmp_path / first.name)
    take_returns([tmp_path / first.name], ledger, terms(links), at=AT)
    assert states_of(ledger, links)[SURE] == "已确认"
    assert states_of(ledger, links)[LIKELY] == "待二审"
    rest, second = write_books(ledger, links, tmp_path / "out")
    assert sorted(list_links(rest)) == sorted([LEFT, LATIN])
    fill_workbook(second, {LIKELY: same("r2"), RIVAL: same("r2")}, tmp_path / second.name)
    take_returns([tmp_path / second.name], ledger, terms(links), at=AT)
    assert states_of(ledger, links)[LIKELY] == "已确认"
    assert states_of(ledger, links)[RIVAL] == "待集体研究"
    panel = write_books(ledger, links, tmp_path / "out")[-1]
    assert panel.name == name_workbook(BATCH, "集体研究")
    fill_workbook(panel, {RIVAL: other("r3、r4", "出生日期不同，不是同一人")}, tmp_path / panel.name)
    take_returns([tmp_path / panel.name], ledger, terms(links), at=AT)
    assert states_of(ledger, links)[RIVAL] == "已否定"


def test_the_second_book_does_not_tell_the_first_answer(links, tmp_path):
    books = []
    for number, answer in enumerate((same("r1", "完全相符哦"), other("r1"))):
        own = Ledger(f"sqlite:///{tmp_path / str(number)}.sqlite")
        [first] = write_books(own, links, tmp_path / f"o{number}")
        fill_workbook(first, {LIKELY: answer})
        take_returns([first], own, terms(links), at=AT)
        books.append(write_books(own, links, tmp_path / f"o{number}")[1].read_bytes())
    assert books[0] == books[1]


def test_importing_again_changes_neither_ledger_nor_table(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: same(), LIKELY: same()})
    first = take_returns([path], ledger, terms(links), at=AT)
    head = ledger.verify().head
    again = take_returns([path], ledger, terms(links), at="2026-11-01T00:00:00+08:00")
    assert again.equals(first)
    assert ledger.verify().head == head


def test_the_same_judgement_in_a_second_file_is_known(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: same()})
    copy = path.with_name("副本.xlsx")
    copy.write_bytes(path.read_bytes())
    table = take_returns([path, copy], ledger, terms(links), at=AT)
    assert sorted(table.filter(table["link_id"] == SURE)["outcome"]) == ["known", "recorded"]
    assert len(ledger.events(EventKind.JUDGEMENT)) == 1


def test_evidence_that_changed_since_refuses_the_row_and_says_so(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: same(), LIKELY: same()})
    changed = candidate_links(SURE={"evidence_hash": "new"})
    rows = take_returns([path], ledger, terms(changed), at=AT)
    reasons = dict(rows.filter(rows["outcome"] == "refused").select("link_id", "reason").iter_rows())
    assert list(reasons) == [SURE]
    assert "证据已变化" in reasons[SURE]


@pytest.mark.parametrize("name", ["~${}", ".~lock.{}#"])
def test_the_lock_file_of_an_open_workbook_is_passed_over(ledger, links, tmp_path, name):
    [path] = write_books(ledger, links, tmp_path)
    lock = path.with_name(name.format(path.name))
    lock.write_bytes(b"\x05user")
    assert set(take_returns([lock, path], ledger, terms(links), at=AT)["file"]) == {path.name}


def test_a_book_of_another_batch_is_left_alone(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: same()})
    assert take_returns([path], ledger, terms(links, batch="2026-11-01-02"), at=AT).is_empty()


def test_a_book_sealed_with_another_key_is_refused_as_a_whole(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path, key=b"x" * 32)
    table = take_returns([path], ledger, terms(links), at=AT)
    assert table.select("row", "outcome").rows() == [(0, "refused")]
    assert "密钥" in table["reason"][0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "批次,姓名".encode("gb18030")])
def test_a_file_that_is_no_workbook_is_refused_as_a_whole(ledger, links, tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    table = take_returns([path], ledger, terms(links), at=AT)
    assert table.select("row", "outcome").rows() == [(0, "refused")]


@pytest.mark.parametrize(
    ("answer", "column"),
    [
        (Answer("是的，同一人", "r1", DAY), "结论"),
        (Answer("", "r1", DAY, "只有理由"), "结论"),
        (Answer("different", "r1", DAY, "不像"), "理由"),
        (Answer("same", "r1", DAY, "长" * 301), "理由"),
        (Answer("回避", "r1", DAY), "理由"),
        (Answer("same", "r9", DAY), "复核人"),
        (Answer("same", "复核员甲", DAY), "复核人"),
        (Answer("same", "r5", DAY), "复核人"),
        (Answer("same", "r1、r2", DAY), "复核人"),
        (Answer("same", "", DAY), "复核人"),
    ],
)
def test_a_wrong_answer_is_refused_with_row_and_column(ledger, links, tmp_path, answer, column):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {LIKELY: answer, SURE: same()})
    table = take_returns([path], ledger, terms(links), at=AT)
    refused = table.filter(table["outcome"] == "refused")
    assert refused["link_id"].to_list() == [LIKELY]
    assert refused["reason"][0].startswith(f"第 {refused['row'][0]} 行“{column}”列：")
    assert len(ledger.events(EventKind.JUDGEMENT)) == 1, "the good row is taken all the same"


def test_reasons_and_fates_never_repeat_a_person(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {LIKELY: Answer("same", "王建国", DAY), SURE: Answer("王建国", "r1", DAY)})
    text = "".join(take_returns([path], ledger, terms(links), at=AT)["reason"])
    values = [v for frame in (identities(), people()) for v in frame["name"].to_list()]
    assert not any(value in text for value in values)


def test_one_person_cannot_judge_in_both_rounds(ledger, links, tmp_path):
    [first] = write_books(ledger, links, tmp_path / "out")
    fill_workbook(first, {LIKELY: same("r1")}, tmp_path / first.name)
    take_returns([tmp_path / first.name], ledger, terms(links), at=AT)
    second = write_books(ledger, links, tmp_path / "out")[1]
    fill_workbook(second, {LIKELY: same("r1")}, tmp_path / second.name)
    table = take_returns([tmp_path / first.name, tmp_path / second.name], ledger, terms(links), at=AT)
    refused = table.filter(table["outcome"] == "refused")
    assert "不同的人" in refused["reason"][0]
    assert states_of(ledger, links)[LIKELY] == "待二审"


def test_a_round_is_answered_by_one_person_who_may_think_again_until_the_next_begins(ledger, links, tmp_path):
    [first] = write_books(ledger, links, tmp_path / "out")

    def hand_in(book, name, answer):
        fill_workbook(book, {LIKELY: answer}, tmp_path / name)
        table = take_returns([tmp_path / name], ledger, terms(links), at=AT)
        return table.filter(table["outcome"] != "blank")["reason"].to_list()[0]

    assert hand_in(first, "1.xlsx", other("r1")) == "已登记"
    assert "已由他人作出判断" in hand_in(first, "2.xlsx", same("r2"))
    assert hand_in(first, "3.xlsx", other("r1", "手机号也不同")) == "已登记"
    second = write_books(ledger, links, tmp_path / "next")[1]
    assert hand_in(second, "4.xlsx", same("r2")) == "已登记"
    assert states_of(ledger, links)[LIKELY] == "待集体研究"
    assert "之后已有人作出判断" in hand_in(first, "5.xlsx", same("r1"))
    assert states_of(ledger, links)[LIKELY] == "待集体研究"
    assert hand_in(first, "6.xlsx", other("r1", "手机号也不同")) == "已登记"  # an old answer changes nothing
    for said in [event for event in ledger.events(EventKind.JUDGEMENT) if event.actor == "r1"]:
        ledger.append(record_retraction(event_id=said.event_id, by="D1", reason="看错了行"), at=AT)
    assert hand_in(first, "7.xlsx", same("r1")) == "已登记"  # the round is open again


def test_a_judgement_is_not_dated_ahead(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: Answer("same", "r1", DAY + timedelta(days=1))})
    table = take_returns([path], ledger, terms(links), at=AT)
    assert "晚于今天" in table.filter(table["outcome"] == "refused")["reason"][0]
    assert ledger.events(EventKind.JUDGEMENT) == []


def test_neither_a_files_name_nor_a_reason_takes_a_number_into_the_ledger(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    number, phone = "210203198001011234", "13800138002"
    fill_workbook(path, {SURE: same("r1"), LIKELY: other("r1", f"号码是{phone}")})
    named = [tmp_path / f"王_{number}.xlsx", tmp_path / f"王_{phone}.xlsx"]
    for copy in named:
        copy.write_bytes(path.read_bytes())
    table = take_returns([*named, path], ledger, terms(links), at=AT)
    refused = table.filter(table["outcome"] == "refused")
    assert refused.filter(refused["row"] == 0)["file"].to_list() == ["王_＊.xlsx"]
    assert [e.subject for e in ledger.events(EventKind.JUDGEMENT)] == [SURE]
    written = str([event.payload for event in ledger.events()]) + str(table.rows())
    assert not any(value in written for value in (number, phone))


def test_a_recusal_is_recorded_and_the_link_waits_for_someone_else(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: Answer("回避", "r1", DAY, "与当事人是同事")})
    take_returns([path], ledger, terms(links), at=AT)
    assert [event.actor for event in ledger.events(EventKind.RECUSAL)] == ["r1"]
    assert states_of(ledger, links)[SURE] == "待一审"


def test_whoever_keeps_out_of_a_case_is_told_that_their_other_answers_in_it_do_not_count(
    ledger, links, tmp_path
):
    [path] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {RIVAL: Answer("回避", "r1", DAY, "与当事人是同事"), LIKELY: same(), SURE: same()})
    for _ in range(2):
        table = take_returns([path], ledger, terms(links), at=AT)
        told = table.filter(pl.col("reason").str.contains("其判断不计"))
        assert told["link_id"].to_list() == [LIKELY]
    assert states_of(ledger, links)[LIKELY] == "待一审"


def test_a_book_claims_its_batch_and_round_and_other_files_claim_nothing(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    assert read_cover(path) == ReturnCover(BATCH, "一审")
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    assert read_cover(tmp_path / "x.xlsx") is None
    with pyzipper.AESZipFile(tmp_path / "x.xlsx", "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"a-long-password")
        archive.writestr(PROPERTIES_PART, b"<a/>")
    assert read_cover(tmp_path / "x.xlsx") is None
    assert read_cover(tmp_path / "missing.xlsx") is None


def test_the_prior_is_left_out_under_the_name_that_linkage_gives_it():
    assert LABELS["prior"] == PRIOR


def test_the_inputs_are_the_four_yellow_columns():
    assert INPUTS == ("结论", "理由", "复核人", "日期")


def test_a_key_never_stands_in_the_book(ledger, links, tmp_path):
    [path] = write_books(ledger, links, tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert not any(KEY in archive.read(name) for name in archive.namelist())


@needs_office
def test_the_printed_guide_shows_every_line_whole(tmp_path):
    buffer = io.BytesIO()
    book = open_workbook(buffer)
    add_guide_sheet(book, add_formats(book), Reasons(required_for=("different",), min_chars=4, max_chars=300))
    book.close()
    pages = print_pages(buffer.getvalue(), "guide.xlsx", tmp_path)
    told = "".join(pages[0].split())
    assert len(pages) == 1
    assert "复核人处以顿号写全部参加人的“代号/签名码”。" in told, told
