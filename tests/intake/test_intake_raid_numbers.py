"""A raid's number means one raid, whatever the batch."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.scenario import make_table
from tongcha.errors import InputError
from tongcha.intake.raid_numbers import refuse_promoted_list, refuse_reused_numbers
from tongcha.tables.intake import BATCH_KINDS

SITES = make_table("sites")
EARLIER = SITES.with_columns(batch=pl.lit("earlier"))


@pytest.mark.parametrize(
    "other",
    [{"raid_date": pl.lit(dt.date(2026, 1, 2))}, {"area": pl.lit("210299")}],
)
def test_a_number_that_means_another_raid_in_another_batch_is_refused_by_name(other):
    with pytest.raises(InputError, match=r"查处编号 Q1.*批次 earlier 中已用于另一次查处"):
        refuse_reused_numbers(SITES, EARLIER.with_columns(**other))


def test_later_material_on_the_same_raid_and_the_same_batch_again_are_taken_in():
    refuse_reused_numbers(SITES, EARLIER)
    refuse_reused_numbers(SITES, SITES.with_columns(area=pl.lit("210299")))
    refuse_reused_numbers(SITES, SITES.clear())


def test_a_list_that_a_firm_filed_does_not_become_a_raid_and_a_raid_may_turn_out_to_be_a_list():
    """As a raid it would need no written answer, and the signatures given on the list would let it out."""
    raid, filed = (SITES.with_columns(kind=pl.lit(kind)) for kind in BATCH_KINDS)
    with pytest.raises(InputError, match="不能改作现场查处"):
        refuse_promoted_list(raid, filed)
    refuse_promoted_list(filed, raid)
    refuse_promoted_list(filed, filed)
    refuse_promoted_list(raid, filed.with_columns(batch=pl.lit("earlier")))
