"""What Tongcha relies on in Dagster; a failure here reads: Dagster changed, see the decision it names."""

import dagster as dg
import pytest
from dagster._core.errors import DagsterAssetCheckFailedError

from tongcha.errors import InputError


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def build(passed: bool, *, ran: list[str], severity=dg.AssetCheckSeverity.ERROR):
    @dg.asset
    def upstream() -> int:
        return 1

    @dg.asset
    def downstream(upstream: int) -> int:
        ran.append("downstream")
        return upstream

    @dg.multi_asset_check(
        specs=[
            dg.AssetCheckSpec("first", asset="upstream", blocking=True),
            dg.AssetCheckSpec("second", asset="upstream", blocking=True),
        ]
    )
    def checks():
        yield dg.AssetCheckResult(passed=passed, asset_key="upstream", check_name="first", severity=severity)
        yield dg.AssetCheckResult(passed=True, asset_key="upstream", check_name="second")

    return dg.Definitions(
        assets=[upstream, downstream],
        asset_checks=[checks],
        jobs=[dg.define_asset_job("all")],
        executor=dg.in_process_executor,
    ).resolve_job_def("all")


def test_a_failed_blocking_check_stops_downstream_in_the_same_run(instance):
    """Decides: checks may guard what leaves (checks/build.py)."""
    ran: list[str] = []
    with pytest.raises(DagsterAssetCheckFailedError):
        build(passed=False, ran=ran).execute_in_process(instance=instance)
    assert ran == []


def test_a_warning_does_not_stop_downstream_even_when_blocking(instance):
    """Decides: what must stop is ERROR; findings for the bureau are WARN and not blocking."""
    ran: list[str] = []
    job = build(passed=False, ran=ran, severity=dg.AssetCheckSeverity.WARN)
    assert job.execute_in_process(instance=instance).success
    assert ran == ["downstream"]


def test_every_verdict_of_a_step_is_recorded_although_one_failed(instance):
    """Decides: one step of checks per table loses no verdict (checks/build.py)."""
    job = build(passed=False, ran=[])
    result = job.execute_in_process(instance=instance, raise_on_error=False)
    assert {e.check_name: e.passed for e in result.get_asset_check_evaluations()} == {
        "first": False,
        "second": True,
    }


def test_an_error_raised_in_an_asset_reaches_the_caller_as_itself(instance):
    """Decides: the command line prints a TongchaError's own sentence (pipelines/cli.py)."""

    @dg.asset
    def broken():
        raise InputError("文件 a.csv", "缺少列", "补上")

    job = dg.Definitions(assets=[broken], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    with pytest.raises(InputError, match=r"a\.csv"):
        job.execute_in_process(instance=instance)


def test_a_check_of_a_partitioned_run_knows_its_partition(instance):
    """Decides: checks judge the run's batch, and everything when run alone (checks/scope.py)."""
    raids = dg.DynamicPartitionsDefinition(name="raid_batch")
    seen: list[str] = []

    @dg.asset(partitions_def=raids)
    def table() -> int:
        return 1

    @dg.multi_asset_check(specs=[dg.AssetCheckSpec("kept", asset="table", blocking=True)])
    def checks(context: dg.AssetCheckExecutionContext):
        seen.append(context.partition_key if context.has_partition_key else "")
        yield dg.AssetCheckResult(passed=True, asset_key="table", check_name="kept")

    defs = dg.Definitions(assets=[table], asset_checks=[checks], jobs=[dg.define_asset_job("all")])
    instance.add_dynamic_partitions("raid_batch", ["2026春·第一批"])
    defs.resolve_job_def("all").execute_in_process(instance=instance, partition_key="2026春·第一批")
    assert seen == ["2026春·第一批"]


def test_runs_can_be_found_by_tag_and_partition(instance):
    """Decides: what was run is remembered as tags (pipelines/states.py)."""
    raids = dg.DynamicPartitionsDefinition(name="raid_batch")

    @dg.asset(partitions_def=raids)
    def table() -> int:
        return 1

    instance.add_dynamic_partitions("raid_batch", ["一批"])
    job = dg.Definitions(assets=[table], jobs=[dg.define_asset_job("propose")]).resolve_job_def("propose")
    job.execute_in_process(instance=instance, partition_key="一批", tags={"tongcha/state": "s"})
    for tags, found in (({"tongcha/state": "s"}, 1), ({"tongcha/state": "t"}, 0)):
        wanted = dg.RunsFilter(job_name="propose", tags={**tags, "dagster/partition": "一批"})
        assert len(instance.get_runs(wanted)) == found
