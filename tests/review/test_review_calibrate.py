"""m learned from what two people agreed on: moves to the truth, says what it can't know, writes nothing."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.review_scenario import BATCH
from tongcha.errors import InputError, PolicyError
from tongcha.linkage.estimation.calibrate import calibrate, compare_decisions, show_changes
from tongcha.policy.calibration import CalibrationPolicy
from tongcha.policy.diff import diff_texts, replace_numbers, write_number
from tongcha.policy.linkage import LinkagePolicy
from tongcha.review.agreed import AGREED
from tongcha.review.calibrate import calibrate_judged, show_judged

SHIPPED = Path(__file__).resolve().parents[2] / "policy"
HELD = LinkagePolicy.load(SHIPPED / "linkage.yaml")
RULES = CalibrationPolicy.load(SHIPPED / "calibration.yaml")
TRUTH = {"exact": 0.40, "near": 0.05, "different": 0.55}
"""the phone's m in the invented world; the policy as shipped holds 0.70, 0.03 and 0.27"""
LEVELS = ("id_number", "name", "phone", "birth", "age", "sex", "area", "school", "subject")


@dataclass(frozen=True)
class World:
    """Links, which of them are of one person, and what people agreed on.

    The machine is sure where the phone agrees; of those, one in five was looked at by a second person.
    """

    linked: pl.DataFrame
    agreed: pl.DataFrame
    same: pl.DataFrame


def build_world(seed: int = 1, matches: int = 1600, strangers: int = 300, looked: float = 0.2) -> World:
    dice = random.Random(seed)
    rows, verdicts = [], []
    for n in range(matches + strangers):
        is_same = n < matches
        shares = TRUTH if is_same else {"exact": 0.9, "near": 0.0, "different": 0.1}
        phone = dice.choices(list(shares), list(shares.values()))[0]
        decision = "accept" if phone == "exact" and dice.random() < 0.95 else "review"
        levels = dict.fromkeys(LEVELS, "absent") | {"phone": phone}
        rows.append(
            {"batch": BATCH, "link_id": f"L{n:016x}", "identity_id": f"I{n}", "capture": "oral"}
            | {"decision": decision, "rank": 1, "probability": 0.9} | levels
        )  # fmt: skip
        alone = decision == "accept" and is_same
        second = not alone or dice.random() < looked
        verdicts.append((f"L{n:016x}", decision, is_same, alone, second))
    linked = pl.DataFrame(rows)
    agreed = pl.DataFrame(verdicts, schema=AGREED, orient="row")
    return World(linked, agreed, linked.head(matches))


def learn(world: World, rules: CalibrationPolicy = RULES, confirmed: pl.DataFrame | None = None):
    return calibrate_judged(
        lambda _policy: world.linked,
        world.agreed,
        world.linked.select("link_id").clear() if confirmed is None else confirmed,
        HELD,
        rules,
    )


def phone_m(calibration) -> dict[str, float]:
    return dict(calibration.proposal.proposed.phone.m)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def learned(world):
    return learn(world)


def test_m_moves_to_the_truth_though_most_sure_links_were_seen_by_one_person_only(learned):
    found = phone_m(learned)
    for level, share in TRUTH.items():
        assert found[level] == pytest.approx(share, abs=0.035)
    assert found["listed"] == found["exact"]
    changes = learned.proposal.changes.filter(pl.col("field") == "phone")
    for level, low, high in changes.select("level", "low", "high").iter_rows():
        assert low <= TRUTH[level.replace("listed", "exact")] <= high


def test_without_the_weights_the_same_links_would_mislead(world):
    both = world.agreed.filter("is_agreed", "is_same").join(world.linked, on="link_id")
    assert (both["phone"] == "exact").mean() < TRUTH["exact"] - 0.2


def test_too_few_second_looks_are_refused_and_the_message_says_what_to_do():
    unseen = build_world(matches=400, looked=0.0)
    with pytest.raises(InputError, match=r"经第二人复验、意见一致的只有 0 条，少于 30 条") as refused:
        learn(unseen)
    assert "先完成各批次的复验表" in str(refused.value)


def test_where_nobody_has_agreed_nothing_is_learned():
    nobody = World(build_world(matches=5).linked, pl.DataFrame(schema=AGREED), pl.DataFrame())
    with pytest.raises(InputError, match="还没有两人一致的结论"):
        learn(nobody)


def test_a_field_with_too_few_pairs_keeps_its_value(world):
    strict = RULES.model_copy(update={"least_pairs": 100_000})
    held = learn(world, strict).proposal
    assert held.proposed == HELD
    assert held.changes.is_empty()
    assert show_changes(held.changes)[0].startswith("不建议调整任何数")


def test_few_pairs_are_held_back_by_the_value_in_force():
    few = build_world(matches=300, strangers=0, looked=0.5)
    near = RULES.model_copy(update={"carries": 0.0})
    stiff = RULES.model_copy(update={"carries": 10_000.0})
    assert (
        abs(phone_m(learn(few, stiff))["exact"] - 0.7) < 0.02 < abs(phone_m(learn(few, near))["exact"] - 0.7)
    )


def test_links_called_different_teach_no_m_and_tell_how_many_proposed_were_somebody_else(world, learned):
    others = world.agreed.filter(~pl.col("is_same")).height
    only = World(world.linked, world.agreed.filter("is_same"), world.same)
    assert phone_m(learn(only)) == phone_m(learned)
    assert learned.different == others
    shares = {row["decision"]: row for row in learned.mixture.iter_rows(named=True)}
    sure = world.agreed.filter(pl.col("decision") == "accept")
    true_share = sure.filter(~pl.col("is_same")).height / sure.height
    assert shares["accept"]["low"] <= true_share <= shares["accept"]["high"]
    assert shares["accept"]["share"] == pytest.approx(true_share, abs=0.01)


def test_matches_that_nobody_saw_bound_how_far_m_may_be_off(world):
    lost = world.linked.head(1).with_columns(
        link_id=pl.lit("L" + "f" * 16),
        identity_id=pl.lit("lost"),
        decision=pl.lit("none"),
        probability=pl.lit(0.25),
    )
    found = learn(World(pl.concat([world.linked, lost]), world.agreed, world.same))
    assert found.unseen == pytest.approx(0.25)
    assert found.largest_shift == pytest.approx(0.25 / (0.25 + found.seen))
    assert found.seen == pytest.approx(world.same.height, rel=0.02)


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_the_proposal_does_not_care_for_the_order_of_rows(seed):
    own = build_world(matches=400)
    turned = World(
        own.linked.sample(fraction=1, shuffle=True, seed=seed),
        own.agreed.sample(fraction=1, shuffle=True, seed=seed + 1),
        own.same,
    )
    one, other = learn(own), learn(turned)
    assert one.proposal.changes.equals(other.proposal.changes)
    assert show_judged(one) == show_judged(other)


def test_its_effect_on_past_decisions_names_confirmed_links_that_would_fall(world):
    before = world.linked
    fallen, raised = (
        before.filter(pl.col("decision") == "accept")["link_id"][:2].to_list(),
        "L" + "0" * 15 + "z",
    )
    extra = before.head(1).with_columns(link_id=pl.lit(raised), decision=pl.lit("none"))
    after = pl.concat([before, extra.with_columns(decision=pl.lit("review"))]).with_columns(
        decision=pl.when(pl.col("link_id").is_in(fallen)).then(pl.lit("review")).otherwise("decision")
    )
    answers = iter([pl.concat([before, extra]), after])
    found = calibrate_judged(
        lambda _policy: next(answers), world.agreed, before.select("link_id").head(500), HELD, RULES
    )
    moves = found.proposal.decisions.group_by("before", "after").len().sort("before").rows()
    assert moves == [("accept", "review", 2), ("none", "review", 1)]
    assert found.fallen["link_id"].to_list() == sorted(fallen)
    told = "\n".join(show_judged(found))
    assert "accept → review：2 条" in told
    assert "2 条会降为须两人复核，0 条会降为不进入复核" in told


def test_a_candidate_that_one_of_two_runs_leaves_out_counts_as_none():
    one = pl.DataFrame({"link_id": ["L1", "L2"], "decision": ["review", "none"]})
    other = pl.DataFrame({"link_id": ["L3"], "decision": ["accept"]})
    assert compare_decisions(one, other).rows() == [("L1", "review", "none"), ("L3", "none", "accept")]


def test_numbers_teach_the_same_ladders_but_never_their_own():
    rows = [
        {
            "batch": BATCH,
            "link_id": f"L{n:016x}",
            "identity_id": f"I{n}",
            "capture": "card",
            "decision": "accept",
        }
        | dict.fromkeys(LEVELS, "absent")
        | {"id_number": "exact", "phone": "exact" if n % 2 else "different", "area": "district"}
        for n in range(400)
    ]
    found = calibrate(lambda _policy: pl.DataFrame(rows), HELD, RULES)
    assert found.pairs == 400
    assert found.proposed.phone.m["exact"] == pytest.approx((200 + 70) / 500)
    assert (found.proposed.id_number, found.proposed.area) == (HELD.id_number, HELD.area)


def test_the_patch_applies_cleanly_and_gives_the_policy_proposed(learned, tmp_path):
    found = learned.proposal
    old = (SHIPPED / "linkage.yaml").read_text(encoding="utf-8")
    moved = {
        (*path, level): new for path, level, new in found.changes.select("path", "level", "new").iter_rows()
    }
    new = replace_numbers(old, moved)
    (tmp_path / "change.diff").write_text(diff_texts(old, new, "linkage.yaml"), encoding="utf-8")
    (tmp_path / "linkage.yaml").write_text(old, encoding="utf-8")
    git = shutil.which("git") or pytest.skip("git 不在")
    alone = {"GIT_DIR": str(tmp_path / "none")}
    subprocess.run([git, "apply", "change.diff"], cwd=tmp_path, check=True, env=alone)  # noqa: S603 - our file
    assert LinkagePolicy.load(tmp_path / "linkage.yaml") == found.proposed
    comments = [line.partition("#")[2] for line in old.splitlines()]
    assert [line.partition("#")[2] for line in new.splitlines()] == comments


def test_a_path_that_holds_no_number_is_refused():
    with pytest.raises(PolicyError, match=r"phone\.m"):
        replace_numbers("phone: {m: {exact: 0.7}}\n", {("phone", "m"): 0.5})


@settings(max_examples=60)
@given(st.floats(1e-5, 1).map(lambda share: round(share, 5)))
def test_a_number_is_read_back_as_it_was_written(value):
    assert yaml.safe_load(write_number(value)) == value
