"""A process that stands still is ended; one that works, or waits for its reader, is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tongcha.intake.confinement import ROOT

PROGRAM = """
import sys, time
sys.path.insert(0, sys.argv[1])
from tongcha.intake import confinement
confinement.STILL_SECONDS = 2

def steps():
    yield 1
    start = time.monotonic()
    while time.monotonic() - start < 30 and sys.argv[2] == "stands":
        time.sleep(1)
    while time.process_time() < 4 and sys.argv[2] == "works":
        pass
    yield 2

for step in confinement.end_when_still(steps()):
    time.sleep(4 if sys.argv[2] == "is read slowly" else 0)
print("whole")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "outcome"), [("stands", (1, "")), ("works", (0, "whole")), ("is read slowly", (0, "whole"))]
)
def test_a_process_is_ended_only_when_its_work_stands_still(way, outcome):
    command = [sys.executable, "-c", PROGRAM, str(ROOT), way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own text
    assert (done.returncode, done.stdout.strip()) == outcome
