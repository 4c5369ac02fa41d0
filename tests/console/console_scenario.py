"""An invented batch of twelve links, four reviewers, and a console that runs on a free port."""

from __future__ import annotations

import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING

import argon2
import polars as pl

from console.accounts import Accounts
from console.policy import ConsolePolicy
from console.server import build_server
from console.settings import ConsoleSettings
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy
from tongcha.review.page_one import UNLOOKED
from tongcha.tables.intake import IDENTITIES, SITES
from tongcha.tables.linkage import CANDIDATE_LINKS, LINK_EVIDENCE
from tongcha.tables.reference import EMPLOYMENT, PEOPLE, SCHOOLS, STAFF_ENTRIES, TEACHERS
from tongcha.tables.referral import EXCULPATORY_FINDINGS
from tongcha.tables.review import CONFIRMED_LINKS

if TYPE_CHECKING:
    from tongcha.review.reviewers import Role

ROOT = Path(__file__).resolve().parents[2]
BATCH = "2026-10-18-城东"
RAID_DATE = date(2026, 10, 18)
START = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
KEY = b"k" * 32
PASSWORD = "plum-tree-17-north"  # noqa: S105 – of invented people
REVIEW_POLICY = ReviewPolicy.load(ROOT / "policy/review.yaml")
CONSOLE_POLICY = ConsolePolicy.load(ROOT / "policy/console.yaml")
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
LINKS = tuple(f"L{n:016x}" for n in range(1, 13))
SURE = LINKS[0]
"""the only link that the machine is certain of"""
LOOKALIKE = LINKS[1]
"""one digit and one character differ, and a rival is near"""
NAMES = (
    "王建国",
    "李芳",
    "赵敏",
    "陈思远",
    "欧阳晓燕",
    "刘洋",
    "周子涵",
    "吴桂英",
    "郑浩然",
    "孙丽",
    "马伊琍",
    "高铭",
)
WRITTEN = (
    "王建国",
    "李方",
    "赵敏",
    "陈思源",
    "欧阳小燕",
    "刘洋",
    "周子函",
    "吴桂英",
    "郑皓然",
    "孙莉",
    "马伊俐",
    "高明",
)


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
    )
    return replace(plain, **changes)


def _open_accounts(home: Path) -> Accounts:
    accounts = Accounts(home, hasher=CHEAP)
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


def build_tables(count: int = len(LINKS)) -> dict[str, pl.DataFrame]:
    """The tables of a batch with so many links; the first is certain, the second has a rival."""
    numbers = range(count)
    links = CANDIDATE_LINKS.conform(_frame([_link(n, count) for n in numbers]))
    site = {"batch": BATCH, "raid_id": "C1", "raid_date": RAID_DATE, "file": "raids/场所.xlsx", "row": 2}
    return {
        "candidate_links": links,
        "link_evidence": LINK_EVIDENCE.conform(_frame(_evidence(links))),
        "identities": IDENTITIES.conform(_frame([_identity(n) for n in numbers])),
        "people": PEOPLE.conform(_frame([_person(n) for n in range(count + 1)])),
        "schools": _schools(),
        "employment": EMPLOYMENT.conform(_frame(_spells(count))),
        "teachers": TEACHERS.conform(_frame([_teacher(n) for n in numbers])),
        "staff_entries": STAFF_ENTRIES.empty(),
        "sites": SITES.conform(_frame([site])),
        "confirmed_links": CONFIRMED_LINKS.empty(),
        "exculpatory_findings": EXCULPATORY_FINDINGS.empty(),
    }


def name_link(n: int) -> str:
    return f"L{n + 1:016x}"


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def _link(n: int, count: int) -> dict[str, object]:
    return {
        "batch": BATCH,
        "link_id": name_link(n),
        "identity_id": f"I{n}",
        "raid_id": "C1",
        "person_id": f"T{n}",
        "teacher_id": f"T{n}",
        "score": 40.0 if n == 0 else 19.0 + n / 2,
        "probability": 0.9999 if n == 0 else 0.93,
        "decision": "accept" if n == 0 else "review",
        "reason": "证件号与姓名全部一致" if n == 0 else "姓名相近，手机号一致",
        "rank": 1,
        "margin_bits": 2.5 if n == 1 else None,
        "rival_id": f"T{count}" if n == 1 else None,
        "evidence_grade": "甲" if n == 0 else "乙" if n < 6 else "丙",
        "employment_state": "in_service",
        "in_service": True,
        "responsible_school_id": "S1",
        "spell_no": 2,
        "evidence_hash": f"h{n}",
        "snapshot": "2026-09-01",
        "policy_hash": "p",
    }


def _evidence(links: pl.DataFrame) -> list[dict[str, object]]:
    parts = (
        ("先验", "查无此人为多", -11.0, "现场遇到的人多数不是教师"),
        ("证件号", "差一处", 9.5, "现场证件号码与库中号码只差一处，可能是抄录错误，须核对原件"),
        ("姓名", "同音", 4.25, "姓名读音（含声调）相同，用字不同"),
        ("手机号", "完全一致", 12.5, "手机号一致；家人合用或换号会削弱这一条"),
        ("学校", "相符", 1.8, "自称的学校与当日任职学校相符"),
        ("性别", "相同", 0.0, "性别相同（已由更强的证据涵盖，不重复计分）"),
        ("地区", "同市", 0.1, "查处场所与任教学校在同一市"),
        ("年龄", "差两岁", -0.9, "自报年龄与库中相差两岁"),
    )
    rows: list[dict[str, object]] = []
    for link_id, score in links.select("link_id", "score").iter_rows():
        rest = score - sum(bits for _, _, bits, _ in parts)
        own = (*parts, ("学科", "相同", rest, "自称学科与任教学科相同"))
        rows += [
            {
                "batch": BATCH,
                "link_id": link_id,
                "seq": n,
                "field": f,
                "level": level,
                "bits": b,
                "sentence": s,
            }
            for n, (f, level, b, s) in enumerate(own)
        ]
    return rows


def _number(n: int) -> str:
    return f"21020319800101{n:03d}{n % 10}"


def _identity(n: int) -> dict[str, object]:
    number = _number(n)
    return {
        "batch": BATCH,
        "identity_id": f"I{n}",
        "raid_id": "C1",
        "raid_date": RAID_DATE,
        "capture": "typed",
        "ground": "持证检查",
        "name": WRITTEN[n % len(WRITTEN)],
        "id_number": number if n % 2 == 0 else number[:9] + number[10:],
        "phone": f"13800138{n:03d}",
        "sex": "女",
        "age": 44,
        "claimed_school": "城东实验小学",
        "claimed_subject": "数学",
        "role": "授课",
        "file": "raids/2026-10-18-城东/现场人员.xlsx",
        "sheet": "人员",
        "row": n + 4,
    }


def _person(n: int) -> dict[str, object]:
    return {
        "snapshot": "2026-09-01",
        "person_id": f"T{n}",
        "origin": "registry",
        "teacher_id": f"T{n}",
        "name": NAMES[n % len(NAMES)] if n % len(LINKS) else NAMES[1 if n else 0],
        "former_name": "李芬芳" if n == 1 else None,
        "sex": "女",
        "birth_date": date(1980, 1, 1),
        "id_number": _number(n),
        "phone": f"13800138{n:03d}",
        "subject": "数学",
        "school_id": "S1",
        "staff_type": "在编",
        "post": "教师",
    }


def _teacher(n: int) -> dict[str, object]:
    return {
        "snapshot": "2026-09-01",
        "teacher_id": f"T{n}",
        "name": NAMES[n % len(NAMES)],
        "school_id": "S1",
        "file": "reference/2026-09-01/在职教师库.xlsx",
        "sheet": "教师",
        "row": n + 2,
    }


def _spells(count: int) -> list[dict[str, object]]:
    shared = {"snapshot": "2026-09-01", "school_id": "S1", "staff_type": "在编", "file": "任职经历.csv"}
    terms = ((1, date(2005, 9, 1), date(2018, 9, 1)), (2, date(2018, 9, 1), None))
    return [
        shared
        | {"teacher_id": f"T{n}", "spell_no": number, "start": start, "end": end, "row": 2 * n + number}
        for n in range(count)
        for number, start, end in terms
    ]


def _schools() -> pl.DataFrame:
    return SCHOOLS.conform(
        pl.DataFrame(
            {
                "snapshot": ["2026-09-01"],
                "school_id": ["S1"],
                "name": ["城东区实验小学"],
                "area": ["210203"],
                "file": ["reference/2026-09-01/学校名录.xlsx"],
                "row": [3],
            }
        )
    )
