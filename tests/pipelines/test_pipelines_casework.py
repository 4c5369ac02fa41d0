"""Casework on a finished home: delivered, contested, struck, withdrawn, corrected, shown as known then."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
import pyzipper

from pipelines.archive import Archive
from pipelines.casedesk import draw_rechecks, reissue, report_outcome
from pipelines.caseview import show_disclosures
from pipelines.casework import Desk
from pipelines.disputes import dispute, resolve
from pipelines.handover import deliver, list_papers
from pipelines.packing import pack_document
from pipelines.replay import replay
from pipelines.report import read_all, show_link
from pipelines.request import NOWHERE, answer_person
from pipelines.resources import build_office
from pipelines.schooldesk import relieve, rule_on, strike
from pipelines.withdrawal import retract_event, withdraw_link
from tests.pipelines.conftest import digests
from tongcha.casebook.rectification import record_assignment, record_closing
from tongcha.errors import LedgerError, PolicyError
from tongcha.ledger.store import Ledger
from tongcha.responsibility.steps import record_step
from tongcha.review.disputes import record_dispute

pytestmark = pytest.mark.slow
BY = "R06"


@pytest.fixture
def desk(runner) -> Desk:
    return Desk(runner, BY)


def read(desk: Desk, name: str) -> pl.DataFrame:
    return read_all(desk.runner.home, name)


def choose_act(desk: Desk) -> dict[str, str]:
    """A link that is charged to a school: its number, the school, the notice, one package about it."""
    charged = read(desk, "score_deductions").filter(pl.col("rule") == "teacher_confirmed").sort("case_ref")
    own = charged.join(read(desk, "school_notices"), on=["school_id", "campaign"])
    row = own.row(0, named=True)
    routed = read(desk, "referrals").filter(pl.col("link_id") == row["case_ref"])
    packages = read(desk, "referral_packages").join(routed, on=["batch", "recipient", "recipient_name"])
    package = packages.sort("package_id").row(0, named=True)
    return {
        "link": row["case_ref"],
        "school": row["school_id"],
        "campaign": row["campaign"],
        "notice": row["notice_id"],
        "package": package["package_id"],
        "recipient": package["recipient_name"],
    }


def score(desk: Desk, act: dict[str, str]) -> Decimal:
    own = read(desk, "scoreboard").filter(
        (pl.col("school_id") == act["school"]) & (pl.col("campaign") == act["campaign"])
    )
    return sum(own["points"], Decimal("0.00"))


def test_a_school_is_told_answers_and_wins_a_case_back_and_all_of_it_can_be_retracted(desk):
    act = choose_act(desk)
    before = score(desk, act)
    deliver(desk, act["notice"], on=None, receipt="直接送达")
    today = build_office(desk.runner.home).today
    early = record_step(notice_id=act["notice"], step="decided", on=today, by=BY, reason="事实清楚")
    events = Ledger(desk.runner.home.ledger_url()).verify()
    with pytest.raises(LedgerError, match="申辩期未满"):
        desk.record([early])
    assert Ledger(desk.runner.home.ledger_url()).verify() == events  # nothing was stored
    desk.record([record_step(notice_id=act["notice"], step="contested", on=today, by=BY, reason="书面申辩")])
    strike(desk, act["link"], reason="申辩成立")
    assert score(desk, act) == before - Decimal("2.00")
    struck = Ledger(desk.runner.home.ledger_url()).events()[-1]
    retract_event(desk.runner, struck.event_id, by=BY, reason="登记有误")
    assert score(desk, act) == before
    told = read(desk, "notice_steps").filter(pl.col("step") == "notified")["event_id"][0]
    with pytest.raises(LedgerError, match="不能办理"):
        retract_event(desk.runner, told, by=BY, reason="未送达")  # the answer rests on it


def test_a_withdrawal_corrects_who_was_told_and_what_was_known_then_comes_out_again(desk, tmp_path):
    home, act = desk.runner.home, choose_act(desk)
    for number in (act["package"], act["notice"]):
        deliver(desk, number, on=None, receipt="回执")
    assert read(desk, "corrections").is_empty()
    upto = Ledger(home.ledger_url()).events()[-1].seq
    before = digests(home, "tables", "outbox")
    given = read(desk, "disclosures")
    withdraw_link(desk.runner, act["link"], by=BY, reason="证件被冒用")
    assert set(read(desk, "corrections")["recipient_name"]) == set(given["recipient_name"])
    after = digests(home, "tables", "outbox")

    found = replay(home, upto, out=tmp_path / "then")
    assert digests(home, "tables", "outbox") == after  # a replay changes nothing
    assert found.papers.height == given.height
    assert found.papers["again"].all()
    assert found.differences == []
    assert found.links.filter(pl.col("then") & ~pl.col("now"))["link_id"].to_list() == [act["link"]]
    assert found.sums["change"].to_list() == [Decimal("-2.00")]
    notice = given.filter(pl.col("kind") == "notice").row(0, named=True)
    assert before[f"outbox/{notice['path']}"] == notice["sha256"]
    reissue(home, notice["event_id"], tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == Archive(home.root).read(notice["sha256"])


def test_a_dispute_stops_what_would_leave_and_its_answer_restores_or_withdraws_it(desk, capsys):
    home, act = desk.runner.home, choose_act(desk)
    for number in (act["package"], act["notice"]):
        deliver(desk, number, on=None, receipt="回执")
    given = set(read(desk, "disclosures")["recipient_name"])
    before, points = digests(home, "outbox/referrals", "outbox/notices"), score(desk, act)
    said = record_dispute(
        batch="-", link_id=act["link"], source="当事人", on=date(2026, 1, 1), by=BY, reason="称不是本人"
    )
    [early] = desk.append([said])  # recorded, and not yet computed: the outbox still holds the package
    assert act["package"] not in list_papers(desk.runner)["document_id"].to_list()
    retract_event(desk.runner, early.event_id, by=BY, reason="登记有误")
    dispute(desk, act["link"], source="当事人", on=None, reason="称当日在外地")
    assert act["link"] not in read(desk, "referrals")["link_id"].to_list()
    assert score(desk, act) == points - Decimal("2.00")
    assert set(read(desk, "corrections")["change"]) == {"disputed"}
    assert set(read(desk, "corrections")["recipient_name"]) == given
    held = read(desk, "withheld_links").filter(pl.col("link_id") == act["link"])
    assert held["requirement"].to_list() == ["no_dispute"]
    assert act["link"] in read(desk, "due_items").filter(pl.col("kind") == "dispute")["ref"].to_list()
    show_link(home, act["link"])
    assert "当事人提出（登记人 R06" in capsys.readouterr().out
    resolve(desk, act["link"], upheld=False, on=None, reason="签到表证明在场")
    assert digests(home, "outbox/referrals", "outbox/notices") == before
    assert read(desk, "corrections").is_empty()
    answered = Ledger(home.ledger_url()).events()[-1]
    retract_event(desk.runner, answered.event_id, by=BY, reason="登记有误")
    resolve(desk, act["link"], upheld=True, on=None, reason="证件被冒用")
    assert score(desk, act) == points - Decimal("2.00")
    assert set(read(desk, "corrections")["change"]) <= {"withdrawn", "replaced"}
    assert set(read(desk, "corrections")["recipient_name"]) == given


def test_strangers_unknown_numbers_and_days_to_come_are_refused(desk):
    act = choose_act(desk)
    today = build_office(desk.runner.home).today
    with pytest.raises(LedgerError, match="不在人员名单中"):
        deliver(Desk(desk.runner, "NOBODY"), act["notice"], on=None, receipt="x")
    with pytest.raises(LedgerError, match="晚于今天"):
        deliver(desk, act["notice"], on=today + timedelta(days=1), receipt="x")
    with pytest.raises(LedgerError, match="没有待判定的问题"):
        rule_on(desk, act["link"], school_id=act["school"], reason="x")
    with pytest.raises(LedgerError, match="没有向该单位移送过"):
        report_outcome(desk, act["link"], outcome="proven", recipient=act["recipient"], measure="", on=None)
    with pytest.raises(LedgerError, match="没有这一事项"):
        strike(desk, "L9999999999999999", reason="x")
    assert read(desk, "disclosures").is_empty()


def test_points_come_back_only_when_every_issue_of_the_school_is_closed(desk):
    act = choose_act(desk)
    before, today = score(desk, act), build_office(desk.runner.home).today
    relief = {"campaign": act["campaign"], "relief": "rectification", "reason": "整改到位"}
    with pytest.raises(LedgerError, match="没有销号"):
        relieve(desk, act["school"], **relief)
    own = read(desk, "issue_ledger").filter(pl.col("school_id") == act["school"])["issue_id"].to_list()
    desk.record(
        record_assignment(
            issue_id=issue,
            measure="警示教育",
            due=today,
            department="教师管理科",
            person="科长",
            on=today,
            by=BY,
        )
        for issue in own
    )
    desk.record(record_closing(issue_id=issue, proof="核查记录", on=today, by=BY) for issue in own)
    relieve(desk, act["school"], **relief)
    assert score(desk, act) == before / 2
    draw_rechecks(desk, seed="会议纪要9号", on=None)
    assert set(read(desk, "rechecks")["issue_id"]) <= set(own)


def test_pupils_names_stay_where_they_are_by_default(desk):
    from pipelines.casedesk import release

    with pytest.raises(PolicyError, match="没有开放"):
        release(desk, on=None, reason="通报本校")
    assert read(desk, "pupil_lists").is_empty()
    assert not (desk.runner.home.outbox / "pupils").exists()


def test_a_package_leaves_encrypted_with_a_receipt_and_its_password_apart(desk, tmp_path, capsys):
    act = choose_act(desk)
    out, secret = tmp_path / "usb", tmp_path / "password.txt"
    with pytest.raises(LedgerError, match="不能显示密码"):
        pack_document(desk, act["package"], tmp_path, password_file=None)
    with pytest.raises(LedgerError, match="不存在"):
        pack_document(desk, act["package"], out, password_file=secret)
    out.mkdir()
    inside = desk.runner.home.outbox
    with pytest.raises(LedgerError, match="在工作目录之内"):
        pack_document(desk, act["package"], inside, password_file=secret)
    with pytest.raises(LedgerError, match="与加密包放在一起"):
        pack_document(desk, act["package"], out, password_file=out / "password.txt")
    with pytest.raises(LedgerError, match="不存在"):  # else the packet stays and its password is lost
        pack_document(desk, act["package"], out, password_file=tmp_path / "nowhere" / "password.txt")
    assert not list(out.iterdir())
    packet = pack_document(desk, act["package"], out, password_file=secret)
    password = secret.read_text(encoding="utf-8").strip()
    own = read(desk, "referral_packages").filter(pl.col("package_id") == act["package"])
    with pyzipper.AESZipFile(packet) as archive:
        archive.setpassword(password.encode())
        content = {name: archive.read(name) for name in archive.namelist()}
    listed = content.pop("清单.txt").decode("utf-8-sig")
    assert {hashlib.sha256(c).hexdigest() for c in content.values()} == set(own["sha256"])
    assert all(sha256 in listed for sha256 in own["sha256"])
    assert (out / f"{act['package']}-送达回证.docx").is_file()
    said = Ledger(desk.runner.home.ledger_url()).events()[-1]
    assert said.payload["packet_sha256"] == hashlib.sha256(packet.read_bytes()).hexdigest()
    assert password not in capsys.readouterr().out + str(said.payload)
    assert (packet.stat().st_mode | secret.stat().st_mode) & 0o077 == 0
    assert read(desk, "disclosures").is_empty()  # packed isn't handed over


def test_a_teacher_whom_somebody_without_a_number_was_taken_for_is_told_so_when_they_ask(desk, capsys):
    home = desk.runner.home
    met = read(desk, "confirmed_links").join(read(desk, "identities"), on=["batch", "identity_id"])
    numberless = met.filter(pl.col("id_clean").is_null())
    told = numberless.join(read(desk, "people"), on="person_id", suffix="_on_record")
    asks = told.drop_nulls("id_number_on_record").sort("link_id").row(0, named=True)
    assert answer_person(home, asks["id_number_on_record"], by=BY) == 1
    said = capsys.readouterr().out
    assert "被认定为本人" in said
    assert "比对一致不等于违规事实成立" in said
    assert "可以随时提出异议、请求更正" in said
    assert "id_number" not in said  # what was given is named as the papers name it
    events = Ledger(home.ledger_url()).events()
    assert events[-1].subject == f"{asks['batch']}/{asks['identity_id']}"
    assert answer_person(home, "990101199901011234", by=BY) == 0
    looked = Ledger(home.ledger_url()).events()[-1]
    assert (looked.subject, looked.actor) == (NOWHERE, BY)
    assert asks["id_number_on_record"] not in str(looked.payload) + str(events[-1].payload)


def test_whoever_reports_by_the_clue_number_on_the_letter_is_understood(desk, capsys):
    act = choose_act(desk)
    deliver(desk, act["package"], on=None, receipt="签收")
    routed = read(desk, "referrals").filter(pl.col("link_id") == act["link"])
    clue = routed.filter(pl.col("recipient_name") == act["recipient"])["referral_id"][0]
    show_link(desk.runner.home, clue)
    assert act["link"] in capsys.readouterr().out
    report_outcome(desk, clue, outcome="not_the_person", recipient=act["recipient"], measure="", on=None)
    withdraw_link(desk.runner, clue, by=BY, reason="不是此人")
    assert act["link"] not in set(read(desk, "confirmed_links")["link_id"])
    assert read(desk, "outcomes")["link_id"].to_list() == [act["link"]]


def test_only_the_corrections_of_the_link_asked_about_are_listed(desk, capsys):
    act = choose_act(desk)
    deliver(desk, act["package"], on=None, receipt="签收")
    withdraw_link(desk.runner, act["link"], by=BY, reason="不是此人")
    capsys.readouterr()
    show_disclosures(desk.runner.home, act["link"])
    assert read(desk, "corrections")["letter_id"][0] in capsys.readouterr().out
    show_disclosures(desk.runner.home, "L9999999999999999")
    assert "待更正：没有" in capsys.readouterr().out


def test_a_replay_into_a_folder_that_exists_is_refused_before_the_work(desk, tmp_path):
    with pytest.raises(LedgerError, match="已经存在"):
        replay(desk.runner.home, 1, out=tmp_path)
