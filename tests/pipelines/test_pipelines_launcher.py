"""`run.py`: what it starts ends with it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Final

import pytest

from pipelines.provenance import ROOT

ENDS_WITH_A_WORD: Final = """
import signal, sys, time
def end(number, frame):
    print("ended", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to pass on")
def test_who_asks_the_launcher_to_end_ends_what_it_started():
    command = [sys.executable, str(ROOT / "run.py"), "exec", "python", "-c", ENDS_WITH_A_WORD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        assert launcher.stdout.readline() == "ready\n"
        launcher.send_signal(signal.SIGTERM)
        assert launcher.stdout.readline() == "ended\n"
        assert launcher.wait(timeout=30) == 7
