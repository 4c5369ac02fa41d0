"""Sensors: what arrives in the inbox starts the job that it is for; on by default in the UI."""

from __future__ import annotations

from typing import Final

import dagster as dg

from assets.declare import RAIDS
from pipelines.home import Home
from pipelines.jobs import act, propose, reference, settle
from pipelines.states import STATE_TAG, raid_states, reference_state, return_states, settle_state, was_run

INTERVAL_SECONDS: Final = 30
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
    monitored_jobs=[act],
    request_job=settle,
    default_status=ON,
    description="某批次的 act 完成后，重算全部学校的责任、扣分与告知书。",
)
def settle_after_act(context: dg.RunStatusSensorContext) -> dg.RunRequest:
    """Recompute the whole tables after each act."""
    state = settle_state(Home.from_environment())
    return dg.RunRequest(run_key=context.dagster_run.run_id, tags={STATE_TAG: state})


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


SENSORS: Final = (watch_reference, watch_raids, watch_returns, settle_after_act)
