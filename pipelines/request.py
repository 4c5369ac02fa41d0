"""A person asks what is held of them (PIPL 45): found by their number, also after their batch was closed.

Whoever was met is found by the number or phone taken on site; whoever others took them for is found by the
record, because a name that was told to somebody concerns the person on record, whatever was taken on site.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from pipelines.casework import find_recorder
from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.closing import find_closed
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.erasure import digest_person
from tongcha.casebook.papers import JOIN
from tongcha.errors import InputError, LedgerError
from tongcha.identity.id_numbers import parse_id, tidy_id
from tongcha.identity.phones import parse_phone
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.referral.lists import FIELD_LABELS

if TYPE_CHECKING:
    from pipelines.home import Home

GROUND: Final = "《个人信息保护法》第四十五条：本人查阅"
NOWHERE: Final = "没有找到登记"
RIGHTS: Final = (
    "比对一致不等于违规事实成立。认为认错了人或者登记有误的，可以随时提出异议、请求更正，核实答复之前有关比对一律不对外提供；"
    "依据：《个人信息保护法》第四十六条。"
)
LIMIT: Final = "只能按完整号码查找；现场没有采集号码、也没有被认定为本人的，这样查不到"
_WHOLE: Final = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]")


def require_answerer(home: Home, by: str) -> None:
    """Refuse who may not answer; the answer covers all districts, so it isn't for who is bound to some.

    Raises:
        LedgerError: the person may not record, or only for some districts.
    """
    if find_recorder(home, by).areas:
        raise LedgerError(f"代号 {by}", "只管本区划，而查阅涉及全市", "由不限区划的人答复")


def answer_person(home: Home, asked: str, *, by: str) -> int:
    """Show where a person was met, what became of it, who was told, and what can be asked; return the count.

    The question is recorded as an access, without the number.

    Args:
        home: an opened home.
        asked: ID number as on the card, or mobile number; it is neither shown nor stored.
        by: code of the person who answers; must have the role 办案.

    Raises:
        LedgerError: the person who answers may not.
        InputError: what was given is no whole number.
    """
    require_answerer(home, by)
    kind, value = read_trait(asked)
    links, identities, people = (read_all(home, name) for name in ("candidate_links", "identities", "people"))
    met = find_met(identities, asked, home.key("closing"))
    records = people.filter(pl.col("id_number" if kind == "证" else "phone") == value)
    own = links.filter(pl.col("person_id").is_in(records["person_id"].to_list()))
    days = identities.select("batch", "identity_id", "raid_date")
    taken = find_taken_for(home, own, met).join(days, on=["batch", "identity_id"], maintain_order="left")
    show_met(home, met, links)
    for row in taken.iter_rows(named=True):
        say(f"批次 {row['batch']}　{row['raid_date']} 查处时登记的人被认定为本人（现场登记的不是这个号码）")
        show_held(home, links.filter(pl.col("link_id") == row["link_id"]))
    record_access(home, [*_place(met), *_place(taken)], by=by)
    found = met.height + taken.height
    say(f"共 {found} 处登记；教师库、教职工名册中有 {records['person_id'].n_unique()} 条。{LIMIT}。")
    if found:
        say(RIGHTS)
    return found


def read_trait(asked: str) -> tuple[str, str]:
    """Return `证` or `机` and the number as intake would have read it.

    Raises:
        InputError: it is neither a whole ID number nor a mobile number.
    """
    phone, number = parse_phone(asked).clean, tidy_id(asked)
    clean = parse_id(number).clean or (number if _WHOLE.fullmatch(number) else "")
    if not clean and not phone:
        raise InputError("所查的号码", "不是完整的证件号码或者手机号", "核对后再查；部分号码会查到别人")
    return ("证", clean) if clean else ("机", phone)


def find_met(identities: pl.DataFrame, asked: str, key: bytes) -> pl.DataFrame:
    """Return the rows of table `identities` that are this person's, erased ones by their digest.

    Raises:
        InputError: what was asked for is no whole number.
    """
    kind, value = read_trait(asked)
    if kind == "证":
        held, digest = pl.coalesce("id_clean", "id_number"), digest_person(value, None, key)
    else:
        held, digest = pl.coalesce("phone_clean", "phone"), digest_person(None, value, key)
    own = (held.str.to_uppercase() == value) | (pl.col("digest") == digest)
    return identities.filter(own.fill_null(value=False)).sort("batch", "identity_id")


def find_taken_for(home: Home, links: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """Return the links by which somebody met was taken for the person on record: confirmed, or told.

    Args:
        home: an opened home.
        links: the candidate links of the person's records.
        met: who was found by the number anyway.
    """
    told = read_all(home, "disclosures")["links"].drop_nulls().str.split(JOIN).explode()
    said = {*told.to_list(), *read_all(home, "confirmed_links")["link_id"].to_list()}
    others = links.join(met, on=["batch", "identity_id"], how="anti")
    return others.filter(pl.col("link_id").is_in(sorted(said))).sort("batch", "link_id")


def show_met(home: Home, met: pl.DataFrame, links: pl.DataFrame) -> None:
    """Show each place where the person was met, and what became of it."""
    closed = find_closed(build_office(home).events())
    for row in met.iter_rows(named=True):
        say(f"批次 {row['batch']}　{row['raid_date']} 查处时登记")
        if row["digest"] is not None:
            say(f"  没有移送；批次已于 {closed[row['batch']].at[:10]} 办结，姓名、号码均已删除")
        else:
            own = (pl.col("batch") == row["batch"]) & (pl.col("identity_id") == row["identity_id"])
            show_held(home, links.filter(own))


def show_held(home: Home, links: pl.DataFrame) -> None:
    """Show how many of these links are confirmed, and who was told of any."""
    confirmed = set(read_all(home, "confirmed_links")["link_id"])
    given = read_all(home, "disclosures")
    say(f"  比对已确认 {len(confirmed & set(links['link_id']))} 条")
    for link in links["link_id"]:
        for row in find_disclosures_of(given, link).iter_rows(named=True):
            fields = JOIN.join(FIELD_LABELS.get(f, (f,))[0] for f in (row["fields"] or "无").split(JOIN))
            say(f"  {row['on']}　已提供给 {row['recipient_name']}　项目：{fields}　依据：{row['basis']}")


def record_access(home: Home, places: list[str], *, by: str) -> None:
    """Record that somebody looked, also when nothing was found."""
    office = build_office(home)
    how = {"view": "本人查阅", "ground": GROUND, "at": office.now()}
    seen = [NewEvent(EventKind.ACCESS, place, by, how) for place in places or [NOWHERE]]
    Ledger(office.ledger_url).append_all(seen, at=office.now())


def _place(rows: pl.DataFrame) -> list[str]:
    return rows.select(pl.format("{}/{}", "batch", "identity_id")).to_series().unique().sort().to_list()
