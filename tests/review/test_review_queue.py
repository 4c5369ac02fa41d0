from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.gate_scenario import recuse
from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    HOPELESS,
    LATIN,
    LEFT,
    LIKELY,
    POLICY,
    RIVAL,
    ROOT,
    SURE,
    candidate_links,
    facts,
    identities,
    judgements_of,
    link,
    queue_of,
    states_of,
)
from tongcha.errors import HomeError, PolicyError
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy
from tongcha.review.decisions import record_judgement, record_retraction
from tongcha.review.gate import confirm_links
from tongcha.review.judgements import project_judgements
from tongcha.review.quality import find_kappa
from tongcha.review.queue import build_review_queue
from tongcha.review.reviewers import Reviewers
from tongcha.tables.linkage import CANDIDATE_LINKS
from tongcha.tables.review import JUDGEMENTS

if TYPE_CHECKING:
    from tongcha.ledger.events import NewEvent


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def judgement(
    link_id: str, who: str, verdict: str = "same", rnd: str = "一审", reason: str = "理由充分"
) -> NewEvent:
    return record_judgement(
        batch=BATCH, link_id=link_id, review_round=rnd, reviewer=who, verdict=verdict, reason=reason,
        evidence_hash=f"h{link_id}", decided_on=DAY,
    )  # fmt: skip


def state_after(ledger: Ledger, events: list[NewEvent], link_id: str) -> str:
    ledger.append_all(events, at=AT)
    return states_of(ledger, candidate_links())[link_id]


def test_only_proposed_links_enter(ledger):
    queue = queue_of(ledger, candidate_links())
    assert sorted(queue["link_id"]) == sorted([SURE, LIKELY, RIVAL, LEFT, LATIN])
    assert HOPELESS not in queue["link_id"].to_list()
    assert sorted(queue["position"]) == [1, 2, 3, 4, 5]


def test_the_best_evidence_comes_first_and_the_score_has_no_say(ledger):
    order = queue_of(ledger, candidate_links()).sort("position")["link_id"].to_list()
    assert order[0] == SURE
    assert order[-1] == LATIN
    swapped = candidate_links(LIKELY={"score": 90.0}, RIVAL={"score": -90.0})
    assert queue_of(ledger, swapped).sort("position")["link_id"].to_list() == order


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_the_queue_is_the_same_whatever_the_order_of_rows(chance):
    links, judgements = candidate_links(), JUDGEMENTS.empty()
    order = list(range(links.height))
    chance.shuffle(order)
    assert build_review_queue(links[order], judgements, POLICY).equals(
        build_review_queue(links, judgements, POLICY)
    )


@pytest.mark.parametrize(
    ("link_id", "verdicts", "state"),
    [
        (SURE, ["same"], "已确认"),
        (SURE, ["different"], "待二审"),
        (SURE, ["different", "different"], "已否定"),
        (SURE, ["different", "same"], "待集体研究"),
        (SURE, ["unsure"], "待二审"),
        (LATIN, ["same"], "待二审"),
        (LATIN, ["same", "same"], "已确认"),
        (LATIN, ["different", "different"], "已否定"),
        (LATIN, ["same", "different"], "待集体研究"),
        (LATIN, ["unsure", "unsure"], "待集体研究"),
        (LATIN, ["same", "different", "same"], "待集体研究"),
        (LATIN, ["same", "different", "same", "same"], "已确认"),
        (LATIN, ["unsure", "same", "different", "different"], "已否定"),
        (LATIN, ["unsure", "same", "unsure", "unsure"], "存疑"),
        (LATIN, ["unsure", "same", "same", "different"], "存疑"),
    ],
)
def test_verdicts_settle_a_link_by_the_table_in_the_docs(ledger, link_id, verdicts, state):
    places = (("r1", "一审"), ("r2", "二审"), ("r3", "集体研究"), ("r4", "集体研究"))
    events = [
        judgement(link_id, who, verdict, rnd) for (who, rnd), verdict in zip(places, verdicts, strict=False)
    ]
    assert state_after(ledger, events, link_id) == state


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_one_person_who_answers_two_rounds_is_one_person(ledger, verdict):
    """Workbook and console refuse it; whatever else writes the ledger gains nothing by it either."""
    twice = [judgement(LATIN, "r1", verdict), judgement(LATIN, "r1", verdict, rnd="二审")]
    assert state_after(ledger, twice, LATIN) == "待二审"


def test_a_panel_of_the_same_two_people_settles_nothing(ledger):
    events = [judgement(LATIN, "r1"), judgement(LATIN, "r2", "different", "二审")]
    events += [judgement(LATIN, who, "same", "集体研究") for who in ("r1", "r2")]
    assert state_after(ledger, events, LATIN) == "待集体研究"


@pytest.mark.parametrize("rnd", ["一审", "二审"])
@pytest.mark.parametrize("day", ["2026-10-19", "2026-10-21"])
def test_people_who_contradict_each_other_in_one_round_go_before_the_panel_whatever_day_they_write(
    ledger, rnd, day
):
    """A typed date that chose among them let one insider overrule a colleague by dating back."""
    also = judgement(SURE, "r3", "same", rnd)
    dated = replace(also, payload={**also.payload, "decided_on": day})
    events = [judgement(SURE, "r1", "different"), judgement(SURE, "r2", "different", "二审"), dated]
    assert state_after(ledger, events, SURE) == "待集体研究"


def test_a_contrary_second_look_is_not_hidden_by_an_earlier_one_that_agrees(ledger):
    agrees = judgement(SURE, "r2", "same", "复验")
    earlier = replace(agrees, payload={**agrees.payload, "decided_on": "2026-10-19"})
    events = [judgement(SURE, "r1"), judgement(SURE, "r4", "different", "复验"), earlier]
    assert state_after(ledger, events, SURE) == "待集体研究"


def test_what_a_panel_settled_a_contrary_second_look_does_not_settle_anew(ledger):
    events = [judgement(LATIN, "r1"), judgement(LATIN, "r2", "different", "二审")]
    events += [judgement(LATIN, who, "same", "集体研究") for who in ("r3", "r4")]
    assert state_after(ledger, events, LATIN) == "已确认"
    assert state_after(ledger, [judgement(LATIN, "r5", "different", "复验")], LATIN) == "已确认"


def test_not_the_same_person_is_remembered_across_models_and_snapshots(ledger):
    ledger.append_all(
        [judgement(LATIN, "r1", "different"), judgement(LATIN, "r2", "different", "二审")], at=AT
    )
    later = candidate_links(LATIN={"score": 99.0, "snapshot": "2027-01-01", "policy_hash": "new"})
    assert states_of(ledger, later)[LATIN] == "已否定"


def test_a_link_is_reopened_when_its_evidence_changes_and_only_as_long_as_it_differs(ledger):
    ledger.append(judgement(SURE, "r1"), at=AT)
    changed = queue_of(ledger, candidate_links(SURE={"evidence_hash": "other"}))
    row = changed.row(by_predicate=pl.col("link_id") == SURE, named=True)
    assert (row["state"], row["reopened"]) == ("待一审", True)
    same = queue_of(ledger, candidate_links()).row(by_predicate=pl.col("link_id") == SURE, named=True)
    assert (same["state"], same["reopened"]) == ("已确认", False)


def test_a_proposal_that_lost_its_certainty_needs_the_second_person_after_all(ledger):
    ledger.append(judgement(SURE, "r1"), at=AT)
    assert states_of(ledger, candidate_links(SURE={"decision": "review"}))[SURE] == "待二审"


def test_each_judgement_says_why_it_no_longer_counts(ledger):
    first, again = judgement(SURE, "r1"), judgement(SURE, "r1", "different")
    recused, taken, kept = judgement(LIKELY, "r1"), judgement(LATIN, "r1"), judgement(LEFT, "r1")
    recusal = recuse(LIKELY, "r1")
    back = record_retraction(event_id=taken.event_id, by="r1", reason="看错了")
    ledger.append_all([first, again, recused, taken, kept, recusal, back], at=AT)
    table = judgements_of(ledger, candidate_links(LEFT={"evidence_hash": "other"}))
    found = dict(table.select("event_id", "standing").iter_rows())
    assert found == {
        first.event_id: "superseded",
        again.event_id: "current",
        recused.event_id: "recused",
        taken.event_id: "retracted",
        kept.event_id: "stale",
    }


def test_judgements_of_another_batch_stay_out(ledger):
    ledger.append(judgement(SURE, "r1"), at=AT)
    assert project_judgements(ledger.events(), candidate_links(), "2026-11-01-02").is_empty()


def shipped_policy() -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((ROOT / "policy/review.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize(
    ("key", "value"),
    [("accept_same", 0), ("accept_different", 0), ("review", 1), ("review", 0), ("panel", 1), ("nobody", 1)],
)
def test_a_policy_that_asks_for_nobody_is_refused(tmp_path, key, value):
    policy = shipped_policy()
    policy["signatures"] = {**policy["signatures"], key: value}  # type: ignore[dict-item]  # the file's own shape
    path = tmp_path / "review.yaml"
    path.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError, match=f"signatures.{key}"):
        ReviewPolicy.load(path)


@pytest.mark.parametrize(
    "text",
    [
        "reviewers: [{code: 张三, name: 张三, roles: [一审]}]",
        "reviewers: [{code: r1, name: 甲, roles: [院长]}]",
        "reviewers: [{code: r1, name: 甲, roles: []}, {code: r1, name: 乙, roles: []}]",
        "[",
        "reviewers: 3",
    ],
)
def test_a_broken_list_of_reviewers_is_refused_clearly(tmp_path, text):
    path = tmp_path / "reviewers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HomeError, match="复核人名单"):
        Reviewers.load(path)
    with pytest.raises(HomeError, match="不存在或者不能读取"):
        Reviewers.load(tmp_path / "missing.yaml")


def test_two_people_review_two_hundred_and_disagree_on_some(ledger):
    rows = [link(f"L{n:016x}", f"I{n}", f"T{n}") for n in range(200)]
    links = CANDIDATE_LINKS.conform(pl.DataFrame(rows, schema_overrides=CANDIDATE_LINKS.schema))
    met = pl.concat([identities().head(1).with_columns(identity_id=pl.lit(f"I{n}")) for n in range(200)])
    chance = random.Random(7)
    first = {row: chance.choice(["same", "same", "different"]) for row in links["link_id"]}
    second = {row: chance.choice([first[row]] * 9 + ["unsure"]) for row in links["link_id"]}
    ledger.append_all([judgement(row, "r1", said) for row, said in first.items()], at=AT)
    for row, said in second.items():  # one by one, as the console does
        ledger.append(judgement(row, "r2", said, "二审"), at=AT)
    expected = {
        row: {"same": "已确认", "different": "已否定"}[said] if second[row] == said else "待集体研究"
        for row, said in first.items()
    }
    assert states_of(ledger, links) == expected
    outcome = confirm_links(
        candidate_links=links,
        judgements=judgements_of(ledger, links),
        identities=met,
        facts=facts(),
        policy=POLICY,
    )
    confirmed = {row for row, state in expected.items() if state == "已确认"}
    assert set(outcome.confirmed.frame["link_id"]) == confirmed
    assert len(ledger.events()) == 400
    assert ledger.verify().is_intact
    kappa = find_kappa([(said, second[row]) for row, said in first.items()])
    assert kappa is not None
    assert 0.7 < kappa < 1
