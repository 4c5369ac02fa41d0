"""Packets of which nobody said what became of them: by document, path and bytes."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.responsibility import hand_worked as world
from tests.review.gate_scenario import store
from tongcha.casebook.packets import list_unaccounted, record_packing
from tongcha.casebook.papers import PAPERS

PAPER = dict.fromkeys(PAPERS, "x") | {"document_id": "N1", "kind": "notice", "path": "p", "sha256": "a" * 64}


def test_a_packet_is_accounted_for_only_when_its_very_bytes_were_handed_over():
    packed = record_packing(pl.DataFrame([PAPER], schema=PAPERS), "N1", digest="d", by="D1")
    given = {"seq": 2, "event_id": "E0000000000000002", "document_id": "N1", "kind": "notice", "path": "p",
             "recipient_name": "示例市第一中学", "sha256": "a" * 64, "basis": "依据", "receipt": "签收",
             "on": date(2026, 11, 20), "by": "D1"}  # fmt: skip
    for change, left in (({}, 0), ({"sha256": "b" * 64}, 1), ({"document_id": "N2"}, 1), ({"path": "q"}, 1)):
        handed = world.build("disclosures", [given | change])
        assert list_unaccounted(store([packed]), handed).height == left, change
    assert list_unaccounted(store([packed]), world.build("disclosures", [])).height == 1
