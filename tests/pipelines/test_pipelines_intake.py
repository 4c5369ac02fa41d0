"""Intake through real runs: what goes back lies ready, pages tell the verdict, the last good one stays."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import dagster as dg
import openpyxl
import polars as pl
import pytest

from pipelines.exits import StoppedError
from pipelines.report import read_all
from pipelines.workflow import bring_reference, propose_batches
from tests.pipelines.conftest import digests
from tongcha.documents.validation_index import place_index
from tongcha.documents.validation_report import place_report
from tongcha.errors import InputError
from tongcha.reference import people
from tongcha.reference.snapshot import newest_snapshot
from tongcha.tables import ALL, BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

pytestmark = pytest.mark.slow

SHEETS = {"rejection_sheets": "rejected_rows", "reference_rejection_sheets": "rejected_reference_rows"}


def copy_snapshot(home: Home, name: str) -> Path:
    """Put the newest snapshot into the inbox again under a later date."""
    folder = home.inbox / "reference"
    return shutil.copytree(folder / newest_snapshot(home.inbox), folder / name)


@pytest.mark.parametrize("sheets", SHEETS)
def test_each_sender_finds_rejected_rows_and_values_to_check_in_the_outbox(finished, sheets):
    told = read_all(finished, SHEETS[sheets]).filter(pl.col("outcome") != "dropped")
    rejected = told.filter(pl.col("outcome") == "rejected")
    paths = read_all(finished, sheets)["path"]
    assert len(paths) == told["file"].n_unique() > 0
    rows, questions = 0, 0
    for path in paths:
        book = openpyxl.load_workbook(finished.outbox / path)
        assert book.sheetnames[0] in {"退回说明", "核实说明"}
        rows += sum(sheet.max_row - 1 for sheet in book.worksheets if sheet.title.startswith("退回行"))
        questions += sum(sheet.max_row - 1 for sheet in book.worksheets if sheet.title == "请核实")
    assert questions == told.height - rejected.height
    assert rows == rejected.filter(pl.col("row") > 0).unique(["file", "sheet", "table", "row"]).height


def test_a_batch_and_a_snapshot_of_the_same_date_keep_their_sheets_apart(finished):
    folders = {path.split("/")[1] for name in SHEETS for path in read_all(finished, name)["path"]}
    assert folders == {"raids", "reference"}


def test_every_stored_table_has_its_validation_page_and_none_tells_a_person(finished):
    known = read_all(finished, "people")
    telling = {*known["name"], *known["id_number"], *known["phone"], *read_all(finished, "pupils")["name"]}
    for table in ALL:
        for path in (finished.root / "tables" / table.name).glob("*.parquet"):
            page = place_report(finished.outbox, table, path.stem).read_text(encoding="utf-8")
            assert "条规则全部符合" in page or "需要留意" in page
            assert not any(value in page for value in telling if value and len(value) > 2)


def test_regions_that_the_registry_proves_are_flagged_on_nobody(finished):
    statuses = dict(read_all(finished, "identities")["id_status"].value_counts().iter_rows())
    assert statuses.get("unknown_region", 0) < statuses["valid"]


def test_the_overview_lists_every_page_of_the_last_run(finished):
    page = place_index(finished.outbox).read_text(encoding="utf-8")
    pages = place_index(finished.outbox).parent.glob("*/*.html")
    assert all(f'href="{quote(f"{path.parent.name}/{path.name}")}"' in page for path in pages)


def test_the_asset_and_its_check_name_the_same_page(runner):
    [record] = runner.instance.fetch_materializations(dg.AssetKey("people"), limit=1).records
    told = record.asset_materialization.metadata["核对报告"].value
    assert told.endswith(f"outbox/validation/people/{newest_snapshot(runner.home.inbox)}.html")


def test_a_registry_that_lost_a_third_stops_the_run_and_the_last_good_one_stays(runner):
    home = runner.home
    before = digests(home, "tables", "outbox")
    registry = copy_snapshot(home, "2027-01-01") / "registry.parquet"
    frame = pl.read_parquet(registry)
    frame.head(frame.height * 2 // 3).write_parquet(registry)
    with pytest.raises(InputError, match=r"教师库快照.*少了.*达到 30% 的上限"):
        propose_batches(runner, None)
    assert digests(home, "tables", "outbox") == before


def test_a_smaller_registry_under_the_same_date_is_refused_too(runner):
    home = runner.home
    before = digests(home, "tables", "outbox")
    registry = home.inbox / "reference" / newest_snapshot(home.inbox) / "registry.parquet"
    frame = pl.read_parquet(registry)
    frame.head(frame.height // 2).write_parquet(registry)
    with pytest.raises(InputError, match=r"教师库快照.*少了"):
        propose_batches(runner, None)
    assert digests(home, "tables", "outbox") == before


def test_a_snapshot_that_lost_half_its_spells_stops_the_run_too(runner):
    home = runner.home
    spells = copy_snapshot(home, "2027-01-01") / "任职经历.csv"
    head, *rows = spells.read_bytes().splitlines(keepends=True)
    spells.write_bytes(b"".join([head, *rows[: len(rows) // 2]]))
    before = digests(home, "tables", "outbox")
    with pytest.raises(InputError, match=r"任职经历.*不再出现"):
        bring_reference(runner)
    assert digests(home, "tables", "outbox") == before


def test_a_registry_that_lost_a_fifth_is_taken_in_with_a_warning(runner):
    home = runner.home
    registry = copy_snapshot(home, "2027-01-01") / "registry.parquet"
    frame = pl.read_parquet(registry)
    frame.head(frame.height * 4 // 5).write_parquet(registry)
    bring_reference(runner)
    page = place_report(home.outbox, BY_NAME["snapshot_changes"], "2027-01-01").read_text(encoding="utf-8")
    assert "需要留意" in page
    assert home.has_table("people", "2027-01-01")


def test_a_new_snapshot_whose_table_breaks_its_contract_stops_the_run(runner, monkeypatch):
    home = runner.home
    copy_snapshot(home, "2027-01-01")
    combine = people.combine_people

    def spoil(*tables: pl.DataFrame) -> people.People:
        made = combine(*tables)  # type: ignore[arg-type]  # whatever the asset passes
        twice = pl.concat([made.people, made.people.head(1)])
        return people.People(twice, made.staff_entries, made.staff_findings)

    monkeypatch.setattr("assets.reference.combine_people", spoil)
    before = digests(home, "tables/people")
    with pytest.raises(StoppedError, match="比对库"):
        bring_reference(runner)
    assert not home.has_table("people", "2027-01-01")
    after = digests(home, "tables/people")
    assert {path: after[path] for path in before} == before
    page = place_report(home.outbox, BY_NAME["people"], "2027-01-01").read_text(encoding="utf-8")
    assert "这次的数据没有入库" in page
    assert "1 张有不符：比对库" in place_index(home.outbox).read_text(encoding="utf-8")


def test_a_snapshot_that_grew_old_is_pointed_out_and_stops_nothing(runner):
    home = runner.home
    later = dt.date.fromisoformat(newest_snapshot(home.inbox)) + dt.timedelta(days=200)
    home.write_settings(home.settings().model_copy(update={"today": later}))
    runner.run("reference", title="参照数据")
    path = place_report(home.outbox, BY_NAME["teachers"], newest_snapshot(home.inbox))
    assert "没有过旧" in path.read_text(encoding="utf-8").split("留意</td>")[1]
