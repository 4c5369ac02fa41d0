"""A person bound to a district sees its raids and no others, until one is handed over."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from console.desk import open_desk
from console.refusals import Refusal
from tests.console.console_batch import BATCH, LINKS, build_tables
from tests.console.console_scenario import World, make_settings
from tongcha.casebook.jurisdiction import record_handover
from tongcha.review.reviewers import Reviewer
from tongcha.tables import BY_NAME

AT = "2026-11-20T09:00:00+08:00"
HERE, THERE = "210203", "210204"


@pytest.fixture
def two_raids() -> World:
    """The batch with a second raid in another district, at which the last person was met."""
    tables = build_tables()
    site = tables["sites"].with_columns(area=pl.lit(HERE))
    other = site.with_columns(raid_id=pl.lit("C2"), area=pl.lit(THERE))
    last = tables["candidate_links"]["link_id"][-1]
    moved = pl.when(pl.col("link_id") == last).then(pl.lit("C2")).otherwise("raid_id").alias("raid_id")
    return World(
        tables
        | {"sites": BY_NAME["sites"].conform(pl.concat([site, other]))}
        | {"candidate_links": tables["candidate_links"].with_columns(moved)}
    )


def bind(*areas: str) -> Reviewer:
    return Reviewer(code="Q1", name="甲", roles=("一审", "查看"), areas=areas)


def test_a_district_sees_its_own_links_in_queue_and_tasks_and_the_city_sees_all(tmp_path, two_raids):
    settings = make_settings(tmp_path, two_raids)
    everything = set(two_raids.tables["candidate_links"]["link_id"])
    seen = {area: open_desk(settings, BATCH, bind(*areas)) for area, areas in
            {"city": (), "here": (HERE,), "there": (THERE,)}.items()}  # fmt: skip
    assert set(seen["city"].links["link_id"]) == everything
    assert set(seen["here"].queue["link_id"]) | set(seen["there"].queue["link_id"]) == everything
    assert seen["there"].links.height == seen["there"].queue.height == 1
    assert len(seen["here"].list_tasks(bind(HERE), "一审")) == len(LINKS) - 1
    with pytest.raises(Refusal):
        seen["there"].find(seen["here"].links["link_id"][0])


def test_a_batch_without_a_raid_in_the_district_is_not_there(tmp_path, two_raids):
    with pytest.raises(Refusal) as refused:
        open_desk(make_settings(tmp_path, two_raids), BATCH, bind("210999"))
    assert refused.value.status == 404


def test_a_raid_handed_over_changes_hands_and_back_when_retracted(tmp_path, two_raids):
    settings = make_settings(tmp_path, two_raids)
    event = record_handover(
        batch=BATCH,
        raid_id="C2",
        from_area=THERE,
        to_area=HERE,
        on=date(2026, 11, 20),
        by="K1",
        reason="指定管辖",
    )
    settings.ledger.append(event, at=AT)
    assert open_desk(settings, BATCH, bind(HERE)).links.height == len(LINKS)
    with pytest.raises(Refusal):
        open_desk(settings, BATCH, bind(THERE))
