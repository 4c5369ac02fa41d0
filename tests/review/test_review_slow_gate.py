"""Random logs on batches in which the same few people meet again and again, against the slow gate."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest

from tests.review import slow_gate as slow
from tests.review.gate_scenario import judge, store
from tests.review.review_scenario import BATCH, LIKELY, POLICY, RAID_DATE, SURE, candidate_links, facts, link
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.review.decisions import (
    find_withdrawn,
    record_judgement,
    record_recusal,
    record_retraction,
    record_withdrawal,
)
from tongcha.review.disputes import find_disputed, record_dispute, record_resolution
from tongcha.review.gate import confirm_links
from tongcha.review.judgements import project_judgements
from tongcha.review.settle import settle
from tongcha.tables.intake import IDENTITIES
from tongcha.tables.linkage import CANDIDATE_LINKS
from tongcha.tables.reference import PEOPLE

if TYPE_CHECKING:
    from tongcha.ledger.events import Event
    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.requirements import GateFacts
    from tongcha.tables.contract import Table

DAYS: Final = tuple(date(2026, 10, day) for day in (19, 20, 21))
NUMBERS: Final = ("210203198001011234", "210203199002021234", None)
ROUNDS: Final = ("一审", "一审", "二审", "二审", "集体研究", "复验")
VERDICTS: Final = ("same", "different", "unsure")
MET: Final = 15


def draw_met(rng: random.Random, number: int, flaws: float) -> slow.Row:
    return {
        "identity_id": f"I{number}",
        "raid_id": f"C{number // 3}",
        "raid_date": RAID_DATE,
        "role": rng.choice(["授课", "授课", "其他"]),
        "digest": "d" * 64 if rng.random() < flaws else None,
        "id_clean": rng.choice(NUMBERS),
        "sex": rng.choice(["男", "女", None]),
    }


def draw_links(rng: random.Random, met: slow.Row, place: int, flaws: float) -> list[slow.Row]:
    """One to three candidates of whoever was met; those of a raid have the same few people as candidates."""
    people = rng.sample([f"P{place // 3 * 2 + n}" for n in range(3)], rng.randrange(1, 4))
    decisions = ("accept", "review", "none") if rng.random() < 0.3 else ("accept", "review")
    rows = []
    for rank, person in enumerate(people, start=1):
        number, serves = f"L{rng.getrandbits(64):016x}", rng.random() >= flaws
        own = {
            "raid_id": met["raid_id"],
            "rank": rank,
            "score": 20.0 - rng.choice([0, 2, 5.5, 6, 6.5]) * (rank - 1),
            "decision": rng.choice(decisions),
            "evidence_grade": rng.choice("甲乙丙丁" if flaws else "甲乙"),
            "in_service": serves,
            "employment_state": "in_service" if serves else rng.choice(["left", "undated"]),
            "responsible_school_id": "S1" if rng.random() >= flaws else None,
            "evidence_hash": f"h{number}" if rng.random() < 0.9 else f"h{place % 5}",
        }
        rows.append(link(number, met["identity_id"], person, **own))
    return rows


def draw_policy(rng: random.Random, cap: int | None) -> ReviewPolicy:
    referral = {
        "weekly_cap": cap,
        "lowest_grade": rng.choice("乙乙丁"),
        "rival_margin_bits": rng.choice([6.0, 2.0, 0.0]),
    }
    needs = {
        "accept_same": rng.choice([1, 1, 2]),
        "accept_different": rng.choice([2, 1]),
        "panel": rng.choice([2, 2, 3]),
    }
    parts = {"referral": referral, "signatures": needs}
    return POLICY.model_copy(
        update={name: getattr(POLICY, name).model_copy(update=part) for name, part in parts.items()}
    )


def draw_event(rng: random.Random, rows: list[slow.Row], log: list[NewEvent], *, one_day: bool) -> NewEvent:
    row, kind = rng.choice(rows), rng.random()
    number, why = row["link_id"], rng.choice(["理由甲", "理由乙", "理由丙"])
    if kind < 0.16 and log:
        taken = rng.choice(log[-12:] if rng.random() < 0.5 else log)
        return record_retraction(event_id=taken.event_id, by="r8", reason=why)
    disputes = [event for event in log if event.kind is EventKind.DISPUTE] if kind < 0.20 else []
    if disputes:
        [opened] = store([rng.choice(disputes)])
        return record_resolution(opened, by="r8", reason=why, on=DAYS[1], upheld=rng.random() < 0.3)
    if kind < 0.24:
        return record_dispute(batch=BATCH, link_id=number, source="当事人", on=DAYS[0], by="r9", reason=why)
    if kind < 0.26:
        return record_withdrawal(batch=BATCH, link_id=number, by="r9", reason=why)
    if kind < 0.28:
        who, shown = rng.choice(["r1", "r2", "r3", "r4"]), row["evidence_hash"]
        return record_recusal(
            batch=BATCH, link_id=number, reviewer=who, reason=why, evidence_hash=shown, declared_on=DAYS[0]
        )
    usual = "same" if int(number[1:], 16) % 10 < 7 else "different"
    return record_judgement(
        batch=BATCH,
        link_id=number,
        review_round=rng.choice(ROUNDS),
        reviewer=rng.choice(["r1", "r2", "r3", "r4"]),
        verdict=usual if rng.random() < 0.7 else rng.choice(VERDICTS),
        reason=why,
        evidence_hash=row["evidence_hash"] if rng.random() < 0.93 else "what it showed before",
        decided_on=DAYS[int(number[1:], 16) % 3] if one_day else rng.choice(DAYS),
    )


def draw_log(rng: random.Random, rows: list[slow.Row], *, one_day: bool) -> list[Event]:
    log: list[NewEvent] = []
    known: set[str] = set()
    for _ in range(rng.randrange(60, 360)):
        event = draw_event(rng, rows, log, one_day=one_day)
        number = event.event_id
        if number not in known:  # the same statement is the same event
            known.add(number)
            log.append(event)
    return store(log)


def draw_facts(rng: random.Random, numbers: list[str], flaws: float, **stopped: frozenset[str]) -> GateFacts:
    given = [*rng.sample(numbers, rng.randrange(5)), "elsewhere 1"]
    return facts(
        today=DAYS[1],
        source_expiry=rng.choice(DAYS[:2]),
        is_filed=rng.random() < 2 * flaws,
        verified=frozenset(rng.sample(numbers, len(numbers) // 2)),
        is_closed=rng.random() < 0.5,
        handed_over={number: rng.choice([date(2026, 10, 18), DAYS[0]]) for number in given},
        open_elsewhere=["elsewhere 1", "elsewhere 2"][: rng.randrange(3)],
        referred_roles=rng.choice([None, ["授课"], ["授课"]]),
        **stopped,
    )


def tabulate(table: Table, rows: list[slow.Row], **same: Any) -> pl.DataFrame:
    return table.conform(pl.DataFrame([same | row for row in rows], schema_overrides=table.schema))


def hold_against_reference(seed: int, batches: int) -> set[str]:
    """Compare the gate with the slow one, and return what was missing anywhere."""
    rng, everything = random.Random(seed), set()
    for _ in range(batches):
        flaws, one_day = rng.choice([0.0, 0.1]), rng.random() < 0.4
        met = [draw_met(rng, number, flaws) for number in range(MET)]
        rows = [row for place, who in enumerate(met) for row in draw_links(rng, who, place, flaws)]
        people = sorted({row["person_id"] for row in rows})
        kept = {f"P{2 * n}": f"P{2 * n + 1}" for n in range(MET) if rng.random() < 0.5}
        policy = draw_policy(rng, rng.randrange(1, 6) if one_day else None)
        events = draw_log(rng, rows, one_day=one_day)
        gate = slow.Gate(rows, met, kept, events, policy)
        stopped = {"withdrawn": find_withdrawn(events), "disputed": find_disputed(events)}
        assert stopped == {"withdrawn": gate.withdrawn, "disputed": gate.disputed}
        known = draw_facts(rng, [row["link_id"] for row in rows], flaws, **stopped)
        links = tabulate(CANDIDATE_LINKS, rng.sample(rows, len(rows)))
        registered = [{"person_id": person, "same_person_as": kept.get(person)} for person in people]
        judgements = project_judgements(events, links, BATCH)
        states = dict(settle(judgements, links, policy).select("link_id", "state").iter_rows())
        assert states == {number: state for number, state in gate.state.items() if state}
        outcome = confirm_links(
            candidate_links=links,
            judgements=judgements,
            identities=tabulate(IDENTITIES, met, batch=BATCH, capture="card", file="f", row=2),
            facts=known,
            policy=policy,
            people=tabulate(PEOPLE, registered, snapshot="s", origin="registry", name="某"),
        )
        through, lacking = gate.pass_all(known)
        held = defaultdict(set)
        for number, requirement in outcome.withheld_links.select("link_id", "requirement").iter_rows():
            held[number].add(requirement)
        assert held == lacking
        assert outcome.confirmed.frame["link_id"].to_list() == through
        everything |= {"nothing"} if through else set()
        everything = everything.union(*lacking.values())
    return everything


def test_what_passes_and_what_each_other_link_lacks_is_what_the_slow_gate_says():
    assert {"nothing", "signatures", "no_rival"} <= hold_against_reference(seed=31, batches=16)


@pytest.mark.slow
def test_thousands_of_links_pass_or_lack_what_the_slow_gate_says():
    missing = hold_against_reference(seed=32, batches=250)
    assert len(missing) == 1 + 14 + 1  # nothing, every requirement but adopted_policy, capacity


def state_of(link_id: str, *events: NewEvent) -> str:
    links = candidate_links()
    settled = settle(project_judgements(store(list(events)), links, BATCH), links, POLICY)
    return str(settled.row(by_predicate=pl.col("link_id") == link_id, named=True)["state"])


def test_a_panel_needs_somebody_who_has_not_judged_the_link_in_any_round_not_even_the_blind_second_look():
    said = [judge(LIKELY, "r1"), judge(LIKELY, "r2", "different", "二审"), judge(LIKELY, "r3", rnd="复验")]
    panel = [judge(LIKELY, who, rnd="集体研究") for who in ("r1", "r3")]
    assert state_of(LIKELY, *said, *panel) == "待集体研究"
    assert state_of(LIKELY, *said, *panel, judge(LIKELY, "r4", rnd="集体研究")) == "已确认"


def test_whoever_says_otherwise_in_the_next_round_brings_the_link_before_the_panel():
    assert state_of(SURE, judge(SURE, "r1")) == "已确认"
    assert state_of(SURE, judge(SURE, "r1"), judge(SURE, "r1", "different", "二审")) == "待集体研究"


@pytest.mark.parametrize("early", ["r1", "r2"])
def test_the_days_that_people_typed_do_not_choose_whether_two_of_them_agree(early):
    def first(who: str) -> NewEvent:
        event = judge(LIKELY, who)
        day = DAYS[0] if who == early else DAYS[1]
        return NewEvent(event.kind, LIKELY, who, {**event.payload, "decided_on": day.isoformat()})

    assert state_of(LIKELY, first("r1"), first("r2"), judge(LIKELY, "r2", rnd="二审")) == "已确认"
