"""Processes that parse foreign files: what they are allowed, and how they are started.

The worst that a file can do is end its process. JSON and not pickle on the pipe: the parent must be
able to read the answer of a process that was taken over.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tongcha.intake.preflight import RESAVE, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongcha.intake.preflight import Limits

ROOT: Final = Path(__file__).resolve().parents[2]
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
        env={},
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
