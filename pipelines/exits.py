"""Exit codes of the command line, and the one error that only runs can raise."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the shell is told; documented in docs/cli.md."""

    OK = 0
    """done"""
    REFUSED = 1
    """a rule refused the work; the message says which and what to do"""
    USAGE = 2
    """the command was called wrongly"""
    PROBLEMS = 3
    """`doctor` or `ledger verify` found problems"""
    STOPPED = 4
    """a check failed, what follows wasn't done, what was stored stays"""
    INTERNAL = 70
    """a mistake in the program"""
    INTERRUPTED = 130
    """Ctrl-C"""


class StoppedError(Exception):
    """A run was stopped by blocking checks.

    Args:
        job: the job's name.
        sentences: the rules that aren't kept, as Chinese sentences.
    """

    def __init__(self, job: str, sentences: list[str]) -> None:
        """Build the one-line Chinese message."""
        listed = "；".join(sentences) or "详见 tongcha ui 中的运行记录"
        super().__init__(f"{job}：校验未通过，后续步骤已停止，原有数据未动。未通过：{listed}。")
        self.sentences = sentences
