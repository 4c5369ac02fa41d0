"""What lies in the outbox leaves only as ledger, policies and day stand when it is handed over."""

from __future__ import annotations

import datetime as dt
import shutil

import polars as pl
import pytest

from assets.gate import find_lapsed
from pipelines.caseview import show_disclosures
from pipelines.casework import Desk
from pipelines.handover import deliver, list_papers, record_handed_over
from pipelines.home import Home
from pipelines.packing import pack_document
from pipelines.report import find_link, read_all
from pipelines.resources import build_office
from pipelines.runs import Runner
from pipelines.withdrawal import record, withdraw_link
from tongcha.errors import LedgerError
from tongcha.responsibility.steps import record_strike
from tongcha.review.decisions import record_retraction
from tongcha.review.disputes import record_dispute

pytestmark = pytest.mark.slow
BY = "R06"


@pytest.fixture
def desk(runner) -> Desk:
    return Desk(runner, BY)


def choose_package(desk: Desk) -> tuple[str, str]:
    """A package and a link that it speaks of."""
    row = list_papers(desk.runner).filter(pl.col("kind") == "referral").row(0, named=True)
    return row["document_id"], row["links"].split("、")[0]


def test_no_paper_leaves_on_a_judgement_that_was_taken_back_even_if_the_machine_stopped_then(desk, tmp_path):
    package, link = choose_package(desk)
    own = (pl.col("link_id") == link) & pl.col("is_current")
    signature = read_all(desk.runner.home, "judgements").filter(own)["event_id"][0]
    record(desk.runner, record_retraction(event_id=signature, by=BY, reason="看错了行"))  # and no `act`
    with pytest.raises(LedgerError, match="不能对外"):
        deliver(desk, package, on=None, receipt="签收")
    (usb := tmp_path / "usb").mkdir()
    with pytest.raises(LedgerError, match="不能对外"):
        pack_document(desk, package, usb, password_file=tmp_path / "password.txt")
    assert read_all(desk.runner.home, "disclosures").is_empty()


def test_no_file_leaves_that_somebody_altered_in_the_outbox(desk, tmp_path):
    package, _ = choose_package(desk)
    path = list_papers(desk.runner).filter(pl.col("document_id") == package)["path"][0]
    letter = desk.runner.home.outbox / path
    letter.write_bytes(letter.read_bytes() + b"x")
    with pytest.raises(LedgerError, match="与登记的指纹不符"):
        deliver(desk, package, on=None, receipt="签收")
    (usb := tmp_path / "usb").mkdir()
    with pytest.raises(LedgerError, match="指纹"):
        pack_document(desk, package, usb, password_file=tmp_path / "password.txt")
    assert not list(usb.iterdir())
    assert read_all(desk.runner.home, "disclosures").is_empty()


def test_what_changed_between_the_look_and_the_record_is_looked_at_again(desk):
    package, _ = choose_package(desk)
    now = list_papers(desk.runner).filter(pl.col("document_id") == package)
    seen = now.with_columns(sha256=pl.lit("0" * 64))  # as it was before somebody else's run
    with pytest.raises(LedgerError, match="登记之间另有变动"):
        record_handed_over(desk, seen, on=None, receipt="签收")
    assert read_all(desk.runner.home, "disclosures").is_empty()


def test_a_link_that_the_gate_never_let_through_may_not_leave_by_any_paper(desk):
    office = build_office(desk.runner.home)
    waiting = "L9999999999999999"
    assert find_lapsed(office, {waiting}) == {waiting: "没有通过关口"}
    _, link = choose_package(desk)
    assert find_lapsed(office, {link}) == {}


def test_no_notice_leaves_on_a_judgement_that_was_taken_back_either(desk):
    notices = list_papers(desk.runner).filter((pl.col("kind") == "notice") & (pl.col("links") != ""))
    row = notices.row(0, named=True)
    own = (pl.col("link_id") == row["links"].split("、")[0]) & pl.col("is_current")
    signature = read_all(desk.runner.home, "judgements").filter(own)["event_id"][0]
    record(desk.runner, record_retraction(event_id=signature, by=BY, reason="看错了行"))  # and no `act`
    with pytest.raises(LedgerError, match="不能对外"):
        deliver(desk, row["document_id"], on=None, receipt="签收")


def test_the_gate_holds_a_disputed_link_back_from_the_moment_it_is_recorded(desk):
    _, link = choose_package(desk)
    office = build_office(desk.runner.home)
    batch = str(find_link(desk.runner.home, link)["batch"])
    event = record_dispute(
        batch=batch, link_id=link, source="当事人", on=office.today, by=BY, reason="称不是本人"
    )
    desk.append([event])  # and no `act`
    assert "异议尚未办结" in find_lapsed(office, {link})[link]


def test_no_paper_leaves_once_the_source_of_its_batch_has_expired(desk):
    package, _ = choose_package(desk)
    home = desk.runner.home
    home.write_settings(home.settings().model_copy(update={"today": dt.date(2028, 1, 1)}))
    with pytest.raises(LedgerError, match="使用期限已过"):
        deliver(desk, package, on=None, receipt="签收")


def test_a_notice_whose_sum_a_stopped_machine_left_behind_is_computed_anew_and_shown_first(desk):
    charged = read_all(desk.runner.home, "score_deductions").filter(pl.col("rule") == "teacher_confirmed")
    alone = charged.join(charged.group_by("school_id", "campaign").len().filter(pl.col("len") > 1),
                         on=["school_id", "campaign"], how="semi").sort("case_ref")  # fmt: skip
    row = alone.join(read_all(desk.runner.home, "school_notices"), on=["school_id", "campaign"]).row(
        0, named=True
    )
    desk.append([record_strike(case_ref=row["case_ref"], by=BY, reason="申辩成立")])  # and no `settle`
    with pytest.raises(LedgerError, match="内容有变"):
        deliver(desk, row["notice_id"], on=None, receipt="签收")
    deliver(desk, row["notice_id"], on=None, receipt="签收")  # the new one was looked at


def test_other_rules_of_the_day_are_seen_before_a_notice_leaves(desk, tmp_path):
    home = desk.runner.home
    own = shutil.copytree(home.policies(), tmp_path / "policy")
    rules = own / "deductions.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace('points: "2.00"', 'points: "3.00"'), "utf-8")
    home.write_settings(home.settings().model_copy(update={"policies": str(own)}))
    charged = read_all(home, "score_deductions").filter(pl.col("rule") == "teacher_confirmed")
    notice = charged.join(read_all(home, "school_notices"), on=["school_id", "campaign"])["notice_id"][0]
    with pytest.raises(LedgerError, match="内容有变"):
        deliver(Desk(Runner.open(Home(home.root)), BY), notice, on=None, receipt="签收")


def pack(desk: Desk, package: str, folder) -> None:
    usb, secret = folder / "usb", folder / "secret"
    usb.mkdir(exist_ok=True)
    secret.mkdir(exist_ok=True)
    pack_document(desk, package, usb, password_file=secret / "password.txt")


def test_whoever_got_a_packet_before_its_link_was_withdrawn_is_asked_to_correct_it(desk, tmp_path, capsys):
    package, link = choose_package(desk)
    with pytest.raises(LedgerError, match="没有打包的记录"):
        deliver(desk, package, on=None, receipt="签收", is_packed=True)
    pack(desk, package, tmp_path)
    capsys.readouterr()
    withdraw_link(desk.runner, link, by=BY, reason="不是此人")
    assert f"{package}（" in capsys.readouterr().out  # somebody is asked whether it has left
    show_disclosures(desk.runner.home, link)
    assert "已打包、没有登记送达" in (before := capsys.readouterr().out)
    assert package in before
    with pytest.raises(LedgerError, match=r"--packed|打包之后内容有变"):
        deliver(desk, package, on=None, receipt="当日已交机要")
    deliver(desk, package, on=None, receipt="当日已交机要", is_packed=True)
    assert "更正函" in capsys.readouterr().out
    corrections = read_all(desk.runner.home, "corrections")
    given = read_all(desk.runner.home, "disclosures")
    assert set(given["document_id"]) == {package}
    assert corrections.height == given.height
    assert set(corrections["change"]) <= {"withdrawn", "replaced"}
    show_disclosures(desk.runner.home, link)
    assert "已打包、没有登记送达：没有" in capsys.readouterr().out


def test_what_was_packed_and_what_stands_now_are_never_taken_for_each_other(desk, tmp_path):
    papers = list_papers(desk.runner).filter(pl.col("kind") == "referral")
    several = papers.filter(pl.col("links").str.contains("、")).row(0, named=True)
    package, link = several["document_id"], several["links"].split("、")[0]
    pack(desk, package, tmp_path)
    packed = papers.filter(pl.col("document_id") == package)
    withdraw_link(desk.runner, link, by=BY, reason="不是此人")
    with pytest.raises(LedgerError, match="打包之后内容有变"):
        deliver(desk, package, on=None, receipt="签收")
    deliver(desk, package, on=None, receipt="签收", is_packed=True)
    assert set(read_all(desk.runner.home, "disclosures")["sha256"]) == set(packed["sha256"])
    deliver(desk, package, on=None, receipt="签收")  # on paper; the packet is accounted for
    now = list_papers(desk.runner).filter(pl.col("document_id") == package)
    assert set(now["sha256"]) <= set(read_all(desk.runner.home, "disclosures")["sha256"])


def test_a_packed_notice_of_which_nothing_stands_any_more_starts_no_clock_when_it_is_told(desk, tmp_path):
    notices = list_papers(desk.runner).filter(pl.col("kind") == "notice", pl.col("links") != "")
    alone = notices.sort(pl.col("links").str.len_chars(), "document_id").row(0, named=True)
    notice = alone["document_id"]
    pack(desk, notice, tmp_path)
    for link in alone["links"].split("、"):
        withdraw_link(desk.runner, link, by=BY, reason="不是此人")
    stands = notice in set(list_papers(desk.runner)["document_id"])
    deliver(desk, notice, on=None, receipt="签收", is_packed=True)
    states = read_all(desk.runner.home, "notice_states").filter(pl.col("notice_id") == notice)
    assert (not states.is_empty() and states["state"][0] == "notified") == stands
    assert read_all(desk.runner.home, "corrections")["path"].to_list() == [alone["path"]]
