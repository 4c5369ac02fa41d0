"""Sensors: what arrives in the inbox starts the job that it is for; on by default in the UI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.declare import RAIDS
from assets.office import list_returns
from pipelines.home import Home
from pipelines.jobs import act, propose, reference, settle
from pipelines.provenance import digest_files

if TYPE_CHECKING:
    from pathlib import Path

INTERVAL_SECONDS: Final = 30
ON: Final = dg.DefaultSensorStatus.RUNNING


@dg.sensor(
    job=reference,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 reference/ 下最新快照的文件有变化时，重新读入参照数据。",
)
def watch_reference(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Run `reference` when the files of the newest snapshot aren't those of the last run."""
    folders = list_folders(Home.from_environment().inbox / "reference")
    if not folders:
        return dg.SkipReason("收件箱 reference/ 下还没有快照")
    state = digest_folder(folders[-1])
    if state == context.cursor:
        return dg.SkipReason("参照数据没有变化")
    return dg.SensorResult([dg.RunRequest(run_key=f"{folders[-1].name}:{state}")], cursor=state)


@dg.sensor(
    job=propose,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 raids/ 下出现新批次或批次文件有变化时，登记分区并运行 propose。",
)
def watch_raids(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Register a new batch as a partition and run `propose` for it, once per state of its files."""
    if not has_reference():
        return dg.SkipReason("先要有完整的参照数据")
    folders = list_folders(Home.from_environment().inbox / "raids")
    states = {folder.name: digest_folder(folder) for folder in folders}
    return request_changed(context, states)


@dg.sensor(
    job=act,
    minimum_interval_seconds=INTERVAL_SECONDS,
    default_status=ON,
    description="收件箱 returns/ 下有某批次的复核表时，对该批次运行 act。",
)
def watch_returns(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Run `act` for each batch whose returned workbooks aren't those of the last time."""
    inbox = Home.from_environment().inbox
    known = list(context.instance.get_dynamic_partitions(str(RAIDS.name)))
    files = assign_returns(list_returns(inbox), known)
    states = {batch: digest_files(own, inbox) for batch, own in files.items() if own}
    return request_changed(context, states)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[act],
    request_job=settle,
    default_status=ON,
    description="某批次的 act 完成后，重算全部学校的责任、扣分与告知书。",
)
def settle_after_act(context: dg.RunStatusSensorContext) -> dg.RunRequest:
    """Recompute the whole tables after each act."""
    return dg.RunRequest(run_key=context.dagster_run.run_id)


def assign_returns(files: list[Path], batches: list[str]) -> dict[str, list[Path]]:
    """Return the files that may concern each batch: by the name that they were sent out with.

    A renamed file concerns every batch; its sealed cover then tells whose it is.
    """
    named = {path: [batch for batch in batches if path.name.startswith(f"{batch}-")] for path in files}
    return {batch: [path for path in files if batch in named[path] or not named[path]] for batch in batches}


def request_changed(
    context: dg.SensorEvaluationContext, states: dict[str, str]
) -> dg.SensorResult | dg.SkipReason:
    """Request a run for each batch whose state isn't in the cursor; the cursor then holds all states."""
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    changed = {batch: state for batch, state in sorted(states.items()) if seen.get(batch) != state}
    if not changed:
        return dg.SkipReason("没有新的文件")
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{batch}:{state}", partition_key=batch) for batch, state in changed.items()
        ],
        dynamic_partitions_requests=[RAIDS.build_add_request(list(changed))],
        cursor=json.dumps(states, ensure_ascii=False, sort_keys=True),
    )


def has_reference() -> bool:
    """Whether any complete snapshot is stored."""
    tables = Home.from_environment().root / "tables"
    return any((tables / "people").glob("*.parquet"))


def list_folders(root: Path) -> list[Path]:
    """Return the subfolders that aren't hidden, sorted by name."""
    found = (path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    return sorted(found) if root.is_dir() else []


def digest_folder(folder: Path) -> str:
    """Return a digest of the names and contents of a folder's files."""
    return digest_files(sorted(path for path in folder.rglob("*") if path.is_file()), folder)


SENSORS: Final = (watch_reference, watch_raids, watch_returns, settle_after_act)
