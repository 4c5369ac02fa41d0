"""A few threads for work that lets go of the interpreter; what comes out doesn't depend on their number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

THREADS: Final = 2
T = TypeVar("T")


def run_together(tasks: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Run tasks side by side, the first ones first; return what each of them returns."""
    with ThreadPoolExecutor(THREADS) as pool:
        running = {name: pool.submit(task) for name, task in tasks.items()}
        return {name: task.result() for name, task in running.items()}
