"""The sensors: a new folder is proposed once, a returned workbook is acted on once, nothing twice."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from pipelines.home import Home
from pipelines.states import assign_returns
from pipelines.triggers import settle_after_act, watch_raids, watch_reference, watch_returns


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    monkeypatch.setenv("TONGCHA_HOME", str(tmp_path / "home"))
    return Home.from_environment().open()


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def have_reference(home):
    folder = home.root / "tables" / "people"
    folder.mkdir()
    (folder / "2026-10-01.parquet").touch()


def put(path, content="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def evaluate(sensor, instance):
    return sensor(dg.build_sensor_context(instance=instance))


def start(instance, job, request):
    """Leave the trace in the instance that a started run leaves."""
    tags = dict(request.tags) | (
        {"dagster/partition": request.partition_key} if request.partition_key else {}
    )
    instance.create_run_for_job(noop_job(job), tags=tags)


def noop_job(name):
    @dg.job(name=name)
    def job():
        pass

    return job


def test_without_reference_data_no_batch_is_proposed(home, instance):
    put(home.inbox / "raids" / "一批" / "现场.csv")
    assert isinstance(evaluate(watch_raids, instance), dg.SkipReason)


def test_a_new_folder_becomes_a_partition_and_one_run(home, instance):
    have_reference(home)
    put(home.inbox / "raids" / "2026春·一批" / "现场.csv")
    asked = evaluate(watch_raids, instance)
    assert [request.partition_key for request in asked.run_requests] == ["2026春·一批"]
    assert asked.dynamic_partitions_requests[0].partition_keys == ["2026春·一批"]
    start(instance, "propose", asked.run_requests[0])
    assert isinstance(evaluate(watch_raids, instance), dg.SkipReason)


def test_only_the_batch_whose_files_changed_is_proposed_again(home, instance):
    have_reference(home)
    for batch in ("一批", "二批"):
        put(home.inbox / "raids" / batch / "现场.csv")
    first = evaluate(watch_raids, instance)
    for request in first.run_requests:
        start(instance, "propose", request)
    put(home.inbox / "raids" / "二批" / "现场.csv", "改")
    second = evaluate(watch_raids, instance)
    assert [request.partition_key for request in second.run_requests] == ["二批"]
    keys = [request.run_key for request in (*first.run_requests, *second.run_requests)]
    assert len(set(keys)) == 3


def test_hidden_folders_are_not_batches(home, instance):
    have_reference(home)
    put(home.inbox / "raids" / ".临时" / "现场.csv")
    assert isinstance(evaluate(watch_raids, instance), dg.SkipReason)


def test_the_newest_snapshot_is_taken_in_once(home, instance):
    assert isinstance(evaluate(watch_reference, instance), dg.SkipReason)
    put(home.inbox / "reference" / "2026-09-01" / "教师库.csv")
    put(home.inbox / "reference" / "2026-10-01" / "教师库.csv")
    asked = evaluate(watch_reference, instance)
    assert asked.run_key.startswith("2026-10-01_")
    start(instance, "reference", asked)
    assert isinstance(evaluate(watch_reference, instance), dg.SkipReason)


def test_a_returned_workbook_acts_on_its_own_batch_only(home, instance):
    for batch in ("一批", "二批"):
        put(home.inbox / "raids" / batch / "现场.csv")
        put(home.root / "tables" / "candidate_links" / f"{batch}.parquet")
    put(home.inbox / "returns" / "一批-一审.xlsx")
    asked = evaluate(watch_returns, instance)
    assert [request.partition_key for request in asked.run_requests] == ["一批"]
    start(instance, "act", asked.run_requests[0])
    assert isinstance(evaluate(watch_returns, instance), dg.SkipReason)


def enqueue(instance, job):
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("tongcha"), "__repository__")
    origin = RemoteJobOrigin(repository, job)
    instance.add_run(dg.DagsterRun(job, status=dg.DagsterRunStatus.QUEUED, remote_job_origin=origin))


def ended(instance, job, **of_run):
    """What the sensor says to a run of that job that ended well."""
    run = dg.DagsterRun(job, status=dg.DagsterRunStatus.SUCCESS, **of_run)
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, job)
    return settle_after_act(
        dg.build_run_status_sensor_context(
            "settle_after_act", event, dagster_instance=instance, dagster_run=run
        )
    )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("job", "chosen", "follows"),
    [
        ("act", None, True),
        ("__ASSET_JOB", "confirmed_links", True),  # chosen tables and backfills in the UI
        ("__ASSET_JOB", "identities", False),
        ("propose", None, False),
        ("settle", None, False),
    ],
)
def test_the_whole_tables_follow_whatever_run_passed_the_gate(instance, job, chosen, follows):
    selection = frozenset({dg.AssetKey(chosen)}) if chosen else None
    said = ended(instance, job, asset_selection=selection)
    assert isinstance(said, dg.RunRequest if follows else dg.SkipReason)


@pytest.mark.usefixtures("home")
def test_one_settle_in_the_queue_is_enough_for_all_that_ended_before_it(instance):
    assert isinstance(ended(instance, "act"), dg.RunRequest)
    enqueue(instance, "settle")
    assert isinstance(ended(instance, "act"), dg.SkipReason)


@pytest.mark.usefixtures("home")
def test_a_settle_that_began_after_the_gate_was_passed_counts_and_an_earlier_one_does_not(instance):
    earlier = noop_job("settle").execute_in_process(instance=instance)
    act = noop_job("act").execute_in_process(instance=instance)
    assert earlier.success
    assert isinstance(ended(instance, "act", run_id=act.run_id), dg.RunRequest)
    assert noop_job("settle").execute_in_process(instance=instance).success
    assert isinstance(ended(instance, "act", run_id=act.run_id), dg.SkipReason)


def test_a_renamed_workbook_concerns_every_batch(tmp_path):
    renamed, named = tmp_path / "王科长退回.xlsx", tmp_path / "一批-二审.xlsx"
    assert assign_returns([renamed, named], ["一批", "二批"]) == {"一批": [renamed, named], "二批": [renamed]}
