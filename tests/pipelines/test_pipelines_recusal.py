"""Whoever records cases says that one concerns somebody near to them, and then has no more to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from assets.store import WHOLE, TableStore
from pipelines.casework import Desk, refuse_interested
from pipelines.closing import admit_closer
from pipelines.concerned import locate_links
from pipelines.handover import deliver
from pipelines.recusal import recuse
from pipelines.report import read_all
from pipelines.resources import build_office
from tests.casebook.casebook_scene import POLICY
from tests.pipelines.case_desk import CLERK, TODAY, open_desk, refuse, say, store_tables
from tests.responsibility import hand_worked as world
from tongcha.casebook.issues import build_issue_ledger
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_judgement
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.runs import Runner

LINK = world.link_id(1)
WHY = ("--reason", "与当事人是亲属")
OTHER = "K02"


@pytest.fixture(scope="module")
def stored() -> dict[str, pl.DataFrame]:
    """The hand-worked schools, the register of their issues, and the links behind their acts."""
    made = store_tables()
    acts = made["school_responsibilities"]
    links = BY_NAME["candidate_links"].schema
    own = [
        name for name in ("link_id", "batch", "raid_id", "identity_id", "person_id") if name in acts.columns
    ]
    blank = {name: pl.lit(None, dtype) for name, dtype in links.items() if name not in own}
    candidates = acts.select(own).with_columns(**blank)
    issues = build_issue_ledger(
        sites=made["sites"], school_responsibilities=acts, score_deductions=made["score_deductions"],
        events=[], policy=POLICY,
    )  # fmt: skip
    return made | {"candidate_links": candidates.select(links.names()), "issue_ledger": issues}


@pytest.fixture
def home(tmp_path, monkeypatch, stored) -> Home:
    made = open_desk(tmp_path, monkeypatch, stored)
    people = (made.root / "reviewers.yaml").read_text(encoding="utf-8")
    more = f"- {{code: {OTHER}, name: 另一办案员, roles: [办案]}}\n"
    (made.root / "reviewers.yaml").write_text(people + more, encoding="utf-8")
    return made


def recused(home: Home) -> list[tuple[str, str]]:
    events = Ledger(home.ledger_url()).events(EventKind.RECUSAL)
    return [(event.actor, event.subject) for event in events]


def test_who_only_records_cases_declares_a_conflict_of_interest_and_saying_it_twice_is_saying_it_once(home):
    assert "由他人办理" in say("case", "recuse", LINK, "--by", CLERK, *WHY)
    assert "不重复" in say("case", "recuse", LINK, "--by", CLERK, *WHY)
    assert recused(home) == [(CLERK, LINK)]


def test_who_is_recused_may_neither_withdraw_strike_nor_close_an_issue_of_the_case_and_others_may(home):
    issue = read_all(home, "issue_ledger").filter(pl.col("case_ref") == LINK)["issue_id"][0]
    batch = read_all(home, "candidate_links").filter(pl.col("link_id") == LINK)["batch"][0]
    say("case", "recuse", LINK, "--by", CLERK, *WHY)
    acts = [
        ("withdraw", LINK, "--reason", "不是此人"),
        ("case", "strike", LINK, "--reason", "申辩成立"),
        ("issue", "assign", issue, "--measure", "约谈", "--department", "教管科", "--person", "科长"),
        ("case", "close", batch, "--reason", "期满"),
        ("case", "hand-over", batch, "Q1", "--to", "999900", "--reason", "属地"),
    ]
    for words in acts:
        assert "声明过回避" in refuse(*words, "--by", CLERK), words
    say(*acts[1], "--by", OTHER)
    say(*acts[2], "--by", OTHER)
    strike = Ledger(home.ledger_url()).events(EventKind.REPLY)[-1]
    assert "声明过回避" in refuse("retract", strike.event_id, "--by", CLERK, "--reason", "登记有误")
    say("case", "dispute", LINK, "--source", "当事人", "--by", CLERK, "--reason", "称不是本人")


@pytest.mark.usefixtures("home")
def test_who_is_recused_from_one_case_goes_on_with_the_others():
    say("case", "recuse", LINK, "--by", CLERK, *WHY)
    say("case", "strike", world.link_id(9), "--by", CLERK, "--reason", "申辩成立")


def test_nobody_takes_their_own_recusal_back(home):
    say("case", "recuse", LINK, "--by", CLERK, *WHY)
    event = Ledger(home.ledger_url()).events(EventKind.RECUSAL)[-1].event_id
    assert "不能由其决定" in refuse("retract", event, "--by", CLERK, "--reason", "登记有误")


def test_what_was_recorded_before_the_recusal_stands_and_is_named(home):
    say("case", "strike", LINK, "--by", CLERK, "--reason", "申辩成立")
    before = Ledger(home.ledger_url()).events()[-1].event_id
    assert before in say("case", "recuse", LINK, "--by", CLERK, *WHY)


def test_a_recusal_without_grounds_of_a_stranger_or_ahead_of_time_leaves_no_trace(home):
    assert "没有写明回避的理由" in refuse("case", "recuse", LINK, "--by", CLERK, "--reason", " ")
    assert "没有“办案”权限" in refuse("case", "recuse", LINK, "--by", "C02", *WHY)
    assert "不属代号 C05 的区划" in refuse("case", "recuse", LINK, "--by", "C05", *WHY)
    assert "晚于今天" in refuse("case", "recuse", LINK, "--by", CLERK, *WHY, "--on", "2026-11-21")
    assert "找不到" in refuse("case", "recuse", "L0000000000000000", "--by", CLERK, *WHY)
    assert recused(home) == []


@pytest.fixture
def rival(home) -> str:
    """Another candidate of whoever was met under `LINK`."""
    links = read_all(home, "candidate_links").with_columns(identity_id="link_id")
    another = links.filter(pl.col("link_id") == LINK).with_columns(link_id=pl.lit("L00000000000000ff"))
    batch = str(another["batch"][0])
    own = pl.concat([links.filter(pl.col("batch") == batch), another])
    TableStore(home.root / "tables").write(BY_NAME["candidate_links"], batch, own)
    return str(another["link_id"][0])


def test_who_keeps_out_of_one_candidate_keeps_out_of_the_others_of_whoever_was_met(rival):
    say("case", "recuse", rival, "--by", CLERK, *WHY)
    for act in (("withdraw",), ("case", "strike")):
        assert "声明过回避" in refuse(*act, LINK, "--by", CLERK, "--reason", "不是此人")
    say("case", "strike", LINK, "--by", OTHER, "--reason", "申辩成立")


@pytest.mark.parametrize("named", ["the link itself", "another candidate"])
def test_nobody_voids_a_verdict_by_declaring_its_author_recused_at_the_command_line(home, rival, named):
    signed = record_judgement(
        batch=world.BATCH, link_id=LINK, review_round="一审", reviewer="C04", verdict="same", reason="相符",
        evidence_hash="h", decided_on=TODAY,
    )  # fmt: skip
    Ledger(home.ledger_url()).append(signed, at="2026-11-20T08:00:00+08:00")
    link = LINK if named == "the link itself" else rival
    assert "须由本人签名" in refuse("case", "recuse", link, "--by", "C04", *WHY)
    assert recused(home) == []


def test_a_paper_that_was_handed_over_is_about_its_links_whatever_became_of_it(home):
    other = world.link_id(2)
    given = {
        "seq": 1, "event_id": "E0000000000000001", "document_id": "N00000000000a", "kind": "notice",
        "recipient_name": "示例市第一中学", "path": "p", "sha256": "s", "links": f"{other}、{LINK}",
        "basis": "b", "on": TODAY, "receipt": "签收", "by": CLERK,
    }  # fmt: skip
    store = TableStore(home.root / "tables")
    store.write(BY_NAME["disclosures"], WHOLE, world.build("disclosures", [given]))
    assert locate_links(store, [])["N00000000000a"] == {other, LINK}


def test_who_may_close_a_batch_answers_for_all_its_raids(home):
    batch = read_all(home, "candidate_links")["batch"][0]
    with pytest.raises(LedgerError, match="不属代号 C05 的区划"):
        admit_closer(home, batch, "C05")
    admit_closer(home, batch, CLERK)


@pytest.mark.slow
def test_who_is_recused_hands_over_no_paper_of_the_case_and_takes_no_step_of_its_notice(runner: Runner):
    home = runner.home
    referral = read_all(home, "referrals").sort("referral_id").row(0, named=True)
    desk, link = Desk(runner, "R06"), referral["link_id"]
    recuse(desk, referral["referral_id"], on=None, reason="与当事人是师生")
    assert recused(home) == [("R06", link)]
    about = locate_links(build_office(home).tables, [])
    packages = read_all(home, "referral_packages").filter(pl.col("batch") == referral["batch"])
    mine = [package for package in packages["package_id"].unique() if link in about[package]]
    assert mine
    with pytest.raises(LedgerError, match="声明过回避"):
        deliver(desk, mine[0], on=None, receipt="签收")
    cited = read_all(home, "score_deductions").filter(pl.col("case_ref").str.contains(link))
    whose = read_all(home, "school_notices").join(cited, on=["school_id", "campaign"], how="semi")
    office = build_office(home)
    for notice in whose["notice_id"]:
        with pytest.raises(LedgerError, match="声明过回避"):
            refuse_interested(office, office.events(), [NewEvent(EventKind.APPEAL, notice, "R06")])
    others = set(packages["package_id"]) - set(mine)
    for package in others:
        refuse_interested(office, office.events(), [NewEvent(EventKind.DISCLOSURE, package, "R06")])
