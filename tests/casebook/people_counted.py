"""So many people met and confirmed a day, as the tables that bulletins count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.responsibility import hand_worked as world
from tongcha.casebook.bulletins import Counted
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl


def count_people(met: Mapping[date, int], confirmed: Mapping[date, int]) -> Counted:
    """So many people met and links confirmed on each day, at one site a day."""

    def build(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
        return world.build(name, rows) if rows else BY_NAME[name].empty()

    days = sorted({*met, *confirmed})
    sites = [{"raid_id": f"Q{n}", "raid_date": day, "licence": "无照无证"} for n, day in enumerate(days)]
    people = [
        {"identity_id": f"I{day}-{n}", "raid_id": "Q", "raid_date": day, "capture": "card", "id_number": "x"}
        for day, count in met.items()
        for n in range(count)
    ]
    links = [
        {"link_id": f"L{n:04d}{day:%Y%m%d}abcd", "identity_id": f"I{n}", "raid_id": "Q", "raid_date": day,
         "person_id": "T", "decision": "accept", "evidence_grade": "甲", "employment_state": "in_service",
         "signed_by": "R1", "judgement_ids": "E", "confirmed_on": day, "evidence_hash": "h"}
        for day, count in confirmed.items()
        for n in range(count)
    ]  # fmt: skip
    names = (
        "candidate_links",
        "referrals",
        "outcomes",
        "issue_ledger",
        "rectification_ledger",
        "withheld_links",
    )
    return Counted(
        build("sites", sites),
        build("identities", people),
        BY_NAME["candidate_links"].empty(),
        build("confirmed_links", links),
        *(BY_NAME[name].empty() for name in names[1:]),
    )
