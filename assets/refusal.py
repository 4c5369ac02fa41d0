"""How a step says why it stopped: Dagster shows the sentence first, and no value that an error may quote."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from tongcha.errors import TongchaError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def tell_plainly() -> Iterator[None]:
    """Turn what was raised into Dagster's own failure: a rule's sentence as it is, a mistake by its kind.

    What other libraries raise may quote a cell, and Dagster keeps it in its event log; so only the kind and
    the lines of code are kept. The error itself stays in `__context__`, where the command line finds it.
    """
    try:
        yield
    except dg.Failure:
        raise
    except TongchaError as error:
        raise dg.Failure(str(error), allow_retries=False).with_traceback(error.__traceback__) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, its text must not reach the event log
        fix = "在命令行以 TONGCHA_DEBUG=1 运行同一任务，把输出交给维护人员"
        sentence = f"程序错误（{type(error).__name__}）：这一步没有做完。处理办法：{fix}。"
        raise dg.Failure(sentence, allow_retries=False).with_traceback(error.__traceback__) from None
