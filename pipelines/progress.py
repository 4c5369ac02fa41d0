"""What a run tells the terminal: one step at a time, and nothing else of Dagster's talk."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHANNEL: Final = "tongcha.steps"
ENDINGS: Final = frozenset({"STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"})


@dg.logger({}, description="只把每一步的完成告诉命令行；全部日志仍在 Dagster 中")
def step_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """Return the channel that the command line listens to."""
    channel = logging.getLogger(CHANNEL)
    channel.setLevel(logging.DEBUG)
    channel.propagate = False
    return channel


class StepListener(logging.Handler):
    """Passes the name of each finished step on.

    Args:
        tell: called with the step's key.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Keep the callback."""
        super().__init__(logging.DEBUG)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on the end of a step; ignore everything else."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type_value in ENDINGS and event.step_key:
            self._tell(event.step_key)


@contextmanager
def listen_to_steps(tell: Callable[[str], None]) -> Iterator[None]:
    """Call `tell` with every step that ends while the block runs."""
    channel, listener = logging.getLogger(CHANNEL), StepListener(tell)
    channel.addHandler(listener)
    try:
        yield
    finally:
        channel.removeHandler(listener)
