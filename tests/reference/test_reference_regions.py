"""Known regions: what several check-valid numbers of the registry begin with, and nothing less."""

from __future__ import annotations

import polars as pl
import pytest

from tests.reference_linking import POLICY
from tongcha.errors import PolicyError
from tongcha.identity.id_numbers import check_digit
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.regions import find_known_regions


def number(region: str, order: int) -> str:
    first17 = f"{region}19900101{order:03d}"
    return first17 + check_digit(first17)


def found(*numbers: str | None, least: int = 2) -> frozenset[str]:
    return find_known_regions(pl.Series(numbers, dtype=pl.String), least)


def test_a_region_of_several_valid_numbers_is_known():
    assert found(number("119999", 1), number("119999", 2), None) == {"119999"}


def test_one_number_written_twice_proves_as_little_as_once():
    assert found(number("119999", 1), number("119999", 1)) == frozenset()
    assert found(number("119999", 1), least=1) == {"119999"}


def test_numbers_that_fail_their_check_or_name_no_province_prove_nothing():
    wrong = [number("119999", n)[:17] + "?" for n in range(3)]
    assert found(*wrong, number("770101", 1), number("770101", 2)) == frozenset()


def test_regions_that_the_frozen_list_has_are_not_repeated():
    assert found(number("110105", 1), number("110105", 2)) == frozenset()


def test_an_old_number_of_fifteen_digits_proves_its_region_too():
    assert found("119999900101001", number("119999", 2)) == {"119999"}


@pytest.mark.parametrize("rows", [0, -1])
def test_the_policy_cannot_let_every_region_count_as_known(tmp_path, rows):
    path = tmp_path / "reference.yaml"
    text = (POLICY / "reference.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("known_region_rows: 2", f"known_region_rows: {rows}"), encoding="utf-8")
    with pytest.raises(PolicyError, match="known_region_rows"):
        ReferencePolicy.load(path)
