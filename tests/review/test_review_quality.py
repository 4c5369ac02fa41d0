from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    KEY,
    LATIN,
    LEFT,
    LIKELY,
    POLICY,
    RAID_DATE,
    SURE,
    candidate_links,
    dossier_tables,
    judgements_of,
    queue_of,
    states_of,
    terms,
)
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.linkage.estimation.intervals import clopper_pearson
from tongcha.review.decisions import record_judgement
from tongcha.review.quality import ReviewRecords, find_kappa, list_overdue, measure_review
from tongcha.review.return_file import read_cover
from tongcha.review.returns import take_returns
from tongcha.review.reverification import sample_settled, write_reverification_workbook
from tongcha.review.reviewers import Reviewers
from tongcha.synthetic.workbook_filler import Answer, fill_workbook, list_links
from tongcha.tables.linkage import LINK_QUALITY

BY_DECOYS = "false_referral_rate_by_decoys"
ALL_DRAWN = POLICY.model_copy(
    update={"reverification": POLICY.reverification.model_copy(update={"share": 1.0})}
)
RECHECKERS = Reviewers.model_validate(
    {"reviewers": [{"code": code, "name": "复验员", "roles": ["复验"]} for code in ("r1", "v1")]}
)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def judge(ledger: Ledger, link_id: str, who: str, verdict: str, rnd: str = "一审", at: str = AT) -> None:
    event = record_judgement(
        batch=BATCH, link_id=link_id, review_round=rnd, reviewer=who, verdict=verdict, reason="理由充分",
        evidence_hash=f"h{link_id}", decided_on=DAY,
    )  # fmt: skip
    ledger.append(event, at=at)


def judge_twice(ledger: Ledger, link_id: str, first: str, second: str) -> None:
    judge(ledger, link_id, "r1", first)
    judge(ledger, link_id, "r2", second, "二审")


def records(ledger: Ledger) -> ReviewRecords:
    links = candidate_links()
    raids = {"batch": [BATCH] * 2, "raid_id": ["C1", "C2"], "raid_date": [RAID_DATE, date(2026, 10, 30)]}
    return ReviewRecords(
        queue_of(ledger, links), judgements_of(ledger, links), links, pl.DataFrame(raids), ledger.events()
    )


def measures(ledger: Ledger, today: date = DAY) -> dict[str, dict[str, object]]:
    table = measure_review(records(ledger), POLICY, today=today)
    return {row["measure"]: row for row in table.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [  # Clopper and Pearson's tables; R's binom.test gives the same
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (0, 299, 0.0, 0.01226),
        (3, 1000, 0.00062, 0.00874),
    ],
)
def test_intervals_agree_with_published_ones(hits, trials, low, high):
    assert clopper_pearson(hits, trials) == pytest.approx((low, high), abs=6e-5)


@settings(max_examples=20)
@given(st.integers(1, 400), st.floats(0, 1))
def test_an_interval_holds_its_share_and_mirrors(trials, part):
    hits = round(part * trials)
    low, high = clopper_pearson(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    assert clopper_pearson(trials - hits, trials) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_kappa_is_one_for_agreement_nought_for_chance_and_nothing_where_chance_explains_all():
    assert find_kappa([("same", "same"), ("different", "different")]) == 1
    assert find_kappa([(a, b) for a in ("same", "different") for b in ("same", "different")]) == 0
    assert find_kappa([("same", "same")] * 5) is None
    assert find_kappa([]) is None


def test_nothing_is_claimed_of_what_nobody_has_done(ledger):
    found = measures(ledger)
    assert found["false_referral_rate"]["value"] is None
    assert "不能估计" in str(found["false_referral_rate"]["note"])
    assert found["waiting"]["value"] == 5


def test_agreement_and_overturned_verdicts_are_counted_per_person(ledger):
    judge_twice(ledger, LATIN, "same", "same")
    judge_twice(ledger, LEFT, "same", "different")
    for who in ("r3", "r4"):
        judge(ledger, LEFT, who, "different", "集体研究")
    found = measures(ledger)
    assert found["agreement"]["value"] == 0.5
    assert found["overturned:r1"]["value"] == 0.5
    assert found["overturned:r2"]["value"] == 0.0
    assert found["judgements:r1"]["value"] == 2


def test_time_per_judgement_comes_from_the_console_alone(ledger):
    ledger.append(NewEvent(EventKind.ACCESS, SURE, "r1", {"view": "link"}), at="2026-10-20T09:59:00+08:00")
    judge(ledger, SURE, "r1", "same")
    judge(ledger, LATIN, "r2", "same")
    found = measures(ledger)
    assert found["seconds:r1"]["value"] == 60
    assert found["seconds:r2"]["value"] is None


def test_a_page_left_open_tells_nothing_of_how_long_a_judgement_takes(ledger):
    longest = timedelta(minutes=POLICY.queue.longest_look_minutes)
    for link_id, look in ((SURE, longest), (LATIN, longest + timedelta(seconds=1))):
        opened = (datetime.fromisoformat(AT) - look).isoformat()
        ledger.append(NewEvent(EventKind.ACCESS, link_id, "r1", {"view": "link"}), at=opened)
    for link_id in (SURE, LATIN):
        judge(ledger, link_id, "r1", "same")
    assert measures(ledger)["seconds:r1"]["value"] == longest.total_seconds()


def test_overdue_links_are_listed_oldest_first(ledger):
    judge(ledger, SURE, "r1", "same")
    overdue = list_overdue(records(ledger), POLICY, today=date(2026, 11, 30))
    assert SURE not in overdue["link_id"].to_list()
    assert overdue["link_id"].to_list()[-1] == LATIN
    assert overdue["days"].to_list()[-1] == 31
    assert list_overdue(records(ledger), POLICY, today=DAY).is_empty()


def test_the_sample_depends_on_seed_and_number_alone(ledger):
    judge(ledger, SURE, "r1", "same")
    judge_twice(ledger, LATIN, "same", "same")
    queue = queue_of(ledger, candidate_links())
    assert sorted(sample_settled(queue, ALL_DRAWN)) == [SURE, LATIN]
    assert sample_settled(queue.reverse(), ALL_DRAWN) == sample_settled(queue, ALL_DRAWN)
    judge_twice(ledger, LEFT, "different", "different")
    both_kinds = queue_of(ledger, candidate_links())
    assert set(sample_settled(both_kinds, ALL_DRAWN)) == {SURE, LATIN, LEFT}, "the rejected one as well"
    many = pl.DataFrame({"link_id": [f"L{n:016x}" for n in range(3000)], "state": "已确认"})
    assert 0.08 < len(sample_settled(many, POLICY)) / 3000 < 0.12


def take_second_look(ledger: Ledger, folder, answers: dict[str, Answer]) -> pl.DataFrame:
    links = candidate_links()
    [path] = write_reverification_workbook(
        queue=queue_of(ledger, links),
        judgements=judgements_of(ledger, links),
        tables=dossier_tables(links).shown,
        out=folder,
        key=KEY,
        batch=BATCH,
        policy=ALL_DRAWN,
    )
    cover = read_cover(path)
    assert cover is not None
    assert cover.round == "复验"
    assert set(answers) <= set(list_links(path))
    fill_workbook(path, answers)
    return take_returns([path], ledger, terms(links, reviewers=RECHECKERS), at=AT)


def test_a_second_look_that_agrees_lowers_the_measured_rate_and_changes_nothing(ledger, tmp_path):
    judge_twice(ledger, LATIN, "same", "same")
    take_second_look(ledger, tmp_path, {LATIN: Answer("same", "v1", DAY)})
    rate = measures(ledger)["false_referral_rate"]
    assert (rate["value"], rate["low"]) == (0.0, 0.0)
    assert states_of(ledger, candidate_links())[LATIN] == "已确认"


def test_a_contrary_second_look_brings_the_link_before_the_panel_and_counts_as_an_error(ledger, tmp_path):
    judge_twice(ledger, LATIN, "same", "same")
    take_second_look(ledger, tmp_path, {LATIN: Answer("different", "v1", DAY, "照片不是同一人")})
    assert states_of(ledger, candidate_links())[LATIN] == "待集体研究"
    assert measures(ledger)["false_referral_rate"]["value"] == 1.0
    for who in ("r3", "r4"):
        judge(ledger, LATIN, who, "same", "集体研究")
    assert states_of(ledger, candidate_links())[LATIN] == "已确认"
    assert measures(ledger)["false_referral_rate"]["value"] == 0.0


def test_a_second_look_that_stays_unsure_is_neither_an_error_nor_a_trial(ledger):
    judge_twice(ledger, LATIN, "same", "same")
    judge(ledger, LATIN, "v1", "unsure", "复验")
    rate = measures(ledger)["false_referral_rate"]
    assert (rate["hits"], rate["trials"], rate["value"]) == (0, 0, None)


def test_a_contrary_second_look_at_what_a_panel_settled_counts_as_an_error_though_it_reopens_nothing(ledger):
    judge_twice(ledger, LATIN, "same", "different")
    for who in ("r3", "r4"):
        judge(ledger, LATIN, who, "same", "集体研究")
    judge(ledger, LATIN, "v1", "different", "复验")
    assert states_of(ledger, candidate_links())[LATIN] == "已确认"
    assert measures(ledger)["false_referral_rate"]["value"] == 1.0


def test_nobody_verifies_their_own_verdict(ledger, tmp_path):
    judge_twice(ledger, LATIN, "same", "same")
    table = take_second_look(ledger, tmp_path, {LATIN: Answer("same", "r1", DAY)})
    assert table["outcome"].to_list() == ["refused"]


def test_what_recipients_report_is_measured_too(ledger):
    for number, finding in enumerate(("confirmed", "not_the_person", "confirmed", "confirmed")):
        ledger.append(NewEvent(EventKind.OUTCOME, f"R{number}", "jw", {"finding": finding}), at=AT)
    assert measures(ledger)["refuted_by_recipient_rate"]["value"] == 0.25


def test_of_each_link_the_last_report_counts_and_one_that_is_pending_not_at_all(ledger):
    for link_id, finding in (
        (SURE, "not_the_person"),
        (SURE, "proven"),
        (LATIN, "pending"),
        (LEFT, "unfounded"),
    ):
        ledger.append(NewEvent(EventKind.OUTCOME, link_id, "jw", {"finding": finding}), at=AT)
    rate = measures(ledger)["refuted_by_recipient_rate"]
    assert (rate["hits"], rate["trials"], rate["value"]) == (0, 2, 0.0)


def decoys_of(batch: str, count: int, accepted: int, reviewed: int) -> list[dict[str, object]]:
    values = {"decoys": float(count)}
    if count:
        values |= {"false_accept": accepted / count, "false_review": reviewed / count}
    return [
        {"batch": batch, "measure": name, "label": name, "value": value} for name, value in values.items()
    ]


def test_the_decoys_of_all_batches_stand_beside_the_measured_rate(ledger):
    rows = [*decoys_of("B1", 300, 1, 7), *decoys_of("B2", 700, 0, 23), *decoys_of("B3", 0, 0, 0)]
    quality = LINK_QUALITY.conform(pl.DataFrame(rows, schema_overrides=LINK_QUALITY.schema))
    for drawn in (quality, quality.reverse()):
        table = measure_review(replace(records(ledger), link_quality=drawn), POLICY, today=DAY)
        order = table["measure"].to_list()
        place = order.index("false_referral_rate")
        assert order[place + 1 : place + 3] == [f"{BY_DECOYS}_accept", f"{BY_DECOYS}_review"]
        accept, review = table[place + 1 : place + 3].iter_rows(named=True)
        assert (accept["value"], accept["low"], accept["high"]) == (0.001, *clopper_pearson(1, 1000))
        assert str(accept["note"]).startswith("虚构人员 1000 名中 1 名")
        assert (review["value"], review["low"], review["high"]) == (0.03, *clopper_pearson(30, 1000))


def test_without_decoys_no_estimate_is_claimed(ledger):
    found = measures(ledger)[f"{BY_DECOYS}_accept"]
    assert (found["value"], found["low"], found["high"]) == (None, None, None)
    assert "不能估计" in str(found["note"])


def test_the_tables_rows_are_the_same_whatever_the_order(ledger):
    judge_twice(ledger, LATIN, "same", "same")
    judge_twice(ledger, LIKELY, "same", "different")
    own = records(ledger)
    turned = ReviewRecords(
        own.queue.reverse(), own.judgements.reverse(), own.links.reverse(), own.sites.reverse(), own.events
    )
    assert measure_review(turned, POLICY, today=DAY).equals(measure_review(own, POLICY, today=DAY))
