"""`dagster dev` as a child in a session of its own, so that it can be stopped with everything it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import click

from pipelines.home import ENVIRONMENT
from pipelines.provenance import ROOT
from tongcha.errors import HomeError

if TYPE_CHECKING:
    from types import FrameType

    from pipelines.home import Home

HOST: Final = "127.0.0.1"
GRACE_SECONDS: Final = 30


def serve_ui(home: Home, port: int) -> int:
    """Serve the UI until it is told to stop; return its exit code, 0 when it was told to.

    Raises:
        HomeError: the port is taken.
    """
    refuse_taken(port)
    click.echo(f"Dagster 界面：http://{HOST}:{port}（约需半分钟启动；Ctrl-C 停止）")
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", HOST, "-p", str(port)],
        cwd=ROOT,
        env=build_environment(home),
        start_new_session=True,  # from a background shell SIGINT would be ignored, and SIGTERM with it
    )
    told: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        stop_session(child)

    previous = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0 if told else code


def build_environment(home: Home) -> dict[str, str]:
    """Return the child's environment: this home, no telemetry, the project on the import path."""
    return os.environ | {
        ENVIRONMENT: str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }


def stop_session(child: subprocess.Popen[bytes]) -> None:
    """Ask the child to stop, and end its whole session if it doesn't within the grace period."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)


def refuse_taken(port: int) -> None:
    """Refuse a port that somebody listens on.

    Raises:
        HomeError: it is taken.
    """
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise HomeError(f"端口 {port}", "已被占用", "换一个端口，如 tongcha ui --port 3001")
