"""Runs repeated in the UI: from where they failed, or on the same files; nothing older is taken for newer."""

from __future__ import annotations

import shutil

import dagster as dg
import pytest

from assets.store import TableStore
from pipelines.definitions import defs
from pipelines.workflow import propose_batches
from tests.pipelines.conftest import digests
from tongcha.reference.snapshot import newest_snapshot
from tongcha.tables import BY_NAME

pytestmark = pytest.mark.slow

VERSION = "dagster/data_version"


def reference_job():
    return defs.resolve_job_def("reference")


def version_of(runner, table: str, batch: str) -> str:
    found = runner.instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[batch]), limit=1
    )
    return str(found.records[0].asset_materialization.tags[VERSION])


def test_the_same_files_again_give_the_same_data_version_so_nothing_below_looks_outdated(runner):
    batch = runner.home.raid_batches()[0]
    tables = ("sites", "identities", "candidate_links")
    before = [version_of(runner, table, batch) for table in tables]
    propose_batches(runner, batch)
    assert [version_of(runner, table, batch) for table in tables] == before
    assert len(set(before)) == len(tables)


def test_a_reference_run_repeated_from_where_it_failed_speaks_of_the_new_snapshot(runner, monkeypatch):
    home = runner.home
    old = newest_snapshot(home.inbox)
    new = f"{int(old[:4]) + 1}{old[4:]}"
    shutil.copytree(home.inbox / "reference" / old, home.inbox / "reference" / new)
    rejected = BY_NAME["rejected_reference_rows"]
    TableStore(home.root / "tables").write(
        rejected, old, rejected.empty()
    )  # the older had nothing to send back
    job = dg.reconstructable(reference_job)

    def stop(*_args, **_rest):
        raise OSError

    monkeypatch.setattr("assets.reference.write_rejections", stop)
    with dg.execute_job(job, runner.instance) as failed:
        assert not failed.success
    monkeypatch.undo()
    monkeypatch.setenv("TONGCHA_HOME", str(home.root))
    again = dg.ReexecutionOptions.from_failure(failed.run_id, runner.instance)
    with dg.execute_job(job, runner.instance, reexecution_options=again) as repeated:
        assert repeated.success
    told = (f"outbox/returned/reference/{new}", "tables/reference_rejection_sheets")
    repeated_from_failure = digests(home, *told)
    assert any(path.startswith(told[0]) for path in repeated_from_failure)
    runner.run("reference", title="从头再来")
    assert digests(home, *told) == repeated_from_failure
