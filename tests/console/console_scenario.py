"""Reviewers, a browser, and a console that runs on a free port over the batch of `console_batch`."""

from __future__ import annotations

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING

import argon2
import polars as pl

from console.accounts import Accounts
from console.policy import ConsolePolicy
from console.server import build_server
from console.settings import ConsoleSettings
from tests.console.console_batch import BATCH, build_tables
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy
from tongcha.review.judgements import project_judgements
from tongcha.review.page_one import UNLOOKED
from tongcha.review.queue import build_review_queue

if TYPE_CHECKING:
    from tongcha.review.reviewers import Role

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
KEY = b"k" * 32
PASSWORD = "plum-tree-17-north"  # noqa: S105 – of invented people
REVIEW_POLICY = ReviewPolicy.load(ROOT / "policy/review.yaml")
CONSOLE_POLICY = ConsolePolicy.load(ROOT / "policy/console.yaml")
SHORTEST = CONSOLE_POLICY.password.min_chars
"""password accepted"""
PEOPLE_OF_THE_DESK: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("r1", "复核员甲", ("一审",)),
    ("r2", "复核员乙", ("一审", "二审")),
    ("r3", "复核员丙", ("二审", "集体研究")),
    ("r4", "复核员丁", ("集体研究",)),
    ("r5", "查看员", ("查看",)),
    ("r6", "复核员戊", ("一审",)),
    ("r7", "复核员己", ("复验",)),
)
STOPPING: list[threading.Thread] = []
MOST_STOPPING = 3
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@dataclass
class Clock:
    """A clock that the test moves."""

    now: datetime = START
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


@dataclass
class World:
    """Tables that may change under the console, as they do when `propose` runs again."""

    tables: dict[str, pl.DataFrame] = field(default_factory=lambda: dict(build_tables()))

    def read(self, name: str, batch: str | None) -> pl.DataFrame:
        assert batch == BATCH
        return self.tables[name]


def make_settings(
    home: Path, world: World | None = None, clock: Clock | None = None, **changes
) -> ConsoleSettings:
    plain = ConsoleSettings(
        read_table=(world or World()).read,
        list_batches=lambda: [BATCH],
        require_open=lambda _batch: None,
        error_rates=lambda: [UNLOOKED],
        ledger=Ledger(f"sqlite:///{home / 'ledger.sqlite'}"),
        review_policy=REVIEW_POLICY,
        console_policy=CONSOLE_POLICY,
        accounts=_open_accounts(home),
        key=KEY,
        clock=clock or Clock(),
        sign=lambda *asked: f"sign{'-'.join(asked)}",
    )
    return replace(plain, **changes)


def _open_accounts(home: Path) -> Accounts:
    accounts = Accounts(home, min_chars=SHORTEST, hasher=CHEAP)
    if not (home / "accounts.yaml").exists():
        for code, name, roles in PEOPLE_OF_THE_DESK:
            accounts.add(code, name, roles, PASSWORD)
    return accounts


@contextmanager
def running(settings: ConsoleSettings):
    """Run the console; yield its address.

    Stopping takes a server two tenths of a second, so nobody waits for it until a few of them are at it.
    """
    while len(STOPPING) > MOST_STOPPING:
        STOPPING.pop(0).join(5)
    server = build_server(settings, port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        STOPPING.append(thread)


@dataclass
class Answer:
    status: int
    text: str
    url: str
    headers: dict[str, str]

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return found[1]


class Browser:
    """A browser without JavaScript: cookies, forms, redirections."""

    def __init__(self, address: str):
        self.address = address
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str, **headers: str) -> Answer:
        return self.send(urllib.request.Request(self.address + path, headers=headers))  # noqa: S310 – our own server

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        body = urllib.parse.urlencode(form).encode()
        return self.send(urllib.request.Request(self.address + path, data=body, headers=headers))  # noqa: S310 – as above

    def send(self, request: urllib.request.Request) -> Answer:
        try:
            with self.opener.open(request) as got:
                return Answer(got.status, got.read().decode(), got.url, dict(got.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), error.url, dict(error.headers))

    def log_in(self, code: str, password: str = PASSWORD) -> Answer:
        token = self.get("/login").field("token")
        return self.post("/login", {"token": token, "code": code, "password": password})

    def open(self, link_id: str) -> Answer:
        return self.get(link_path(link_id))

    def judge(
        self, link_id: str, verdict: str, reason: str = "", page: Answer | None = None, **changes
    ) -> Answer:
        page = page or self.open(link_id)
        assert page.status == 200, page.text
        form = {name: page.field(name) for name in ("token", "form", "round", "evidence_hash")}
        return self.post(
            link_path(link_id) + "/verdict", form | {"verdict": verdict, "reason": reason} | changes
        )


def link_path(link_id: str) -> str:
    return f"/batches/{urllib.parse.quote(BATCH)}/links/{link_id}"


def queue_path(review_round: str = "") -> str:
    query = f"?round={urllib.parse.quote(review_round)}" if review_round else ""
    return f"/batches/{urllib.parse.quote(BATCH)}{query}"


def judgements(settings: ConsoleSettings, world: World) -> pl.DataFrame:
    return project_judgements(settings.ledger.events(), world.tables["candidate_links"], BATCH)


def state_of(settings: ConsoleSettings, world: World, link_id: str) -> str:
    links = world.tables["candidate_links"]
    queue = build_review_queue(links, judgements(settings, world), REVIEW_POLICY, world.tables["sites"])
    return str(queue.filter(pl.col("link_id") == link_id)["state"].item())
