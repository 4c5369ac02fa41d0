"""Parsing processes kept for many files and replaced when a file kills one."""

from __future__ import annotations

import json
import os
from collections import deque
from typing import TYPE_CHECKING, Final, Self

from tongcha.intake.confinement import end, send, start
from tongcha.intake.preflight import RESAVE, FileRefusedError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from tongcha.intake.parser_child import Grid
    from tongcha.policy.intake import FileLimits

CHILD: Final = "tongcha.intake.parser_child"
AHEAD: Final = 32
"""Requests under way per process at most; half of them are asked for in one message."""

FEW: Final = 50
"""Below this number of files a second process costs more than it saves."""


class ParserPool:
    """Parses workbooks outside this process; use as a context manager.

    Args:
        limits: what a file may be; memory and time hold per process and per file.
    """

    def __init__(self, limits: FileLimits) -> None:
        """Make the workers; each starts its process with its first file."""
        self._workers = [_Worker(limits) for _ in range(min(2, os.cpu_count() or 1))]

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.stop()

    def parse(self, paths: Sequence[Path]) -> Iterator[tuple[Path, list[Grid] | FileRefusedError]]:
        """Yield each path with its sheets or the reason why it was refused, in the given order."""
        used = self._workers if len(paths) >= FEW else self._workers[:1]
        for number, worker in enumerate(used):
            worker.enqueue(paths[number :: len(used)])
        for number, path in enumerate(paths):
            yield path, used[number % len(used)].next_answer()


class _Worker:
    """One process and the files it still has to parse."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: deque[Path] = deque()
        self._asked: deque[Path] = deque()

    def enqueue(self, paths: Sequence[Path]) -> None:
        self._waiting.extend(paths)
        self._ask()

    def next_answer(self) -> list[Grid] | FileRefusedError:
        self._ask()
        self._asked.popleft()
        answer = self._hear()
        if answer is None:
            # the process died on this file; those asked after it are asked again
            answer = self.stop()
            self._waiting.extendleft(reversed(self._asked))
            self._asked.clear()
        self._ask()
        return answer

    def _ask(self) -> None:
        if len(self._asked) > AHEAD // 2 or not self._waiting:
            return
        messages: list[object] = []
        if self._process is None:
            self._process = start(CHILD)
            messages.append(self._limits.model_dump())
        while self._waiting and len(self._asked) < AHEAD:
            self._asked.append(self._waiting.popleft())
            messages.append(str(self._asked[-1]))
        send(self._process, messages)

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

    def stop(self) -> FileRefusedError:
        """End the process and say what its end means for the file it was at."""
        process, self._process = self._process, None
        return end(process) if process else FileRefusedError("kills_parser", "解析程序没有启动", RESAVE)
