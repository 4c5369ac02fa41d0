"""What Tongcha's event log relies on in Dagster's own."""

import dagster as dg
import pytest
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from pipelines.event_log import PooledEventLog
from pipelines.home import Home


def test_dagsters_own_storage_reads_what_was_written_over_open_connections(tmp_path):
    """Decides: only the way to the file is ours (pipelines/event_log.py)."""
    ours = PooledEventLog(str(tmp_path))
    ours.add_dynamic_partitions("raid_batch", ["C1"])
    ours.dispose()
    theirs = ConsolidatedSqliteEventLogStorage(str(tmp_path))
    assert theirs.get_dynamic_partitions("raid_batch") == ["C1"]
    theirs.add_dynamic_partitions("raid_batch", ["C2"])
    assert ours.get_dynamic_partitions("raid_batch") == ["C1", "C2"]
    ours.dispose()


@pytest.mark.slow
def test_a_home_keeps_its_runs_in_that_storage(tmp_path, monkeypatch):
    """Decides: the class is named in a home's dagster.yaml, which Dagster loads (pipelines/home.py)."""
    home = Home(tmp_path / "home").open()
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        assert isinstance(instance.event_log_storage, PooledEventLog)
