"""`dagster dev` as a child in a session of its own, so that it can be stopped with everything it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import click

from pipelines.home import ENVIRONMENT
from pipelines.provenance import ROOT
from tongcha.errors import HomeError

if TYPE_CHECKING:
    from pipelines.home import Home

HOST: Final = "127.0.0.1"
LAST_PORT: Final = 65535
TURN_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 45


def serve_ui(home: Home, port: int) -> int:
    """Serve the UI until it is told to stop; return its exit code, 0 when it was told to.

    Raises:
        HomeError: the port is taken.
    """
    refuse_taken(port, "tongcha ui")
    click.echo(f"Dagster 界面：http://{HOST}:{port}（约需半分钟启动；Ctrl-C 停止）")
    told: list[float] = []
    # Before the child starts: what is handled here is at its default there. A background shell hands
    # SIGINT down ignored, and Dagster, which takes SIGTERM for SIGINT, could then not be stopped at all.
    previous = {
        number: signal.signal(number, lambda _number, _frame: told.append(time.monotonic()))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        code = _wait(_start(home, port), told)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0 if told else code


def _start(home: Home, port: int) -> subprocess.Popen[bytes]:
    """Start Dagster in a session of its own, so that Ctrl-C reaches it through us and only once."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", HOST, "-p", str(port)],
        cwd=ROOT,
        env=build_environment(home),
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], told: list[float]) -> int:
    """Wait for the child's end; once told to stop it is asked to, and killed after a grace period."""
    asked = False
    while True:
        try:
            return child.wait(timeout=TURN_SECONDS)
        except subprocess.TimeoutExpired:
            if told and not asked:
                asked = True
                child.terminate()  # Dagster ends its own children first
            elif told and time.monotonic() - told[0] > GRACE_SECONDS:
                os.killpg(child.pid, signal.SIGKILL)


def build_environment(home: Home) -> dict[str, str]:
    """Return the child's environment: this home, no telemetry, the project on the import path."""
    return os.environ | {
        ENVIRONMENT: str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }


def refuse_taken(port: int, command: str, host: str = HOST) -> None:
    """Refuse a port that somebody listens on.

    Args:
        port: the port.
        command: what wants it, as it is called.
        host: the address.

    Raises:
        HomeError: it is taken.
    """
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return  # nobody listens there
    other = port + 1 if port < LAST_PORT else port - 1
    raise HomeError(f"端口 {port}", "已被占用", f"换一个端口，如 {command} --port {other}")
