"""People, captures and mistakes come in the shares that `policy/synthetic` gives."""

import math

import polars as pl
import pytest

from tongcha.synthetic.setting import build_setting
from tongcha.synthetic.spec import CITY

pytestmark = pytest.mark.slow  # whole worlds are built


def within(count: int, total: int, share: float) -> bool:
    """Whether a count agrees with a share, five standard errors each way."""
    return abs(count - total * share) <= 5 * math.sqrt(total * share * (1 - share)) + 1


@pytest.mark.parametrize("kind", ["in_service", "ex_teacher", "homonym", "contract_staff", "student"])
def test_people_are_met_in_the_measured_shares(big_world, kind):
    share = getattr(build_setting(CITY).shares.found, kind)
    assert within((big_world.truth["category"] == kind).sum(), big_world.truth.height, share)


@pytest.mark.parametrize("capture", ["card", "typed", "masked", "last4"])
def test_identities_are_taken_in_the_measured_shares(big_world, capture):
    share = getattr(build_setting(CITY).shares.capture, capture)
    assert within((big_world.truth["capture"] == capture).sum(), big_world.truth.height, share)


@pytest.mark.parametrize(
    ("error", "captures", "share"),
    [
        ("alias_only", ["oral"], 0.12),
        ("all_false", ["oral"], 0.03),
        ("others_id", ["card", "typed"], 0.004 / 0.7),
        ("owner_phone", ["card", "typed", "masked", "last4"], 0.01),
        ("family_phone", ["card", "typed", "masked", "last4"], 0.015),
        ("recycled_phone", ["card", "typed", "masked", "last4"], 0.007),
    ],
)
def test_mistakes_come_in_the_measured_shares(big_world, error, captures, share):
    taken = big_world.truth.filter(pl.col("capture").is_in(captures))
    count = taken["error_classes"].list.contains(error).sum()
    assert within(count, taken.height, share)


def test_typed_numbers_and_names_are_wrong_in_the_measured_shares(big_world):
    typed = big_world.truth.filter(pl.col("capture") == "typed")["error_classes"]
    wrong_id = typed.list.eval(pl.element().str.starts_with("typed_")).list.any()
    assert within(wrong_id.sum(), len(typed), 0.08)
    slips = ["homophone", "lookalike", "missing_char", "swapped_char"]
    wrong_name = typed.list.eval(pl.element().is_in(slips)).list.any()
    assert within(wrong_name.sum(), len(typed), 0.06)


@pytest.mark.parametrize(("column", "share"), [("phone", 0.12), ("id_number", 0.002)])
def test_the_registry_lacks_values_in_the_measured_shares(big_world, column, share):
    assert within(big_world.registry[column].null_count(), big_world.registry.height, share)
