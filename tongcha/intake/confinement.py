"""Processes that parse foreign files: what they are allowed, and how they are started.

The worst that a file can do is end its process. JSON and not pickle on the pipe: the parent must be
able to read the answer of a process that was taken over.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tongcha.intake.preflight import RESAVE, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tongcha.intake.preflight import Limits

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = {"POLARS_MAX_THREADS": "1", "_RJEM_MALLOC_CONF": "background_thread:false"}
"""All that a parsing process is told. Polars' allocator would start threads of its own; where memory for
one is refused it tries again without end, and the process neither fails nor finishes."""

Work = TypeVar("Work")
STILL_SECONDS: Final = 10
LEAST_CPU: Final = 0.01
"""Processor seconds of a second below which a process does nothing; a busy machine leaves it more."""

START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from {module} import main; main()"


def read_limits() -> Limits:
    """Take the limits from the first line of the input and bow to them."""
    limits: Limits = json.loads(sys.stdin.buffer.readline())
    # the process that started this one may ignore or block the alarm, which would be inherited
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    limit_memory(limits["parser_memory_bytes"])
    return limits


def limit_memory(limit: int) -> None:
    """Cap the address space of this process; no-op where the platform has no such limit."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time(seconds: float) -> None:
    """End this process after so many seconds, even inside compiled code; 0 lifts the limit."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def end_when_still(steps: Iterator[Work]) -> Iterator[Work]:
    """Yield the steps of some work; end this process when one of them stands still.

    Where memory runs out in one of polars' threads, the others may wait for it for ever: seen in 6 of
    92 reads under random limits. Nothing is raised then and no processor time passes, which is how it shows.
    """
    at_work = threading.Event()
    threading.Thread(target=_watch, args=(at_work,), daemon=True).start()
    while True:
        at_work.set()
        step = next(steps, None)
        at_work.clear()  # to wait for whoever reads the answer is no standing still
        if step is None:
            return
        yield step


def _watch(at_work: threading.Event) -> None:
    still, used = 0, time.process_time()
    while still < STILL_SECONDS:
        time.sleep(1)
        before, used = used, time.process_time()
        still = still + 1 if at_work.is_set() and used - before < LEAST_CPU else 0
    os._exit(1)


def write_refusal(refusal: FileRefusedError) -> bytes:
    """Return the line that says why a file is refused."""
    return write_line({"refused": [refusal.rule, refusal.reason, refusal.fix]})


def write_line(message: object) -> bytes:
    """Return a message as one line."""
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def start(module: str) -> subprocess.Popen[bytes]:
    """Start the `main` of a module of ours in a process without environment."""
    return subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
        [sys.executable, "-I", "-c", START.format(module=module), str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )


def send(process: subprocess.Popen[bytes], messages: Sequence[object]) -> None:
    """Write messages in one go; that the process is dead shows when its answer is read."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"".join(map(write_line, messages)))
            process.stdin.flush()


def end(process: subprocess.Popen[bytes]) -> FileRefusedError:
    """End a process and return what its end means for the file it was at."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    process.kill()
    if process.wait() == -signal.SIGALRM:
        return FileRefusedError("too_slow", "解析超过时限", "拆分为较小的文件")
    return FileRefusedError("kills_parser", "解析时内存超限或解析程序中止", RESAVE)
