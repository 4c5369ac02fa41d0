"""The scripted reviewer says what is true, errs rarely, and always errs on the same links."""

import polars as pl
import pytest

from tongcha.synthetic.reviewer import judge, load_reviewer_shares
from tongcha.synthetic.world import World


def links_of(world: World) -> list[tuple[str, str]]:
    known = world.truth.filter(pl.col("teacher_id").is_not_null())
    return list(known.select("identity_id", "teacher_id").iter_rows())


def test_every_record_and_list_row_of_the_person_is_the_same_person(demo_world):
    for row in demo_world.truth.iter_rows(named=True):
        for person in (*row["teacher_ids"], row["staff_row"]):
            if person:
                assert judge(demo_world.truth, (row["identity_id"], person)) == "same"


def test_anybody_else_is_different(demo_world):
    pairs = links_of(demo_world)
    shifted = zip(
        (identity for identity, _ in pairs), (person for _, person in pairs[1:] + pairs[:1]), strict=True
    )
    truth = dict(demo_world.truth.select("identity_id", "teacher_ids").iter_rows())
    for identity, person in shifted:
        if person not in truth[identity]:
            assert judge(demo_world.truth, (identity, person)) == "different"


@pytest.mark.slow
def test_a_named_reviewer_errs_and_hesitates_about_as_often_as_policy_says(big_world):
    pairs = links_of(big_world)[:1_500]
    truth = big_world.truth.filter(pl.col("identity_id").is_in([identity for identity, _ in pairs]))
    first = [judge(truth, pair, reviewer="R01") for pair in pairs]
    assert first == [judge(truth, pair, reviewer="R01") for pair in pairs]
    assert first != [judge(truth, pair, reviewer="R02") for pair in pairs]
    shares = load_reviewer_shares()
    assert abs(first.count("unsure") / len(pairs) - shares.unsure) < 0.02
    assert abs(first.count("different") / len(pairs) - shares.mistaken) < 0.01


def test_an_unknown_identity_is_an_error(demo_world):
    with pytest.raises(KeyError):
        judge(demo_world.truth, ("I999999", "T00000001"))
