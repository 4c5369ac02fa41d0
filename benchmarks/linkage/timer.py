"""Run a command and print its wall seconds, CPU seconds and peak memory in GB as JSON.

Standard library only: a child's peak memory can't be told from its parent's if the parent is large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main(command: list[str]) -> int:
    """Run the command; return its exit status."""
    start = time.perf_counter()
    process = subprocess.Popen(command)  # noqa: S603  what the benchmark asks for
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    cost = {"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "memory_gb": usage.ru_maxrss / 1e6}
    print(json.dumps(cost))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
