"""What a reviewer is shown of each link, as words: both values of each field, the evidence, the rival."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.unseen import drop_unseen
from tongcha.review.layout import ABSENT, COLLECTED, PAIRED, REGISTERED, SHOWN
from tongcha.tables.intake import FILED_GROUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

Row = dict[str, object]
PRIOR: Final = "先验"
"""the evidence row that says how rare any match is; it isn't evidence of this pair"""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CAPTURES: Final = {
    "card": "读卡",
    "typed": "手工录入",
    "masked": "号码有遮挡",
    "last4": "只记后四位",
    "oral": "口述",
}
ORIGINS: Final = {"registry": "在职教师库", "staff_list": "仅在学校名册"}
EMPLOYMENT: Final = {
    "in_service": "在职",
    "left": "已离职",
    "not_yet": "尚未入职",
    "gap": "任职空档",
    "undated": "任职起止或者调动去向不明",
    "conflict": "任职记录相互矛盾",
    "unknown": "无任职记录",
}
STRONG_BITS, CLEAR_BITS, FAINT_BITS = 8.0, 3.0, 0.5
"""bits above which a piece of evidence is shown with three, two or one sign"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both values of a field, and what stands behind the registry's without being compared."""

    collected: str
    registered: str
    note: str = ""

    @property
    def text(self) -> str:
        """The two lines as they stand in the cell."""
        lines = (COLLECTED + (self.collected or ABSENT), REGISTERED + (self.registered or ABSENT) + self.note)
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ShownLink:
    """One row of the workbook.

    Attributes:
        link_id: link number.
        evidence_hash: fingerprint of the evidence shown.
        pairs: both values of each paired column.
        texts: text of every shown column.
        scores: what the second sheet reveals, in its order.
    """

    link_id: str
    evidence_hash: str
    pairs: Mapping[str, Pair]
    texts: Mapping[str, str]
    scores: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ShownTables:
    """The tables that rows are written from: links, evidence, identities, people, schools."""

    candidate_links: pl.DataFrame
    evidence: pl.DataFrame
    identities: pl.DataFrame
    people: pl.DataFrame
    schools: pl.DataFrame


def show_links(tables: ShownTables, link_ids: Iterable[str]) -> list[ShownLink]:
    """Return what is shown of each link, in the order given."""
    wanted = list(link_ids)
    links = tables.candidate_links.filter(pl.col("link_id").is_in(wanted))
    people_ids = pl.concat([links["person_id"], links["rival_id"].drop_nulls()]).unique()
    known = _Known(
        _index(links, "link_id"),
        _index(
            tables.identities.filter(pl.col("identity_id").is_in(links["identity_id"].to_list())),
            "identity_id",
        ),
        _index(tables.people.filter(pl.col("person_id").is_in(people_ids.to_list())), "person_id"),
        dict(tables.schools.select("school_id", "name").iter_rows()),
        _list_evidence(tables.evidence.filter(pl.col("link_id").is_in(wanted))),
    )
    return [known.show(link_id) for link_id in wanted]


@dataclass(frozen=True, slots=True)
class _Known:
    links: Mapping[str, Row]
    identities: Mapping[str, Row]
    people: Mapping[str, Row]
    schools: Mapping[str, str]
    evidence: Mapping[str, str]

    def show(self, link_id: str) -> ShownLink:
        link = self.links[link_id]
        identity = self.identities[str(link["identity_id"])]
        person = self.people[str(link["person_id"])]
        pairs = dict(zip(PAIRED, self._pair_up(identity, person), strict=True))
        texts = {header: pair.text for header, pair in pairs.items()} | {
            "查处": f"{link['raid_id']}\n{identity['raid_date']}",
            "当日任职": self._describe_employment(link),
            "逐项证据": self.evidence.get(link_id, ABSENT),
            "最接近的另一人": self._describe_rival(link["rival_id"]),
        }
        scores = tuple(
            link[name]
            for name in ("score", "probability", "decision", "reason", "evidence_grade", "margin_bits")
        )
        ordered = {header: texts[header] for header in SHOWN}
        return ShownLink(link_id, str(link["evidence_hash"]), pairs, ordered, scores)

    def _pair_up(self, identity: Row, person: Row) -> tuple[Pair, ...]:
        """The pairs in the order of `PAIRED`."""
        former = f"\n（曾用名）{_text(person['former_name'])}" if person["former_name"] else ""
        number = _text(person["id_number"]) or _prefix("后四位 ", person["id_tail"])
        raid_date: date = identity["raid_date"]  # type: ignore[assignment]  # the contract makes it a date
        return (
            Pair(_text(identity["name"]), _text(person["name"]), former),
            Pair(_text(identity["id_number"]), number),
            Pair(_text(identity["phone"]), _text(person["phone"])),
            Pair(
                _join(identity["sex"], _years(identity["age"])),
                _join(person["sex"], _age_on(person, raid_date)),
            ),
            Pair(_text(identity["claimed_school"]), self._name_school(person["school_id"])),
            Pair(_text(identity["claimed_subject"]), _text(person["subject"])),
            Pair(
                _join(CAPTURES.get(_text(identity["capture"])), identity["role"], _tell_filed(identity)),
                _join(ORIGINS.get(_text(person["origin"])), person["staff_type"], person["post"]),
            ),
        )

    def _describe_employment(self, link: Row) -> str:
        state = EMPLOYMENT[str(link["employment_state"])]
        spell = f"依据第 {link['spell_no']} 段任职经历" if link["spell_no"] is not None else ""
        return "\n".join(filter(None, (state, self._name_school(link["responsible_school_id"]), spell)))

    def _describe_rival(self, person_id: object) -> str:
        person = self.people.get(_text(person_id))
        if person is None:
            return "没有其他候选"
        number = _text(person["id_number"]) or _prefix("后四位 ", person["id_tail"])
        return "\n".join(
            filter(
                None,
                (
                    _text(person["name"]),
                    number,
                    _text(person["phone"]),
                    self._name_school(person["school_id"]),
                ),
            )
        )

    def _name_school(self, school_id: object) -> str:
        return self.schools.get(_text(school_id), _text(school_id))


def sign_bits(bits: float) -> str:
    """Return the sign of a piece of evidence: ＋ or － up to three times, ○ for next to nothing."""
    size = abs(bits)
    if size < FAINT_BITS:
        return "○"
    return ("＋" if bits > 0 else "－") * (1 + (size >= CLEAR_BITS) + (size >= STRONG_BITS))


def _list_evidence(evidence: pl.DataFrame) -> dict[str, str]:
    """The evidence as lines of sign, field and level; what weighs next to nothing shares the last line."""
    lines: dict[str, list[str]] = {}
    faint: dict[str, list[str]] = {}
    rows = evidence.filter(pl.col("field") != PRIOR).sort("link_id", "seq")
    for link_id, field, bits, level in rows.select("link_id", "field", "bits", "level").iter_rows():
        if abs(bits) < FAINT_BITS:
            faint.setdefault(link_id, []).append(f"{field}{level}")
        else:
            lines.setdefault(link_id, []).append(f"{sign_bits(bits)} {field}：{level}")
    for link_id, words in faint.items():
        lines.setdefault(link_id, []).append("○ " + "、".join(words))
    return {link_id: "\n".join(own) for link_id, own in lines.items()}


def _index(frame: pl.DataFrame, key: str) -> dict[str, Row]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def _text(value: object) -> str:
    """The value on one line, as it is compared; control characters wouldn't survive an office suite."""
    return "" if value is None else CONTROL.sub(" ", drop_unseen(str(value)))


def _prefix(prefix: str, value: object) -> str:
    return f"{prefix}{_text(value)}" if value else ""


def _join(*values: object) -> str:
    return "，".join(_text(value) for value in values if value)


def _tell_filed(identity: Row) -> str:
    """Whoever judges must know that a firm filed this person and nobody met them."""
    return FILED_GROUND if _text(identity["ground"]).startswith(FILED_GROUND) else ""


def _years(age: object) -> str:
    return f"{age} 岁" if age is not None else ""


def _age_on(person: Row, day: date) -> str:
    """The age on the day of the raid, from the registered birth date."""
    born: date | None = person["birth_date"]  # type: ignore[assignment]  # the contract makes it a date
    if born is None:
        return ""
    return _years(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))
