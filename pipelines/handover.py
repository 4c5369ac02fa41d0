"""Handing over: what lies in the outbox may leave only as the ledger, the policies and the day stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from assets.gate import find_lapsed
from pipelines.archive import Archive, describe_making
from pipelines.report import read_all
from pipelines.resources import build_office, hold_home
from pipelines.states import settle_state, succeeded_last
from pipelines.terminal import say
from pipelines.workflow import settle
from tongcha.casebook.disclosures import record_delivery
from tongcha.casebook.packets import choose_packet, list_packets, list_unaccounted
from tongcha.casebook.papers import (
    JOIN,
    leave_out_stopped,
    list_answer_papers,
    list_correction_papers,
    list_referral_papers,
    list_school_papers,
)
from tongcha.casebook.supervision_files import list_supervision_papers
from tongcha.errors import LedgerError
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.responsibility.states import OPEN_TO_DEFENCE
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import find_disputed
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from datetime import date

    from assets.office import Office
    from pipelines.casework import Desk
    from pipelines.runs import Runner
    from tongcha.ledger.events import NewEvent

GATED = ("referral", "notice")
"""kinds of paper that say something of a link because it came through the gate"""


def list_papers(runner: Runner) -> pl.DataFrame:
    """Return every paper of the outbox that may be handed over as the ledger stands, shaped as `PAPERS`."""
    home, office = runner.home, build_office(runner.home)
    names = (
        "school_notices", "work_prompts", "pupil_lists", "score_deductions", "referral_packages",
        "referrals", "corrections", "supervision_orders", "dispute_answers",
    )  # fmt: skip
    tables = {name: read_all(home, name) for name in names}
    schools = office.tables.read(BY_NAME["schools"], office.tables.current_snapshot())
    referral = list_referral_papers(
        referral_packages=tables["referral_packages"],
        referrals=tables["referrals"],
        policy=office.policy(RoutingPolicy, "routing"),
    )
    school = list_school_papers(
        school_notices=tables["school_notices"],
        work_prompts=tables["work_prompts"],
        pupil_lists=tables["pupil_lists"],
        score_deductions=tables["score_deductions"],
        schools=schools,
        minors_clause=office.policy(MinorPolicy, "minors").clause,
    )
    orders = list_supervision_papers(
        tables["supervision_orders"], office.policy(CasebookPolicy, "casebook").supervision.clause
    )
    papers = pl.concat([referral, school, list_correction_papers(tables["corrections"]), orders])
    disputed, withdrawn = find_disputed(office.events()), find_withdrawn(office.events())
    upheld = pl.col("answer") == "成立"
    owed = tables["dispute_answers"].filter(
        pl.col("told_on").is_null(), upheld | ~pl.col("link_id").is_in(sorted(withdrawn))
    )
    return pl.concat(
        [
            leave_out_stopped(papers, disputed | withdrawn),
            leave_out_stopped(list_answer_papers(owed), disputed),
        ]
    )


def choose_document(runner: Runner, document_id: str) -> pl.DataFrame:
    """Return the files of a document, shaped as `PAPERS`, once it is sure that they are what stands today.

    Where something was recorded, a rule changed or a day passed since the outbox was computed (a machine
    may have stopped in between), it is computed again first; a document that comes out otherwise is refused,
    because what somebody holds in their hand is the one of before.

    Raises:
        LedgerError: no such document stands, it isn't what it was before, or it speaks of a link that lacks
            something of the gate by now.
    """
    own = pl.col("document_id") == document_id
    before = list_papers(runner).filter(own)
    if not succeeded_last(runner.instance, "settle", settle_state(runner.home)):
        settle(runner)
    found = list_papers(runner).filter(own)
    if found.is_empty():
        packets = list_packets(build_office(runner.home).events()).filter(own)
        told = "；打包的那一份已经交出的，送达登记加 --packed" if packets.height else ""
        fix = f"核对编号；已撤回的、有异议的不能送达{told}"
        raise LedgerError(f"文书 {document_id}", "发件箱中没有这份文书", fix)
    if before.height and not before.equals(found):
        fix = "查看发件箱中新的一份，再送达或者打包"
        raise LedgerError(f"文书 {document_id}", "按此后的登记、规则或者日期重算，内容有变", fix)
    refuse_lapsed(runner, found)
    return found


def refuse_lapsed(runner: Runner, papers: pl.DataFrame) -> None:
    """Refuse papers about a link that would not come through the gate now.

    Raises:
        LedgerError: some link lacks something.
    """
    said = papers.filter(pl.col("kind").is_in(GATED))["links"].drop_nulls().str.split(JOIN)
    lapsed = find_lapsed(build_office(runner.home), {link for links in said for link in links if link})
    if lapsed:
        link = min(lapsed)
        raise LedgerError(
            f"文书 {papers['document_id'][0]}", f"所涉比对 {link} 现在不能对外：{lapsed[link]}",
            "运行 tongcha act 重算，再看这份文书是否还在",
        )  # fmt: skip


def deliver(desk: Desk, document_id: str, *, on: date | None, receipt: str, is_packed: bool = False) -> None:
    """Record that a document was handed over, keep its bytes, and recompute what is due.

    Args:
        desk: who says so.
        document_id: the package, notice, prompt, order, list or letter.
        on: the day; None is today.
        receipt: how, and what receipt there is.
        is_packed: what was handed over is the latest packet, although the document may have been withdrawn or
            come out otherwise since. It is on record then, so that its holder is asked to correct it.

    Raises:
        LedgerError: no such document stands or none was packed, a packet of it says something else, a file
            isn't what was recorded, or the day lies ahead.
    """
    desk.refuse_stranger(document_id)
    if is_packed:
        with hold_home(desk.runner.home):
            given = record_packed(desk, document_id, on=on, receipt=receipt)
    else:
        given = choose_document(desk.runner, document_id)
        refuse_other_packet(desk, given)
        with hold_home(desk.runner.home):
            record_handed_over(desk, given, on=on, receipt=receipt)
    settle(desk.runner)
    say(f"✓ {document_id} 已登记送达：{given['recipient_name'][0]}，{given.height} 个文件")
    mine = read_all(desk.runner.home, "corrections").join(given, on=["recipient_name", "path"], how="semi")
    if mine.height:
        say(f"！ 送达的已不正确，更正函 {mine['letter_id'][0]} 待送达（tongcha case disclosed）")


def refuse_other_packet(desk: Desk, given: pl.DataFrame) -> None:
    """Refuse to say that today's paper was handed over where a packet of another wording may have been.

    Raises:
        LedgerError: the latest packet of the document holds other files, and isn't on record as handed over.
    """
    document_id, home = str(given["document_id"][0]), desk.runner.home
    left = list_unaccounted(build_office(home).events(), read_all(home, "disclosures"))
    packed = left.filter(pl.col("document_id") == document_id)
    if not set(packed["sha256"]) <= set(given["sha256"]):
        fix = "交出的是打包的那一份，加 --packed；交出的是现在这一份，先重新打包"
        raise LedgerError(f"文书 {document_id}", "打包之后内容有变", fix)


def record_packed(desk: Desk, document_id: str, *, on: date | None, receipt: str) -> pl.DataFrame:
    """Record that the latest packet of a document was handed over; return its files, shaped as `PAPERS`.

    Nothing leaves by this: it says what has left. Bytes are kept where the outbox still has them.

    Raises:
        LedgerError: none was packed, or the day lies ahead.
    """
    office = build_office(desk.runner.home)
    given = choose_packet(office.events(), document_id)
    stands = not list_papers(desk.runner).filter(pl.col("document_id") == document_id).is_empty()
    here = [office.fingerprint(path) == sha256 for path, sha256 in given.select("path", "sha256").iter_rows()]
    events = _say_handed_over(desk, office, given, on=on, receipt=receipt, may_contest=stands)
    Archive(office.home).keep(office, given.filter(pl.Series(here, dtype=pl.Boolean)))
    desk.append_held(events)
    return given


def record_handed_over(desk: Desk, seen: pl.DataFrame, *, on: date | None, receipt: str) -> None:
    """Keep and record what was handed over, while nobody else writes papers or the ledger.

    Raises:
        LedgerError: the paper isn't any more what was just seen, or as `deliver`.
    """
    office, document_id = build_office(desk.runner.home), str(seen["document_id"][0])
    own = list_papers(desk.runner).filter(pl.col("document_id") == document_id)
    if not own.equals(seen):
        raise LedgerError(f"文书 {document_id}", "登记之间另有变动", "再运行一次")
    refuse_lapsed(desk.runner, own)
    for path, sha256 in own.select("path", "sha256").iter_rows():
        if office.fingerprint(path) != sha256:
            raise LedgerError(f"文件 {path}", "与登记的指纹不符", "重新运行 tongcha act 后再送达")
    events = _say_handed_over(desk, office, own, on=on, receipt=receipt, may_contest=True)
    Archive(office.home).keep(office, own)
    desk.append_held(events)


def _say_handed_over(
    desk: Desk, office: Office, given: pl.DataFrame, *, on: date | None, receipt: str, may_contest: bool
) -> list[NewEvent]:
    document_id = str(given["document_id"][0])
    states = read_all(desk.runner.home, "notice_states").filter(pl.col("notice_id") == document_id)
    is_open = states.is_empty() or states["state"][0] in OPEN_TO_DEFENCE
    return record_delivery(
        papers=given,
        is_open=may_contest and is_open,
        document_id=document_id,
        on=desk.date_of(on),
        by=desk.by,
        receipt=receipt,
        made_by=describe_making(office),
    )
