"""Claims about people met at several raids, and calibration."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from tests.linkage.linkage_scene import NAN, SCHOOLS, link, met, people, policy
from tongcha.linkage.estimation.calibrate import calibrate, show_calibration
from tongcha.linkage.ranking.subjects import group_subjects
from tongcha.linkage.relink import relink_batch
from tongcha.policy.calibration import CalibrationPolicy

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy

CARD = {"capture": "card", "id_number": NAN}


def grouped(*identities: dict[str, Any]) -> pl.DataFrame:
    frame = met(*identities).with_columns(batch=pl.lit("2026-10-18"))
    links = link(frame, people({"id_number": NAN, "phone": "13812345678"})).candidate_links
    return group_subjects(frame, links, policy().subjects)


def subjects(*identities: dict[str, Any]) -> list[str]:
    frame = met(*identities).with_columns(batch=pl.lit("2026-10-18"))
    links = link(frame, people()).candidate_links
    return group_subjects(frame, links, policy().subjects)["subject_id"].to_list()


def test_somebody_on_no_record_met_twice_is_one_subject():
    one, other = subjects(CARD | {"raid_id": "R1"}, CARD | {"raid_id": "R2"})
    assert one == other


def test_the_same_phone_under_another_name_is_another_subject():
    one, other = subjects({"phone": "13812345678"}, {"name": "李丽萍", "phone": "13812345678"})
    assert one != other


def test_a_shared_phone_with_ages_far_apart_is_another_subject():
    one, other = subjects({"phone": "13812345678", "age": 30}, {"phone": "13812345678", "age": 50})
    assert one != other


def test_a_chain_of_meetings_is_one_subject():
    first, second, third = subjects(
        CARD, CARD | {"phone": "13812345678"}, {"name": "张建國", "phone": "13812345678"}
    )
    assert first == second == third


def test_a_subject_tells_where_else_it_was_met_and_why():
    rows = grouped(CARD | {"raid_id": "R1"}, CARD | {"raid_id": "R2"}, {"name": "李娜", "raid_id": "R1"})
    shown = rows.select("identity_id", "basis", "meetings", "again_here", "other_raids").rows()
    assert shown == [
        ("I1", "number", 2, False, "R2"),
        ("I2", "number", 2, False, "R1"),
        ("I3", "alone", 1, False, None),
    ]


def test_one_person_taken_down_twice_at_a_raid_is_one_subject_and_marked():
    oral = {"phone": "13812345678", "age": 41}
    rows = grouped(CARD, oral, {"name": "张丽华", "phone": "13812345678", "sex": "女"})
    assert rows["subject_id"].n_unique() == 2
    assert dict(rows.select("identity_id", "again_here").iter_rows()) == {"I1": True, "I2": True, "I3": False}
    assert rows.filter(identity_id="I1")["basis"].item() == "person"


def test_a_later_batch_renames_no_subject():
    early = met(CARD | {"identity_id": "I9"}).with_columns(batch=pl.lit("2026-10-18"))
    late = met(CARD | {"identity_id": "I1", "raid_id": "R2", "raid_date": date(2026, 11, 1)}).with_columns(
        batch=pl.lit("2026-11-01")
    )
    links = link(early, people()).candidate_links
    rules = policy().subjects
    alone = group_subjects(early, links, rules)["subject_id"].item()
    together = group_subjects(pl.concat([late, early]), links, rules)
    assert set(together["subject_id"]) == {alone}


def test_equal_identity_ids_of_two_batches_are_two_meetings():
    one = met({"name": "张三丰"}).with_columns(batch=pl.lit("a"))
    other = met({"name": "李四光"}).with_columns(batch=pl.lit("b"))
    links = link(one, people()).candidate_links.clear()
    assert group_subjects(pl.concat([one, other]), links, policy().subjects)["subject_id"].n_unique() == 2


def test_calibration_shows_what_would_change_and_changes_nothing():
    persons = people({"id_number": NAN, "phone": "13812345678"})
    held = policy()
    identities = met(CARD | {"phone": "13812345678"})

    def relink(tried: LinkagePolicy) -> pl.DataFrame:
        return relink_batch(
            identities=identities, people=persons, schools=SCHOOLS, policy=tried, batch="2026-10-18"
        )

    proposal = calibrate(
        relink, held, CalibrationPolicy(version="试", carries=100, least_pairs=1, least_second_looks=1)
    )
    assert proposal.pairs == 1
    assert held == policy()
    moved = proposal.changes.filter(pl.col("field") == "phone", pl.col("level") == "exact").row(0)
    assert moved[3] > moved[2]
    assert "未作任何改动" in show_calibration(proposal)[0]
