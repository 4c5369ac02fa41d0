"""A run whose process is gone blocks nobody: it is ended and says so; the same again gives the same."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time

import dagster as dg
import pytest

from pipelines.home import Home
from pipelines.presence import ALIVE, GOING, end_interrupted, is_alive, show_alive
from pipelines.provenance import ROOT
from pipelines.workflow import propose_batches
from tests.pipelines.conftest import digests

LATER = dt.timedelta(minutes=3)
START_SECONDS = 120


@dg.job
def noop():
    pass


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home").open()


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def later() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC) + LATER


@pytest.mark.parametrize("status", GOING, ids=lambda status: status.value)
def test_a_run_whose_process_is_gone_is_ended_once_and_says_what_to_do(home, instance, status):
    run = instance.create_run_for_job(noop, status=status)
    instance.report_engine_event("started", run)
    assert end_interrupted(instance, home, later()) == [run.run_id]
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
    said = [record.message for record in instance.all_logs(run.run_id)]
    assert any("运行中断" in message and "处理办法" in message for message in said)
    assert end_interrupted(instance, home, later()) == []


def test_a_run_that_holds_its_lock_goes_on_however_long_it_is_silent(home, instance):
    run = instance.create_run_for_job(noop, status=dg.DagsterRunStatus.STARTED)
    with show_alive(home, run.run_id):
        assert is_alive(home, run.run_id)
        assert end_interrupted(instance, home, later()) == []
    assert not is_alive(home, run.run_id)
    assert list((home.dagster / ALIVE).iterdir()) == []


def test_a_run_that_was_just_heard_of_or_has_not_started_is_let_be(home, instance):
    started = instance.create_run_for_job(noop, status=dg.DagsterRunStatus.STARTED)
    instance.report_engine_event("loading code", started)
    instance.create_run_for_job(noop, status=dg.DagsterRunStatus.NOT_STARTED)
    assert end_interrupted(instance, home, dt.datetime.now(tz=dt.UTC)) == []


@pytest.mark.slow
def test_a_killed_run_of_the_command_line_is_ended_and_the_same_again_writes_the_same_tables(runner):
    home, batch = runner.home, runner.home.raid_batches()[0]
    before = digests(home, "tables", "outbox")
    child = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "propose", "--batch", batch],
        cwd=ROOT,
        env=os.environ | {"TONGCHA_HOME": str(home.root), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    run = wait_until_alive(home, child)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not is_alive(home, run)
    assert runner.instance.get_run_by_id(run).status is dg.DagsterRunStatus.STARTED  # Dagster can't know
    assert end_interrupted(runner.instance, home, later()) == [run]
    propose_batches(runner, batch)
    assert digests(home, "tables", "outbox") == before


def wait_until_alive(home: Home, child: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert child.poll() is None, "it ended before it was seen"
        alive = [path.name for path in (home.dagster / ALIVE).glob("*")]
        if alive and is_alive(home, alive[0]):
            return alive[0]
        time.sleep(0.01)
    raise AssertionError("no run in time")
