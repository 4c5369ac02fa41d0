"""The table store: whole files or none, the last good one kept, the same rows always the same bytes."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.store import TableStore
from tests.scenario import BATCH, make_table
from tongcha.documents.files import refuse_unsafe_folder
from tongcha.errors import ContractError, InputError
from tongcha.tables import ALL, BY_NAME, Partition

SITES = BY_NAME["sites"]
UNSAFE = ["../x", "a/b", "a\\b", "", ".hidden", "x..y", "a\x00b", "长" * 61, "a\nb", "~"]


@pytest.fixture
def store(tmp_path) -> TableStore:
    return TableStore(tmp_path / "tables")


def test_what_is_written_is_read_back_by_contract(store):
    store.write(SITES, BATCH, make_table("sites"))
    assert store.read(SITES, BATCH).equals(make_table("sites"))
    assert store.partitions(SITES) == [BATCH]


def test_a_table_that_was_never_made_is_named_with_the_way_to_make_it(store):
    with pytest.raises(ContractError, match=r"查处场所.*还没有生成.*propose"):
        store.read(SITES, BATCH)


def test_a_refused_table_leaves_the_last_good_one_and_is_what_checks_judge(store):
    good = make_table("sites")
    bad = good.with_columns(licence=pl.lit("不明"))
    store.write(SITES, BATCH, good)
    store.write(SITES, BATCH, bad, is_good=False)
    assert store.read(SITES, BATCH).equals(good)
    assert store.read_latest(SITES, BATCH).equals(bad)
    store.write(SITES, BATCH, good)
    assert store.read_latest(SITES, BATCH).equals(good)
    assert [path.name for path in (store.root / "sites").iterdir()] == [f"{BATCH}.parquet"]


def test_a_crash_while_writing_leaves_the_last_good_table(store, monkeypatch):
    store.write(SITES, BATCH, make_table("sites"))

    def crash(*_args, **_options):
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", crash)
    with pytest.raises(OSError, match="disk full"):
        store.write(SITES, BATCH, make_table("sites").clear())
    monkeypatch.undo()
    assert store.read(SITES, BATCH).equals(make_table("sites"))


def test_a_table_stored_under_an_older_contract_is_refused(store):
    path = store.write(SITES, BATCH, make_table("sites"))
    make_table("sites").drop("variant").write_parquet(path)
    with pytest.raises(ContractError, match="按旧的表结构保存"):
        store.read(SITES, BATCH)


def test_stored_files_are_closed_to_others(store):
    path = store.write(SITES, BATCH, make_table("sites"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", UNSAFE)
def test_a_partition_key_never_leads_out_of_the_table_folder(store, key):
    with pytest.raises(InputError, match="批次名称"):
        store.path(SITES, key)


@pytest.mark.parametrize("key", ["2026-10-18-03", "2026春·第一小学", "专项（二）", "10.18 城东"])
def test_chinese_batch_names_are_file_names(store, key):
    assert store.path(SITES, key).name == f"{key}.parquet"


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_the_same_rows_in_any_order_are_the_same_bytes(tmp_path_factory, order):
    table = BY_NAME["pupils"]
    row = make_table("pupils")
    frame = pl.concat([row.with_columns(pupil_no=pl.lit(str(n))) for n in range(4)])
    store = TableStore(tmp_path_factory.mktemp("tables"))
    straight = store.write(table, "a", table.conform(frame)).read_bytes()
    permuted = store.write(table, "b", table.conform(frame[list(order)])).read_bytes()
    assert straight == permuted


def test_the_current_snapshot_is_the_newest_that_every_reference_table_holds(store):
    dated = [table for table in ALL if table.partition is Partition.SNAPSHOT]
    for table in dated:
        store.write(table, "2026-09-01", table.empty())
    for table in dated[:-1]:  # a newer snapshot that failed half way
        store.write(table, "2026-10-01", table.empty())
    assert store.current_snapshot() == "2026-09-01"


def test_without_any_complete_snapshot_the_way_out_is_named(store):
    with pytest.raises(ContractError, match=r"还没有任何完整的快照.*reference"):
        store.current_snapshot()


def test_the_snapshot_before_is_the_last_earlier_one(store):
    table = BY_NAME["teachers"]
    assert store.read_before(table, "2026-10-01").is_empty()
    store.write(table, "2026-09-01", make_table("teachers"))
    store.write(table, "2026-10-01", table.empty())
    assert store.read_before(table, "2026-10-01").height == 1


def test_labels_within_a_table_are_unique_so_that_previews_can_use_them():
    for table in ALL:
        labels = [column.label for column in table.columns]
        assert len(set(labels)) == len(labels), table.name


def test_a_partition_of_which_only_a_refused_table_was_made_is_still_judged(store):
    store.write(SITES, "2026-01", make_table("sites"))
    store.write(SITES, "2026-02", make_table("sites").head(0), is_good=False)
    assert store.partitions(SITES) == ["2026-01"]
    assert store.partitions_made(SITES) == ["2026-01", "2026-02"]
    assert store.read_latest(SITES, "2026-02").is_empty()
    assert store.partitions_made(BY_NAME["teachers"]) == []


@pytest.mark.parametrize("batch", [BATCH, "2026.10.18（补）", "专项 一·(2)", "长" * 60, *UNSAFE])
def test_a_batch_that_is_taken_in_can_have_its_packages_written(store, batch):
    """Refused only then, it couldn't be renamed any more without losing what people had judged."""
    try:
        store.write(SITES, batch, make_table("sites"))
    except InputError:
        with pytest.raises(ContractError):
            refuse_unsafe_folder(batch)
    else:
        assert refuse_unsafe_folder(batch) == batch
