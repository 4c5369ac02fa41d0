#!/usr/bin/env python3
"""Set up `.venv` from `requirements.lock`, then run one of the project's commands.

Standard library only, so that it works before anything is installed:

    python3 run.py setup            install what the lock file names
    python3 run.py demo             the whole loop on an invented city
    python3 run.py test             linters, type checker, layers contract, tests
    python3 run.py ui               the Dagster UI on the same home
    python3 run.py tongcha ARGS…    the command line
    python3 run.py exec CMD ARGS…   any command inside the environment
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST, NEWEST = (3, 11), (3, 13)
STRICT = ("--no-deps", "--require-hashes", "-r", str(LOCK))
ON_EVERY_CORE = ("-n", "auto", "--dist", "loadfile")  # a file's tests share what they set up
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a private folder there; tests don't wait for the disk
ROOM = 4 << 30

TEST_STEPS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports",),
    ("mypy",),
    ("python", "-m", "pytest", "-m", "not slow", *ON_EVERY_CORE),
    ("python", "-m", "pytest", "-m", "slow", *ON_EVERY_CORE),
)


def main(arguments: list[str]) -> int:
    """Run the command named by the first argument; return its exit code."""
    command, *rest = arguments or ["help"]
    commands: dict[str, Callable[[], int]] = {
        "setup": lambda: 0,
        "demo": lambda: tongcha("demo", *rest),
        "ui": lambda: tongcha("ui", *rest),
        "tongcha": lambda: tongcha(*rest),
        "test": lambda: test(rest),
        "exec": lambda: run(*rest),
    }
    if command not in commands:
        print(__doc__)
        return 0 if command in {"help", "-h", "--help"} else 2
    set_up()
    return commands[command]()


def set_up() -> None:
    """Create `.venv` and install the lock file into it, unless that is done already."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"需要 Python 3.11–3.13，当前是 {sys.version.split()[0]}：请改用合适的 python3 再运行。")
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "installed.sha256"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("正在安装依赖（首次约需几分钟）…", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        install = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)],
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *STRICT],
        ]
    else:  # `--without-pip` works where Debian leaves ensurepip out
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-qq"]
        install = [
            [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
            [*pip, "--disable-pip-version-check", "--compile", *STRICT],
        ]
    for step in install:
        if subprocess.run(step, check=False).returncode:
            sys.exit("安装依赖失败：请检查网络与 pip 源设置后重试（python3 run.py setup）。")
    stamp.write_text(wanted)


def tongcha(*arguments: str) -> int:
    """Run the command line."""
    return run("python", "-m", "pipelines", *arguments)


def test(arguments: list[str]) -> int:
    """Run every gate in turn and stop at the first that fails."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    for step in TEST_STEPS:
        print(f"── {' '.join(step)}", flush=True)
        code = run(*step, *(arguments if "pytest" in step else ()))
        if code:
            return code
    return 0


def run(program: str, *arguments: str) -> int:
    """Run a program of the environment with the project on its import path; a request to end is passed on."""
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", "")))
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "VIRTUAL_ENV": str(VENV)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    found = shutil.which(program, path=path) or program
    with subprocess.Popen([found, *arguments], env=environment) as process:
        # a service manager or `kill` asks this process only; without this the program would outlive it
        signal.signal(signal.SIGTERM, lambda _number, _frame: process.terminate())
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # Ctrl-C reached the program as well: it ends in its own way
                continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
