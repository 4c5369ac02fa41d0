"""The review console on this home: the stored tables, the same ledger, the same people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assets.page_one import tell_error_rates
from assets.store import WHOLE, TableStore
from console.accounts import Accounts
from console.policy import ConsolePolicy
from console.settings import ConsoleSettings
from pipelines.resources import build_office, make_signer
from pipelines.terminal import say
from pipelines.witness import refuse_earlier_clock
from tongcha.casebook.closing import find_closed
from tongcha.errors import HomeError
from tongcha.intake.batch import find_batch
from tongcha.intake.source import read_source
from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy
from tongcha.review.said import list_said
from tongcha.tables import BY_NAME, Partition
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    import polars as pl

    from pipelines.home import Home
    from tongcha.ledger.events import Event
    from tongcha.review.reviewers import Reviewer

MADE_BY_ACT: Final = ("confirmed_links", "exculpatory_findings")
"""tables that aren't there yet when a batch is reviewed for the first time"""


def build_console_settings(home: Home, *, public_name: str = "") -> ConsoleSettings:
    """Return what the console needs to know of an opened home."""
    office = build_office(home)
    links = BY_NAME["candidate_links"]

    def read_table(name: str, batch: str | None) -> pl.DataFrame:
        table, partition = BY_NAME[name], choose_partition(office.tables, name, batch)
        if name in MADE_BY_ACT and not office.tables.has(table, partition):
            return table.empty()
        return office.tables.read(table, partition)

    def closed() -> dict[str, Event]:
        return find_closed(Ledger(office.ledger_url).events(EventKind.DELETION))

    def require_open(batch: str) -> None:
        refuse_earlier_clock(home)
        today = home.settings().today or datetime.now(tz=UTC).astimezone().date()
        read_source(find_batch(office.inbox, batch), today=today)

    return ConsoleSettings(
        read_table=read_table,
        list_batches=lambda: [name for name in office.tables.partitions(links) if name not in closed()],
        require_open=require_open,
        error_rates=lambda: tell_error_rates(office.tables),
        ledger=Ledger(office.ledger_url),
        review_policy=office.policy(ReviewPolicy, "review"),
        console_policy=office.policy(ConsolePolicy, "console"),
        accounts=open_accounts(home),
        key=home.key("console"),
        clock=lambda: datetime.now(tz=UTC).astimezone(),
        sign=make_signer(home),
        public_name=public_name,
    )


def open_accounts(home: Home) -> Accounts:
    """Return the accounts of an opened home."""
    policy = build_office(home).policy(ConsolePolicy, "console")
    return Accounts(home.root, min_chars=policy.password.min_chars)


def disable_reviewer(home: Home, code: str) -> None:
    """Disable a person from today on, and say how many of their judgements still count.

    Raises:
        HomeError: nobody has that code.
    """
    office = build_office(home)
    open_accounts(home).disable(code, on=office.today)
    standing = drop_retracted(Ledger(office.ledger_url).events())
    said = [e.subject for e in standing if e.kind is EventKind.JUDGEMENT and e.actor == code]
    say(f"✓ 已停用 {code}：不能再登录，此后交回的复核表和登记一律不收。")
    if said:
        say(
            f"此前已入台账的判断照旧有效：{len(said)} 件，涉及 {len(set(said))} 条比对。"
            "需要另行复查的，用 tongcha explain 逐条查看，由办案人员用 tongcha retract 撤回其判断后重新复核。"
        )


def verify_person(home: Home, code: str, password: str) -> Reviewer:
    """Return the person whose password this is.

    Raises:
        HomeError: it isn't theirs, or nobody has that code.
    """
    person = open_accounts(home).verify(code, password)
    if person is None:
        raise HomeError(
            f"复核人代号 {code[:20]}", "代号或者密码不对", "没有密码的，先用 tongcha reviewer add 设"
        )
    return person


def tell_said(home: Home, code: str, password: str) -> None:
    """Tell a person what the ledger holds under their code, latest first.

    Raises:
        HomeError: the password isn't theirs.
    """
    person = verify_person(home, code, password)
    rows = list_said(Ledger(home.ledger_url()).events(), person.code)
    for row in rows:
        answer = f"{row.answer}（已撤回）" if row.is_retracted else row.answer
        parts = (row.recorded_at, row.batch, row.link_id, row.round, answer, row.on, row.reason, row.way)
        say("　".join(filter(None, (*parts, row.event_id))))
    say(
        f"共 {len(rows)} 条。有不是您所答的，立即告知办案人员，用 tongcha retract 事件编号 撤回，并修改密码。"
    )


def tell_signatures(home: Home, code: str, password: str) -> None:
    """Tell a person what to write behind their code in each batch's workbooks.

    Raises:
        HomeError: the password isn't theirs.
    """
    person = verify_person(home, code, password)
    settings = build_console_settings(home)
    for batch in settings.list_batches():
        for review_round in (name for name in EVERY_ROUND if name in person.roles):
            say(f"{batch}　{review_round}　{code}/{settings.sign(code, batch, review_round)}")


def choose_partition(tables: TableStore, name: str, batch: str | None) -> str:
    """Return which stored file a batch's reader needs: its own, or the snapshot that it was linked to."""
    match BY_NAME[name].partition:
        case Partition.WHOLE:
            return WHOLE
        case Partition.BATCH:
            return batch or ""
        case Partition.SNAPSHOT:
            links = BY_NAME["candidate_links"]
            proposed = tables.read(links, batch) if batch and tables.has(links, batch) else links.empty()
            return str(proposed["snapshot"][0]) if proposed.height else tables.current_snapshot()
