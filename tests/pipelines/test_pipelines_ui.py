"""`tongcha ui`: it loads workspace.yaml, answers on loopback only, and stops with all that it started."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import tongcha
from pipelines.exits import Exit
from pipelines.home import Home
from pipelines.provenance import ROOT
from pipelines.server import refuse_taken
from tongcha.errors import HomeError

START_SECONDS, STOP_SECONDS = 180, 60
QUERY = """{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError {
  __typename ... on PythonError { message } } } } } }"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": QUERY}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
        entries: list[dict[str, object]] = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
    return entries


def wait_until_loaded(port: int, child: subprocess.Popen[bytes]) -> dict[str, object]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert child.poll() is None, "it ended while starting"
        try:
            [entry] = ask(port)
        except (OSError, ValueError):
            time.sleep(1)
            continue
        if entry["loadStatus"] == "LOADED":
            return entry
        time.sleep(1)
    raise AssertionError("not loaded in time")


def list_started(home: Home) -> list[str]:
    """Processes that run on this home, by their environment."""
    mark, found = f"DAGSTER_HOME={home.dagster}".encode(), []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(process.name)
            except OSError:
                continue
    return found


@pytest.mark.slow
def test_the_ui_loads_the_graph_and_stops_cleanly_even_from_a_background_shell(tmp_path):
    home, port = Home(tmp_path / "home"), free_port()
    started = (
        f"trap '' INT; exec '{sys.executable}' -m pipelines ui --port {port}"  # as a background shell does
    )
    child = subprocess.Popen(
        ["/bin/sh", "-c", started],
        cwd=ROOT,
        env=os.environ | {"TONGCHA_HOME": str(home.root), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        entry = wait_until_loaded(port, child)
        assert entry["name"] == "tongcha"
        assert entry["locationOrLoadError"] == {"__typename": "RepositoryLocation"}
        child.terminate()
        assert child.wait(STOP_SECONDS) == 0
    finally:
        child.kill()
        child.wait()
    deadline = time.monotonic() + 10
    while list_started(home) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert list_started(home) == []


def test_a_port_that_is_taken_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(HomeError, match=r"已被占用.*tongcha ui --port"):
            refuse_taken(int(other.getsockname()[1]), "tongcha ui")


def test_the_console_shows_no_address_that_somebody_else_answers_at(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGCHA_HOME", str(tmp_path / "home"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = CliRunner().invoke(tongcha, ["review", "--port", str(other.getsockname()[1])])
    assert isinstance(done.exception, HomeError)
    assert "已被占用" in str(done.exception)
    assert done.output == ""
    assert CliRunner().invoke(tongcha, ["review", "--port", "70000"]).exit_code == Exit.USAGE
