"""A person asks what is held of them (PIPL 45): found by their number, also after their batch was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipelines.casework import find_recorder
from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.closing import find_closed
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.erasure import digest_person
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    from pipelines.home import Home

GROUND: Final = "《个人信息保护法》第四十五条：本人查阅"


def answer_person(home: Home, id_number: str, *, by: str) -> int:
    """Show where a person was met, what became of it, and who was told; return how many times they were met.

    The question is recorded as an access, without the number.

    Args:
        home: an opened home.
        id_number: as on the card; it is neither shown nor stored.
        by: code of the person who answers; must have the role 办案.

    Raises:
        LedgerError: the person who answers may not record.
    """
    find_recorder(home, by)
    met = find_met(read_all(home, "identities"), id_number, home.key("closing"))
    office = build_office(home)
    ledger = Ledger(office.ledger_url)
    closed = find_closed(ledger.events())
    for row in met.iter_rows(named=True):
        say(f"批次 {row['batch']}　{row['raid_date']} 查处时登记")
        if row["digest"] is not None:
            say(f"  没有移送；批次已于 {closed[row['batch']].at[:10]} 办结，姓名、号码均已删除")
        else:
            show_held(home, row["batch"], row["identity_id"])
    how = {"view": "本人查阅", "ground": GROUND, "at": office.now()}
    places = met.select(pl.format("{}/{}", "batch", "identity_id")).to_series()
    seen = [NewEvent(EventKind.ACCESS, place, by, how) for place in places]
    ledger.append_all(seen, at=office.now())
    say(f"共 {met.height} 处登记")
    return met.height


def find_met(identities: pl.DataFrame, id_number: str, key: bytes) -> pl.DataFrame:
    """Return the rows of table `identities` that are this person's, erased ones by their digest."""
    number = id_number.strip().upper()
    digest = digest_person(number, None, key)
    own = (pl.coalesce("id_clean", "id_number").str.to_uppercase() == number) | (pl.col("digest") == digest)
    return identities.filter(own.fill_null(value=False)).sort("batch", "identity_id")


def show_held(home: Home, batch: str, identity_id: str) -> None:
    """Show the links of someone who isn't erased, where each stands, and who was told of it."""
    own = (pl.col("batch") == batch) & (pl.col("identity_id") == identity_id)
    confirmed = set(read_all(home, "confirmed_links").filter(own)["link_id"])
    given = read_all(home, "disclosures")
    say(f"  比对已确认 {len(confirmed)} 条")
    for link in read_all(home, "candidate_links").filter(own)["link_id"]:
        for row in find_disclosures_of(given, link).iter_rows(named=True):
            fields = row["fields"] or "无"
            say(f"  {row['on']}　已提供给 {row['recipient_name']}　项目：{fields}　依据：{row['basis']}")
