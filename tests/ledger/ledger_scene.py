"""Events to append, one by one and by several processes at once."""

from __future__ import annotations

import multiprocessing

from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger

AT = "2026-10-18T09:00:00+08:00"


def note(text: str, subject: str = "L1", actor: str = "r1") -> NewEvent:
    return NewEvent(EventKind.NOTE, subject, actor, {"text": text})


def write_many(url: str, worker: int) -> None:
    ledger = Ledger(url)
    for number in range(20):
        ledger.append(note(f"{worker}-{number}", actor=f"r{worker}"), at=AT)
        ledger.append(note(f"共同-{number}", actor="r0"), at=AT)


def append_from_processes(url: str) -> Ledger:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_many, args=(url, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    return Ledger(url)
