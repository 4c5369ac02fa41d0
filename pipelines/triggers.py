"""Sensors: what arrives in the inbox starts the job that it is for; on by default in the UI."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import dagster as dg

from assets.declare import RAIDS
from pipelines.home import Home
from pipelines.jobs import act, propose, reference, settle
from pipelines.presence import end_interrupted
from pipelines.states import STATE_TAG, raid_states, reference_state, return_states, settle_state, was_run

INTERVAL_SECONDS: Final = 30
GATE: Final = dg.AssetKey("confirmed_links")
ON: Final = dg.DefaultSensorStatus.RUNNING


@dg.sensor(
    job=reference,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 reference/ 下最新快照的文件有变化时，重新读入参照数据。",
)
def watch_reference(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run `reference` when the newest snapshot was never run in its present state."""
    state = reference_state(Home.from_environment())
    if not state:
        return dg.SkipReason("收件箱 reference/ 下还没有快照")
    if was_run(context.instance, "reference", state):
        return dg.SkipReason("参照数据没有变化")
    return dg.RunRequest(run_key=state, tags={STATE_TAG: state})


@dg.sensor(
    job=propose,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 raids/ 下出现新批次或批次文件有变化时，登记分区并运行 propose。",
)
def watch_raids(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Register a new batch as a partition and run `propose` for it, once per state of its files."""
    home = Home.from_environment()
    if not any((home.root / "tables" / "people").glob("*.parquet")):
        return dg.SkipReason("先要有完整的参照数据")
    return request_new(context.instance, "propose", raid_states(home))


@dg.sensor(
    job=act,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 returns/ 下有某批次的复核表时，对该批次运行 act。",
)
def watch_returns(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Run `act` for each proposed batch, once per state of its returned workbooks."""
    home = Home.from_environment()
    known = [name for name in home.raid_batches() if home.has_table("candidate_links", name)]
    return request_new(context.instance, "act", return_states(home, known))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    request_job=settle,
    default_status=ON,
    description="某批次的 act 完成后（在界面上单独重算关口、回填的也算），重算全部学校的责任、扣分与告知书。",
)
def settle_after_act(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Recompute the whole tables after the gate was passed, once for all runs that ended before it starts."""
    if not passed_gate(context.dagster_run):
        return dg.SkipReason("这次运行没有经过关口")
    if is_settled(context.instance, context.dagster_run.run_id):
        return dg.SkipReason("已有一次 settle 在排队，或者在这次运行之后开始，一并算入")
    state = settle_state(Home.from_environment())
    return dg.RunRequest(run_key=context.dagster_run.run_id, tags={STATE_TAG: state})


def is_settled(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a `settle` waits, or began after that run ended and didn't fail."""
    run = instance.get_run_record_by_id(run_id)
    counted = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS]
    latest = instance.get_run_records(dg.RunsFilter(job_name=settle.name, statuses=counted), limit=1)
    if not latest:
        return False
    is_waiting = latest[0].dagster_run.status is dg.DagsterRunStatus.QUEUED
    ended, began = run.end_time if run else None, latest[0].start_time
    return is_waiting or (ended is not None and began is not None and began > ended)


def passed_gate(run: dg.DagsterRun) -> bool:
    """Whether a run made confirmed links anew: `act`, or the UI's own job for chosen tables and backfills."""
    return run.job_name == act.name or GATE in (run.asset_selection or ())


@dg.sensor(
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="停机或者被强制结束而中断的运行，标为失败，不再占住队列。",
)
def watch_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """End runs whose process is gone, so that others can start."""
    ended = end_interrupted(context.instance, Home.from_environment(), datetime.now(tz=UTC))
    return dg.SkipReason(f"已把 {len(ended)} 次中断的运行标为失败" if ended else "没有中断的运行")


def request_new(
    instance: dg.DagsterInstance, job: str, states: dict[str, str]
) -> dg.SensorResult | dg.SkipReason:
    """Request a run for each batch that the job was never started on in its present state."""
    fresh = {batch: state for batch, state in states.items() if not was_run(instance, job, state, batch)}
    if not fresh:
        return dg.SkipReason("没有新的文件")
    requests = [
        dg.RunRequest(run_key=f"{batch}:{state}", partition_key=batch, tags={STATE_TAG: state})
        for batch, state in sorted(fresh.items())
    ]
    return dg.SensorResult(requests, dynamic_partitions_requests=[RAIDS.build_add_request(sorted(fresh))])


SENSORS: Final = (watch_reference, watch_raids, watch_returns, settle_after_act, watch_runs)
