"""One parsing process kept for many files and replaced when a file kills it."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tongcha.intake.preflight import RESAVE, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from tongcha.intake.parser_child import Grid
    from tongcha.policy.intake import FileLimits

ROOT: Final = Path(__file__).resolve().parents[2]
START: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from tongcha.intake.parser_child import main; main()"
)
AHEAD: Final = 4
"""Requests under way: the process parses the next files while this one handles the last."""

Parsed = tuple[Path, "list[Grid] | FileRefusedError"]


class ParserPool:
    """Parses workbooks in a child process; use as a context manager.

    Args:
        limits: what a file may be; memory and time hold per process and per file.
    """

    def __init__(self, limits: FileLimits) -> None:
        """Remember the limits; the process starts with the first file."""
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._stop()

    def parse(self, paths: Iterable[Path]) -> Iterator[Parsed]:
        """Yield each path with its sheets or the reason why it was refused, in the given order."""
        waiting = deque(paths)
        asked: deque[Path] = deque()
        while waiting or asked:
            while waiting and len(asked) < AHEAD:
                asked.append(waiting.popleft())
                self._ask(asked[-1])
            path = asked.popleft()
            answer = self._hear()
            if answer is None:
                reason = self._stop()
                waiting.extendleft(reversed(asked))
                asked.clear()
                yield path, reason
            else:
                yield path, answer

    def _ask(self, path: Path) -> None:
        if self._process is None:
            self._process = _start_parser()
            _send(self._process, self._limits.model_dump())
        _send(self._process, str(path))

    def _hear(self) -> list[Grid] | FileRefusedError | None:
        """Return the next answer; None when the process has died."""
        if self._process is None or self._process.stdout is None:
            return None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        answer = json.loads(line)
        if "refused" in answer:
            return FileRefusedError(*answer["refused"])
        grids: list[Grid] = answer["grids"]
        return grids

    def _stop(self) -> FileRefusedError:
        """End the process and say what its end means for the file it was at."""
        code = 0
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.kill()
            code = self._process.wait()
            self._process = None
        if code == -signal.SIGALRM:
            return FileRefusedError("too_slow", "解析超过时限", "拆分为较小的文件")
        return FileRefusedError("kills_parser", "解析时内存超限或解析程序中止", RESAVE)


def _start_parser() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
        [sys.executable, "-I", "-c", START, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )


def _send(process: subprocess.Popen[bytes], message: object) -> None:
    # a broken pipe means that the process died on an earlier file: `_hear` finds out and asks again
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
