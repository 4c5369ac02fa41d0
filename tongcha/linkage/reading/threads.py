"""A few threads for work that lets go of the interpreter; what comes out doesn't depend on their number."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

THREADS: Final = 2
T = TypeVar("T")


@lru_cache(maxsize=1)
def workers() -> ThreadPoolExecutor:
    """Return the threads of this process: always the same, so that memory given back serves the next task.

    They take tasks in the order of submission; a task may wait for those that were submitted before it.
    """
    return ThreadPoolExecutor(THREADS)


os.register_at_fork(after_in_child=workers.cache_clear)  # a child process has none of them


def run_together(tasks: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Run tasks side by side, the first ones first; return what each of them returns."""
    running = {name: workers().submit(task) for name, task in tasks.items()}
    return {name: task.result() for name, task in running.items()}
