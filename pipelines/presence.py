"""Which runs are alive: each holds a lock of its own for as long as its process lives.

Dagster learns from its own server that a process was killed. When that server ends with it (the machine
stops), or when the command line is killed, the run stays started for ever; and as one run goes at a time, the
UI would start no other.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.home import Home

ALIVE: Final = "alive"
"""folder of Dagster's own folder with one empty file per run that goes on"""
GRACE: Final = timedelta(minutes=2)
"""how long a run may be silent before it holds its lock and after it let it go"""
GOING: Final = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
INTERRUPTED: Final = (
    "运行中断：它的进程已经不在（机器停机，或者被强制结束）。已写完的表都是完整的，没有写完的不算。"
    "处理办法：在本页点 Re-execute all，或者重新运行同一命令。"
)


@contextmanager
def show_alive(home: Home, run_id: str | None) -> Iterator[None]:
    """Hold the run's own lock for a `with` block; the operating system frees it however that ends."""
    if run_id is None:
        yield
        return
    path = home.dagster / ALIVE / run_id
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_alive(home: Home, run_id: str) -> bool:
    """Whether some process holds the run's lock."""
    try:
        with (home.dagster / ALIVE / run_id).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def end_interrupted(instance: dg.DagsterInstance, home: Home, now: datetime) -> list[str]:
    """Mark as failed what is going on by Dagster's account and hasn't been heard of, and tell which runs."""
    ended = []
    for run in instance.get_runs(dg.RunsFilter(statuses=GOING)):
        if now - _last_heard(instance, run.run_id) > GRACE and not is_alive(home, run.run_id):
            instance.report_run_failed(run, INTERRUPTED)
            (home.dagster / ALIVE / run.run_id).unlink(missing_ok=True)
            ended.append(run.run_id)
    return ended


def _last_heard(instance: dg.DagsterInstance, run_id: str) -> datetime:
    """Return when the run last wrote into the event log; the beginning of time if never."""
    last = instance.get_records_for_run(run_id, limit=1, ascending=False).records
    return datetime.fromtimestamp(last[0].timestamp if last else 0, tz=UTC)
