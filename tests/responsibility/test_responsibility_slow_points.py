"""Random acts, pupils and reliefs of many schools, priced by random rules, against the slow reference."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
import pytest

from tests.responsibility import hand_worked as world
from tests.responsibility import slow_points as slow
from tongcha.documents.numbers import number_record
from tongcha.errors import LedgerError, PolicyError
from tongcha.policy.deductions import Band, DeductionPolicy, Escalation
from tongcha.responsibility.deductions import compute_deductions, price_in_force
from tongcha.responsibility.proposals import propose_measures
from tongcha.responsibility.repricing import keep_decided
from tongcha.responsibility.rulings import apply_rulings, refuse_settled
from tongcha.responsibility.scoreboard import tally_scoreboard
from tongcha.responsibility.steps import strike_responsibilities
from tongcha.tables.responsibility import SCHOOL_RESPONSIBILITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

LICENCES: Final = ("有照有证", "有照无证", "无照无证")
EDGES: Final = tuple(date(2026, *day) for day in ((1, 1), (6, 30), (7, 1), (9, 29), (9, 30), (12, 31)))
"""first and last days of the rules and of campaigns"""
RELIEF: Final = ("school_id", "campaign", "rule", "case_ref")


class Town(NamedTuple):
    """A few schools with what happened there."""

    raids: list[tuple[str, date, str]]
    acts: list[slow.Act]
    pupils: list[slow.Pupil]
    reliefs: list[tuple[str, str, str, str]]


def cents(rng: random.Random, least: int, most: int) -> Decimal:
    return Decimal(rng.randrange(least, most + 1)).scaleb(-2)


def draw_policy(rng: random.Random) -> DeductionPolicy:
    """The shipped rules with other points, bands, shares and floors; amounts down to one hundredth."""
    rules, floors = world.DEDUCTIONS, sorted(rng.sample(range(1, 9), 3))
    bands = zip(floors, sorted(cents(rng, 0, 400) for _ in floors), strict=True)
    cap = cents(rng, 1, 1_500)
    limits = [rng.choice([Decimal(0), cap, cents(rng, 1, 900)]) for _ in range(3)]
    values: dict[str, dict[str, Any]] = {
        "teacher": {
            "points": cents(rng, 1, 300),
            "repeat_points": rng.choice([Decimal(0), cents(rng, 1, 200)]),
        },
        "pupils": {
            "bands": tuple(Band(at_least=floor, points=points) for floor, points in bands),
            "licences": tuple(rng.sample(LICENCES, rng.randrange(1, 4))),
        },
        "cap": {"points": cap},
        "self_report": {"share": cents(rng, 0, 100)},
        "rectification": {"share": cents(rng, 0, 100)},
        "honours": {"at_least": limits[0]},
    }  # fmt: skip
    parts = {name: getattr(rules, name).model_copy(update=part) for name, part in values.items()}
    told = [
        Escalation(at_least=floor, measure=measure, clause="某条例第一条")
        for measure, floor in zip(("约谈", "督导通报"), limits[1:], strict=True)
    ]
    return rules.model_copy(update=parts | {"escalations": tuple(told)})


def draw_town(rng: random.Random, number: int) -> Town:
    """Few raids, people and schools, so that the same meet again."""
    near = [date(2026, 10, 1) + timedelta(rng.randrange(-60, 60)) for _ in range(4)]
    raids = [
        (f"Q{number}-{n}", rng.choice([*near, *EDGES]), rng.choice(LICENCES))
        for n in range(rng.randrange(1, 5))
    ]
    schools = [f"S{number}-{n}" for n in range(rng.randrange(1, 4))]
    homes: dict[str, str] = defaultdict(lambda: rng.choice(schools))
    acts, pupils, reliefs = [], [], []
    for _ in range(rng.randrange(9)):
        raid, day, _licence = rng.choice(raids)
        person = f"T{number}-{rng.randrange(3)}"
        act = number_record("A", person, raid)
        acts.append(slow.Act(f"L{rng.getrandbits(64):016x}", act, person, day, homes[act]))
    for _ in range(rng.randrange(14)):
        raid, day, licence = rng.choice(raids)
        school = rng.choice(schools)
        pupils.append(slow.Pupil(f"{school}/{rng.randrange(9)}", raid, day, licence, school))
    for _ in range(rng.randrange(4)):
        campaign = slow.name_campaign(rng.choice(raids)[1], world.DEDUCTIONS)
        kind, event = rng.choice(["self_report", "rectification"]), f"E{rng.getrandbits(64):016x}"
        reliefs.append((rng.choice(schools), campaign, kind, event))
    return Town(raids, acts, pupils, reliefs)


def lay_out(acts: Sequence[slow.Act]) -> pl.DataFrame:
    filler = {"raid_id": "Q", "state": "attributed", "employment_state": "in_service", "chain": "第1段"}
    rows = [
        filler
        | {
            "link_id": act.link,
            "act_id": act.act,
            "person_id": act.person,
            "raid_date": act.day,
            "school_id": act.school,
        }
        for act in acts
    ]
    return world.build("school_responsibilities", rows)


def price(towns: Sequence[Town], policy: DeductionPolicy, rng: random.Random) -> pl.DataFrame:
    """The program's addends of all towns at once, its rows in any order."""
    pupils = [
        {
            "raid_id": pupil.raid,
            "pupil_no": f"{n}",
            "pupil_key": pupil.key,
            "state": "resolved",
            "school_id": pupil.school,
        }
        for n, pupil in enumerate(pupil for town in towns for pupil in town.pupils)
    ]
    filler = {"area": "210202", "address": "甲路1号", "subject_type": "学科类", "officers": "E001、E002"}
    sites = [
        filler | {"raid_id": raid, "raid_date": day, "licence": licence}
        for town in towns
        for raid, day, licence in town.raids
    ]
    reliefs = pl.DataFrame(
        [relief for town in towns for relief in town.reliefs],
        schema=dict.fromkeys(RELIEF, pl.String),
        orient="row",
    )
    tables = {
        "school_responsibilities": lay_out([act for town in towns for act in town.acts]),
        "pupil_schools": world.build("pupil_schools", pupils),
        "sites": world.build("sites", sites),
        "reliefs": reliefs,
    }
    mixed = {name: table[rng.sample(range(table.height), table.height)] for name, table in tables.items()}
    return compute_deductions(policy=policy, **mixed)


def tally(deductions: pl.DataFrame) -> dict[slow.Account, dict[str, Any]]:
    board = tally_scoreboard(score_deductions=deductions, schools=world.build_schools())
    return {(row["school_id"], row["campaign"]): row for row in board.iter_rows(named=True)}


def take_one_back(rng: random.Random, town: Town) -> Town:
    """The town without one act, or without one pupil's record."""
    if town.acts and rng.random() < 0.6:
        gone = rng.choice(town.acts).act
        return town._replace(acts=[act for act in town.acts if act.act != gone])
    dropped = rng.randrange(len(town.pupils)) if town.pupils else None
    return town._replace(pupils=[p for n, p in enumerate(town.pupils) if n != dropped])


def hold_against_reference(seed: int, rounds: int, towns_each: int) -> None:
    rng = random.Random(seed)
    for _ in range(rounds):
        policy = draw_policy(rng)
        towns = [draw_town(rng, number) for number in range(towns_each)]
        got = price(towns, policy, rng)
        want = {key: own for town in towns for key, own in slow.charge(*town[1:], policy).items()}
        lines: dict[slow.Account, list[slow.Line]] = defaultdict(list)
        columns = ("school_id", "campaign", "rule", "case_ref", "count", "points")
        for school, campaign, *line in got.select(columns).iter_rows():
            lines[school, campaign].append(tuple(line))
        assert {key: sorted(own) for key, own in lines.items()} == {k: sorted(own) for k, own in want.items()}
        board = tally(got)
        told = {key: {n: row[n] for n in slow.tally(want[key])} for key, row in board.items()}
        assert told == {key: slow.tally(own) for key, own in want.items()}
        compare_measures(got, want, policy)
        less = tally(price([take_one_back(rng, town) for town in towns], policy, rng))
        assert [key for key, row in less.items() if not 0 <= row["points"] <= board[key]["points"]] == []
        assert price([town._replace(acts=[], pupils=[]) for town in towns], policy, rng).is_empty()
        assert price(towns, policy, rng).equals(got)


def compare_measures(
    got: pl.DataFrame, want: dict[slow.Account, list[slow.Line]], policy: DeductionPolicy
) -> None:
    board = tally_scoreboard(score_deductions=got, schools=world.build_schools())
    proposed: dict[slow.Account, set[str]] = defaultdict(set)
    table = propose_measures(scoreboard=board, policy=policy)
    for school, campaign, measure in table.select("school_id", "campaign", "measure").iter_rows():
        proposed[school, campaign].add(measure)
    assert {key: proposed[key] for key in want} == {
        key: slow.propose(slow.total(own), policy) for key, own in want.items()
    }


def test_points_are_those_of_the_slow_reference_and_fall_with_whatever_is_taken_back():
    hold_against_reference(seed=21, rounds=6, towns_each=25)


@pytest.mark.slow
def test_points_of_thousands_of_towns_are_those_of_the_slow_reference():
    hold_against_reference(seed=22, rounds=30, towns_each=150)


ACT = number_record("A", "T1", "Q1")
TWICE = [slow.Act(link, ACT, "T1", world.RAIDS["Q1"], "S1") for link in ("L1", "L2")]
ONCE = lay_out(TWICE[:1])
DECIDED = {number_record("N", "S1", world.CAMPAIGN): "old"}


def price_acts(acts: pl.DataFrame, policy: DeductionPolicy = world.DEDUCTIONS, how=compute_deductions):
    reliefs = pl.DataFrame(schema=dict.fromkeys(RELIEF, pl.String))
    tables = {"pupil_schools": world.build_pupil_schools(), "sites": world.build_sites(), "reliefs": reliefs}
    return how(school_responsibilities=acts, policy=policy, **tables)


def test_an_act_struck_under_one_number_does_not_return_under_the_other():
    struck = pl.DataFrame({"case_ref": ["L1"], "event_id": ["E1"], "reason": ["查处当日已调离"]})
    left = strike_responsibilities(lay_out(TWICE), struck)
    assert left["state"].to_list() == ["struck", "struck"]
    assert price_acts(left).filter(rule="teacher_confirmed").is_empty()


def test_an_answer_about_the_other_record_of_an_act_does_not_move_it_from_the_school_that_the_spells_name():
    open_too = pl.when(pl.col("link_id") == "L1").then(pl.lit("question")).otherwise("state")
    acts = lay_out(TWICE).with_columns(state=open_too)
    answer = pl.DataFrame({"link_id": ["L1"], "ruled_school": ["S5"], "by": ["D1"], "event_id": ["E1"]})
    ruled = apply_rulings(school_responsibilities=acts, rulings=answer, schools=world.build_schools())
    assert ruled.equals(SCHOOL_RESPONSIBILITIES.conform(acts))
    with pytest.raises(LedgerError, match="已按比对 L2 归到学校"):
        refuse_settled(acts, "L1")
    with pytest.raises(LedgerError, match="没有待判定的问题"):
        refuse_settled(acts, "L2")
    refuse_settled(acts.filter(pl.col("link_id") == "L1"), "L1")


def rename_campaign(policy: DeductionPolicy) -> DeductionPolicy:
    first, second = policy.campaigns
    return policy.model_copy(
        update={"campaigns": (first, second.model_copy(update={"campaign": "2026年秋季专项行动"}))}
    )


def test_rules_that_put_a_decided_case_into_another_campaign_are_refused_and_charge_nothing_twice():
    renamed = price_acts(ONCE, rename_campaign(world.DEDUCTIONS))
    with pytest.raises(PolicyError, match="重复扣分"):
        keep_decided(renamed, DECIDED, lambda _: price_acts(ONCE))
    other_school = {number_record("N", "S5", world.CAMPAIGN): "old"}
    assert keep_decided(renamed, other_school, lambda _: price_acts(ONCE)).equals(renamed)


def test_pupils_counted_in_a_decided_notice_are_counted_in_no_other_campaign():
    renamed = price_acts(ONCE.clear(), rename_campaign(world.DEDUCTIONS))
    with pytest.raises(PolicyError, match="学校 S4 已作决定的事项 Q2"):
        keep_decided(renamed, {number_record("N", "S4", world.CAMPAIGN): "old"}, lambda _: price_acts(ONCE))


def test_raids_of_two_batches_that_are_numbered_alike_are_not_taken_for_one_that_was_moved():
    pupils = [
        {"batch": batch, "raid_id": "Q1", "pupil_no": "1", "pupil_key": batch, "state": "resolved"}
        | {"school_id": "S4"}
        for batch in ("2026-08-01-01", world.BATCH)
    ]
    summer = world.build_sites().filter(raid_id="Q1")
    summer = summer.with_columns(batch=pl.lit("2026-08-01-01"), raid_date=date(2026, 8, 1))
    table = compute_deductions(
        school_responsibilities=ONCE.clear(),
        pupil_schools=world.build("pupil_schools", pupils),
        sites=pl.concat([world.build_sites(), summer]),
        policy=world.DEDUCTIONS,
    )
    decided = {number_record("N", "S4", world.CAMPAIGN): "old"}
    assert table["case_ref"].to_list() == ["Q1", "Q1"]
    assert keep_decided(table, decided, lambda _: table).equals(table)


def test_a_raid_after_the_days_of_the_rules_of_a_decision_does_not_stop_the_sums():
    later = slow.Act("L3", number_record("A", "T3", "Q9"), "T3", date(2027, 1, 5), "S2")
    acts = lay_out([*TWICE, later])
    longer = world.DEDUCTIONS.model_copy(update={"valid_to": date(2027, 12, 31)})
    under_new = price_acts(acts, longer)
    kept = keep_decided(under_new, DECIDED, lambda _: price_acts(acts, world.DEDUCTIONS, how=price_in_force))
    assert tally(kept) == tally(under_new)
