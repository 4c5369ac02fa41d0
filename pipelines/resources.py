"""The resources of a run: the office, held under the home's lock, and the table store."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from assets.office import Office
from console.accounts import Accounts
from pipelines.home import KEYS, Home
from pipelines.presence import show_alive
from pipelines.provenance import code_version, policy_digest
from pipelines.terminal import say
from pipelines.witness import note_head, refuse_earlier_clock, refuse_older_ledger
from tongcha.documents.validation_index import write_index
from tongcha.review.seal import sign_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dg.resource(description="办案台：收件箱、发件箱、政策、台账、密钥与日期")
def open_office_for_run(context: dg.InitResourceContext) -> Iterator[Office]:
    """Give a run the office of TONGCHA_HOME and keep other runs waiting until it ends.

    At its end the overview of the validation pages is brought up to date, once for all its checks, and the
    head of the ledger is noted, so that the next run doesn't work on an older copy.
    """
    home = Home.from_environment().open()
    with show_alive(home, context.run.run_id if context.run else None), hold_home(home):
        refuse_older_ledger(home)
        refuse_earlier_clock(home)
        yield build_office(home)
        write_index(home.outbox)
        note_head(home)


def build_office(home: Home) -> Office:
    """Return the office of an opened home."""
    settings = home.settings()
    policies, today = home.policies(), settings.today or datetime.now(tz=UTC).astimezone().date()
    return Office(
        home=home.root,
        policies=policies,
        today=today,
        adopted_by=today,
        now=lambda: datetime.now(tz=UTC).astimezone().isoformat(timespec="seconds"),
        is_demo=settings.demo,
        ledger_url=home.ledger_url(),
        keys={name: home.key(name) for name in KEYS},
        sign=cache(make_signer(home)),
        provenance={"代码版本": code_version(), "政策指纹": policy_digest(policies)},
    )


def make_signer(home: Home) -> Callable[[str, str, str], str]:
    """Return what tells by code, batch and round what that person writes behind their code in workbooks."""
    accounts = Accounts(home.root, min_chars=0)

    def sign(code: str, batch: str, review_round: str) -> str:
        return sign_code(home.key("console"), code, accounts.stamp(code), batch, review_round)

    return sign


@contextmanager
def hold_home(home: Home) -> Iterator[None]:
    """Hold the home's lock: one run or record at a time, from the command line or the UI.

    Whoever has to wait is told. The operating system frees the lock when the process ends, however it ends.
    It can't be held twice by one process.
    """
    with (home.root / ".lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("… 另一项运行或者登记正在进行，等它结束")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
