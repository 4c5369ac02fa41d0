"""Bad input of every kind: a clear Chinese message, and what was stored stays as it was."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.casework import Desk
from pipelines.exits import StoppedError
from pipelines.handover import deliver
from pipelines.home import Home
from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.withdrawal import withdraw_link
from pipelines.workflow import act_batches, act_on, propose_batches
from tests.pipelines.conftest import digests
from tongcha.casebook.closing import find_told
from tongcha.errors import InputError, SourceError, UnknownBatchError
from tongcha.ledger.store import Ledger
from tongcha.review import layout
from tongcha.synthetic.workbook_filler import Answer, fill_workbook, list_links
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pipelines.runs import Runner

pytestmark = pytest.mark.slow

DAY = dt.date(2026, 11, 23)


def csv_batch(home: Home) -> str:
    """The batch that arrived as CSV files."""
    return next(
        name for name in home.raid_batches() if (home.inbox / "raids" / name / "现场人员.csv").exists()
    )


def digests_but_returned(home: Home) -> dict[str, str]:
    """Tables and papers, without what goes back to senders: they are told of the file that stopped it."""
    told = digests(home, "tables", "outbox")
    return {path: digest for path, digest in told.items() if not path.startswith("outbox/returned/")}


def test_an_unknown_batch_is_named_and_touches_nothing(runner):
    before = digests(runner.home, "tables", "outbox")
    for command in (propose_batches, act_batches):
        with pytest.raises(UnknownBatchError, match="没有的批次"):
            command(runner, "没有的批次")
    for escape in ("../reference", "/etc", "."):
        with pytest.raises(UnknownBatchError):
            propose_batches(runner, escape)
    assert digests(runner.home, "tables", "outbox") == before


def test_a_missing_column_is_named_and_only_its_sender_is_told(runner):
    batch = csv_batch(runner.home)
    before = digests_but_returned(runner.home)
    path = runner.home.inbox / "raids" / batch / "现场人员.csv"
    frame = pl.read_csv(path.read_bytes(), encoding="gb18030", infer_schema=False, truncate_ragged_lines=True)
    path.write_bytes(frame.drop("采集方式").write_csv().encode("gb18030"))
    with pytest.raises(InputError, match=r"现场人员\.csv.*采集方式"):
        propose_batches(runner, batch)
    assert digests_but_returned(runner.home) == before


def test_an_unreadable_workbook_is_named_and_only_its_sender_is_told(runner):
    batch = csv_batch(runner.home)
    before = digests_but_returned(runner.home)
    folder = runner.home.inbox / "raids" / batch
    (folder / "现场人员.csv").unlink()
    (folder / "现场人员.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(InputError, match=r"现场人员\.xlsx"):
        propose_batches(runner, batch)
    assert digests_but_returned(runner.home) == before


def test_a_batch_without_a_source_is_refused_and_touches_nothing(runner):
    batch = runner.home.raid_batches()[0]
    before = digests(runner.home, "tables", "outbox")
    (runner.home.inbox / "raids" / batch / "source.yaml").unlink()
    for command in (propose_batches, act_batches):
        with pytest.raises(SourceError, match=batch):
            command(runner, batch)
    assert digests(runner.home, "tables", "outbox") == before


def test_once_the_source_has_expired_nothing_is_taken_in_and_only_what_was_handed_over_stands(runner):
    home, batch = runner.home, runner.home.raid_batches()[0]
    package = (
        read_all(home, "referral_packages")
        .filter(pl.col("batch") == batch)
        .sort("package_id")
        .row(0, named=True)
    )
    deliver(Desk(runner, "R06"), package["package_id"], on=None, receipt="签收")
    path = home.inbox / "raids" / batch / "source.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("expires_on")]
    path.write_text("\n".join([*kept, "expires_on: 2026-01-01", ""]), encoding="utf-8")
    with pytest.raises(SourceError, match=batch):
        propose_batches(runner, batch)
    act_batches(runner, batch)
    told = set(find_told(read_all(home, "disclosures")))
    assert set(read_all(home, "confirmed_links").filter(pl.col("batch") == batch)["link_id"]) == told
    withdraw_link(runner, min(told), by="R06", reason="不是此人")  # taking back needs no source in force
    assert min(told) not in set(read_all(home, "confirmed_links")["link_id"])
    assert read_all(home, "corrections").height


@pytest.fixture
def waiting(runner) -> tuple[Runner, str, str]:
    """A batch whose judgements are all gone, with a fresh first-round workbook waiting."""
    home = runner.home
    for path in (home.inbox / "returns").iterdir():
        path.unlink()
    for path in home.root.glob("ledger.*"):
        path.unlink()
    batch = home.raid_batches()[0]
    propose_batches(runner, batch)
    return runner, batch, list_links(home.outbox / "review" / f"{batch}-一审.xlsx")[0]


def answer(runner: Runner, batch: str, link: str) -> None:
    signed = f"R01/{build_office(runner.home).sign('R01', batch, '一审')}"
    given = {link: Answer("same", signed, DAY, "证件号与姓名相符")}
    sent = runner.home.outbox / "review" / f"{batch}-一审.xlsx"
    fill_workbook(sent, given, runner.home.inbox / "returns" / sent.name)


def fate(home: Home, link: str) -> tuple[str, str]:
    rows = read_all(home, "review_returns").filter(pl.col("link_id") == link)
    return rows["outcome"][0], rows["reason"][0]


def test_a_workbook_whose_evidence_was_edited_is_refused_by_row_and_column(waiting):
    runner, batch, link = waiting
    answer(runner, batch, link)
    returned = runner.home.inbox / "returns" / f"{batch}-一审.xlsx"
    edit_shown_values(returned)
    act_on(runner, [batch])
    outcome, reason = fate(runner.home, link)
    assert outcome == "refused"
    assert "可能被改动" in reason
    assert of_batch(runner.home, "judgements", batch).is_empty()
    assert Ledger(runner.home.ledger_url()).verify().is_intact


def edit_shown_values(path) -> None:
    """Change the words of the evidence as somebody with an office suite could."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = "xl/sharedStrings.xml"
    parts[strings] = parts[strings].replace(
        layout.COLLECTED.encode(), layout.COLLECTED.encode() + "某".encode()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def of_batch(home: Home, table: str, batch: str) -> pl.DataFrame:
    return read_all(home, table).filter(pl.col("batch") == batch)


def test_a_judgement_on_evidence_that_has_changed_since_is_refused_and_says_so(waiting):
    runner, batch, link = waiting
    answer(runner, batch, link)
    links = BY_NAME["candidate_links"]
    path = runner.home.root / "tables" / "candidate_links" / f"{batch}.parquet"
    changed = pl.read_parquet(path).with_columns(evidence_hash=pl.lit("0" * 16))
    links.conform(changed).write_parquet(path)
    act_on(runner, [batch])
    outcome, reason = fate(runner.home, link)
    assert outcome == "refused"
    assert "证据已变化" in reason
    assert of_batch(runner.home, "judgements", batch).is_empty()


def test_a_file_that_is_no_review_workbook_is_refused_as_a_whole(waiting):
    runner, batch, _ = waiting
    (runner.home.inbox / "returns" / f"{batch}-一审.xlsx").write_bytes(b"hello")
    act_on(runner, [batch])
    rows = of_batch(runner.home, "review_returns", batch)
    assert rows["row"].to_list() == [0]
    assert rows["outcome"].to_list() == ["refused"]


def test_a_failing_check_stops_what_follows_and_the_last_good_tables_stay(runner, monkeypatch):
    """The gate is made to let a link through that lacks a signature: the independent check must stop it."""
    from tongcha.review import confirmed

    batch = runner.home.raid_batches()[0]
    before = digests(runner.home, "tables/referrals", "tables/referral_packages", "outbox/referrals")
    monkeypatch.setattr(confirmed, "_refuse_unproven", lambda *_: None)
    monkeypatch.setattr("assets.gate.confirm_links", forge_gate)
    with pytest.raises(StoppedError, match=r"后续步骤已停止.*足够的、不同的人"):
        act_on(runner, [batch])
    assert digests(runner.home, "tables/referrals", "tables/referral_packages", "outbox/referrals") == before


def forge_gate(**given):
    from tongcha.review.gate import confirm_links

    outcome = confirm_links(**given)
    frame = outcome.confirmed.frame.with_columns(decision=pl.lit("review"))
    outcome.confirmed._frame = frame
    return outcome


def test_a_demo_is_refused_where_real_data_lies(tmp_path):
    from pipelines.demo import run_demo
    from tests.pipelines.conftest import SIZES
    from tongcha.errors import HomeError

    home = Home(tmp_path / "real").open()
    (home.inbox / "raids" / "一批").mkdir()
    with pytest.raises(HomeError, match="已有真实数据"):
        run_demo(home, SIZES)
    assert (home.inbox / "raids" / "一批").is_dir()
    shutil.rmtree(home.root)
