"""The whole loop on real files: the same again changes nothing, nor does order; all can be taken back."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
import pytest

from pipelines.home import Settings
from pipelines.report import choose_link, count_funnel, read_all, show_demo, show_link
from pipelines.runs import Runner
from pipelines.withdrawal import withdraw_link
from pipelines.workflow import act_batches, act_on, propose_batches
from tests.pipelines.conftest import digests
from tongcha.errors import InputError, LedgerError
from tongcha.ledger.store import Ledger
from tongcha.tables import ALL, Stage

if TYPE_CHECKING:
    from pipelines.home import Home

pytestmark = pytest.mark.slow

PLACED = {t.name for t in ALL if t.stage in {Stage.INTAKE, Stage.REFERENCE}} - {"people"} | {"dossiers"}
"""Tables that say in which row of which file something stood, and pages that cite it."""
LEAVES = ("confirmed_links", "referrals", "referral_packages")
REMARKS = ("合计", "小计", "填表", "审核", "单位")


def test_the_loop_confirms_some_and_refers_only_what_was_confirmed(finished):
    funnel = dict(count_funnel(finished))
    assert funnel["现场人员"] > funnel["经人确认并过关口的比对"] > 0
    referred = set(read_all(finished, "referrals")["link_id"])
    assert referred <= set(read_all(finished, "confirmed_links")["link_id"])
    assert read_all(finished, "rejected_rows").height > 0


def test_every_confirmed_person_is_the_right_one_by_the_truth(finished):
    truth = pl.read_parquet(finished.root / "truth" / "truth.parquet")
    confirmed = read_all(finished, "confirmed_links").join(truth, on="identity_id", how="left")
    right = pl.col("person_id").is_in(pl.col("teacher_ids")) | (pl.col("person_id") == pl.col("staff_row"))
    assert confirmed.filter(~right.fill_null(value=False)).is_empty()


def test_running_everything_again_changes_no_byte_and_deducts_nothing_twice(runner):
    home = runner.home
    before = digests(home, "tables", "outbox")
    events = Ledger(home.ledger_url()).verify()
    propose_batches(runner, None)
    act_batches(runner, None)
    assert digests(home, "tables", "outbox") == before
    assert Ledger(home.ledger_url()).verify() == events


def test_permuted_input_gives_byte_identical_tables(runner):
    home = runner.home
    derived = [f"tables/{table.name}" for table in ALL if table.name not in PLACED]
    before = digests(home, *derived)
    placed = {name: read_all(home, name) for name in PLACED}
    permute_inbox(home)
    propose_batches(runner, None)
    act_batches(runner, None)
    assert digests(home, *derived) == before
    for name, frame in placed.items():  # where a row stood in its file is all that may differ
        place = [column for column in ("row", "sha256") if column in frame.columns]
        assert same_rows(read_all(home, name).drop(place), frame.drop(place)), name


def test_under_rules_that_nobody_adopted_nothing_leaves_and_each_link_says_so(runner):
    home, batch = runner.home, runner.home.raid_batches()[0]
    confirmed = set(read_all(home, "confirmed_links").filter(pl.col("batch") == batch)["link_id"])
    home.write_settings(Settings())  # no longer a demo: the shipped rules are examples
    act_on(runner, [batch])
    left = {name: read_all(home, name).filter(pl.col("batch") == batch) for name in LEAVES}
    assert confirmed
    assert all(frame.is_empty() for frame in left.values())
    withheld = read_all(home, "withheld_links").filter(pl.col("requirement") == "adopted_policy")
    assert confirmed <= set(withheld["link_id"])
    assert not [path for path in (home.outbox / "referrals" / batch).rglob("*") if path.is_file()]


def permute_inbox(home: Home) -> None:
    """Shuffle the records of every CSV and Parquet file of the inbox."""
    dice = random.Random(3)
    for path in sorted(home.inbox.rglob("*.parquet")):
        frame = pl.read_parquet(path)
        order = list(range(frame.height))
        dice.shuffle(order)
        frame[order].write_parquet(path)
    shuffled = 0
    for path in sorted(home.inbox.rglob("*.csv")):
        content = path.read_bytes()
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
        rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
        head = next(n for n, row in enumerate(rows) if sum(bool(cell) for cell in row) > 3)
        records = [row for row in rows[head + 1 :] if not row[0].startswith(REMARKS)]
        remarks = [row for row in rows[head + 1 :] if row[0].startswith(REMARKS)]
        dice.shuffle(records)
        text = io.StringIO(newline="")
        csv.writer(text).writerows([*rows[: head + 1], *records, *remarks])
        path.write_bytes(text.getvalue().encode(encoding))
        shuffled += len(records)
    assert shuffled > 100


def same_rows(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.sort(one.columns, nulls_last=True).equals(other.sort(other.columns, nulls_last=True))


def test_a_withdrawn_link_leaves_no_referral_no_deduction_and_a_smaller_sum(runner):
    home = runner.home
    deductions = read_all(home, "score_deductions")
    link = deductions.filter(pl.col("case_ref").str.starts_with("L")).sort("case_ref")["case_ref"][0]
    before = read_all(home, "scoreboard")["points"].sum()
    withdraw_link(runner, link, by="R06", reason="经核实为同名他人")
    for table in ("confirmed_links", "referrals", "school_responsibilities"):
        assert link not in set(read_all(home, table)["link_id"])
    assert link not in set(read_all(home, "score_deductions")["case_ref"])
    assert read_all(home, "scoreboard")["points"].sum() < before
    withheld = read_all(home, "withheld_links").filter(pl.col("link_id") == link)
    assert "not_withdrawn" in set(withheld["requirement"])
    assert Ledger(home.ledger_url()).verify().is_intact


def test_only_a_listed_person_withdraws_and_only_a_known_link(runner):
    link = str(choose_link(runner.home))
    with pytest.raises(LedgerError, match="不在人员名单中"):
        withdraw_link(runner, link, by="R99", reason="试")
    with pytest.raises(InputError, match="找不到"):
        withdraw_link(runner, "L0000000000000000", by="R06", reason="试")


def test_the_screen_shows_one_of_each_and_no_personal_value(finished, capsys):
    show_demo(finished)
    show_link(finished, str(choose_link(finished)))
    shown = capsys.readouterr().out
    for heading in ("一条比对的证据", "一条移送线索", "一份学校告知书", "漏斗", "认错人的比率：", "移送包："):
        assert heading in shown
    people = read_all(finished, "people")
    for column in ("id_number", "phone"):
        assert not any(value in shown for value in people[column].drop_nulls())


def test_no_run_metadata_holds_a_personal_value(finished):
    with Runner.open(finished).instance as instance:
        told = "".join(str(record.event_log_entry) for record in materializations(instance))
    people = read_all(finished, "people")
    identities = read_all(finished, "identities")
    pupils = read_all(finished, "pupils")
    numbers = [*people["id_number"], *people["phone"], *identities["id_number"], *identities["phone"]]
    names = [*people["name"], *identities["name"], *pupils["name"]]
    assert "预览（仅公开列）" in told
    assert "认错人的比率" in told
    # four digits or two characters turn up anywhere by chance
    telling = {n for n in numbers if n and len(n) > 7} | {n for n in names if n and len(n) > 2}
    assert not any(value in told for value in telling)


def materializations(instance):
    kinds = [table.name for table in ALL]
    for name in kinds:
        yield from instance.fetch_materializations(dg.AssetKey(name), limit=100).records


def test_each_output_tells_its_snapshot_policy_and_code(finished):
    with Runner.open(finished).instance as instance:
        [record] = instance.fetch_materializations(dg.AssetKey("people"), limit=1).records
    materialization = record.asset_materialization
    metadata = materialization.metadata if materialization else {}
    assert {"dagster/row_count", "代码版本", "政策指纹", "参照快照", "已入库"} <= set(metadata)
