"""A replay starts from what was known of the world on the day of the last paper, and from nothing later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from assets.store import TableStore
from pipelines.replay import copy_given
from tests.responsibility import hand_worked as world
from tests.review.review_scenario import candidate_links
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOTS = ("2026-09-01", "2026-10-01", "2026-11-01")
BATCHES = ("2026-10-18", "2026-11-15")


@pytest.fixture
def stored(tmp_path: Path) -> TableStore:
    """Three snapshots, two batches, and something that was computed of them."""
    store = TableStore(tmp_path / "now")
    for snapshot in SNAPSHOTS:
        store.write(BY_NAME["people"], snapshot, world.build_people())
    for batch in BATCHES:
        store.write(BY_NAME["sites"], batch, world.build_sites())
        store.write(BY_NAME["confirmed_links"], batch, BY_NAME["confirmed_links"].empty())
    return store


@pytest.mark.parametrize(
    ("made_by", "snapshots", "batches"),
    [
        ({"参照快照": "2026-10-01", "批次 2026-10-18": "0"}, SNAPSHOTS[:2], BATCHES[:1]),
        ({"参照快照": "2026-11-01", "批次 2026-10-18": "0", "批次 2026-11-15": "1"}, SNAPSHOTS, BATCHES),
        ({}, SNAPSHOTS, BATCHES),  # no paper had left: everything stored counts as known
    ],
)
def test_later_snapshots_and_batches_were_not_known_then(tmp_path, stored, made_by, snapshots, batches):
    then = TableStore(tmp_path / "then")
    copy_given(stored, then, made_by=made_by)
    assert tuple(then.partitions(BY_NAME["people"])) == snapshots
    assert tuple(then.partitions(BY_NAME["sites"])) == batches
    assert then.partitions(BY_NAME["confirmed_links"]) == []


def test_a_batch_proposed_anew_since_brings_the_snapshot_that_its_links_rest_on(tmp_path, stored):
    for batch, snapshot in zip(BATCHES, SNAPSHOTS[1:], strict=True):
        proposed = candidate_links().with_columns(snapshot=pl.lit(snapshot))
        stored.write(BY_NAME["candidate_links"], batch, proposed)
    for batch, newest in zip(BATCHES, SNAPSHOTS[1:], strict=True):
        then = TableStore(tmp_path / batch)
        copy_given(stored, then, made_by={"参照快照": "2026-09-01", f"批次 {batch}": "0"})
        assert then.partitions(BY_NAME["people"])[-1] == newest
