from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import load_workbook

from tests.responsibility import hand_worked as world
from tests.responsibility.pupils_met import MET, build_pupils, place
from tongcha.errors import LedgerError, PolicyError
from tongcha.policy.adoption import adopt_as_example
from tongcha.policy.minors import MinorPolicy
from tongcha.responsibility.pupil_lists import keep_pupil_lists, record_release, write_pupil_lists

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.ledger.events import NewEvent

SHIPPED = MinorPolicy.load(world.ROOT / "policy" / "minors.yaml")
OPENED = adopt_as_example(SHIPPED).model_copy(
    update={"names_to_school": True, "legal_opinion_no": "法意〔2026〕1号"}
)


def write(out: Path, policy: MinorPolicy = OPENED) -> pl.DataFrame:
    pupils = build_pupils(*MET)
    return write_pupil_lists(
        pupils=pupils,
        pupil_schools=place(pupils),
        policy=policy,
        released_on=date(2026, 11, 22),
        out=out,
        demo=True,
    )


def test_no_name_is_released_by_default(tmp_path):
    with pytest.raises(PolicyError, match="没有开放"):
        write(tmp_path, adopt_as_example(SHIPPED))
    without_opinion = OPENED.model_copy(update={"legal_opinion_no": ""})
    with pytest.raises(PolicyError, match="意见文号"):
        write(tmp_path, without_opinion)
    assert not list(tmp_path.iterdir())


def test_nobody_releases_names_that_the_rules_for_minors_keep_or_without_saying_why():
    def release(policy: MinorPolicy, reason: str = "家校沟通") -> NewEvent:
        return record_release(on=date(2026, 11, 22), by="D1", reason=reason, policy=policy)

    with pytest.raises(PolicyError, match="没有开放"):
        release(adopt_as_example(SHIPPED))
    with pytest.raises(LedgerError, match="没有写明理由"):
        release(OPENED, " ")
    assert release(OPENED).payload["release_on"] == "2026-11-22"


def test_a_school_gets_its_own_pupils_once_and_nothing_else(tmp_path):
    lists = write(tmp_path)
    assert dict(lists.select("school_id", "pupil_count").iter_rows()) == {"S1": 1, "S2": 1}
    path = lists.filter(pl.col("school_id") == "S1")["path"][0]
    page = load_workbook(tmp_path / path).active
    rows = list(page.iter_rows(min_row=3, values_only=True))
    assert rows == [("序号", "姓名", "年级"), ("1", "李小明", "七年级")]
    assert "不是本校学生或者登记有误的，请告知我局更正" in page["A2"].value


def test_a_list_is_deleted_when_its_day_has_come(tmp_path):
    pupils = build_pupils(*MET)

    def keep(today: date, released_on: date | None = date(2026, 11, 22)) -> tuple[pl.DataFrame, list[str]]:
        return keep_pupil_lists(
            pupils=pupils,
            pupil_schools=place(pupils),
            policy=OPENED,
            released_on=released_on,
            today=today,
            out=tmp_path,
            demo=True,
        )

    lists, deleted = keep(date(2026, 12, 22))
    assert set(lists["destroy_by"]) == {date(2026, 12, 22)}
    assert (deleted, len(list((tmp_path / "pupils").iterdir()))) == ([], 2)
    written = {path: path.read_bytes() for path in (tmp_path / "pupils").rglob("*.xlsx")}
    gone, deleted = keep(date(2026, 12, 23))
    assert (gone.height, set(deleted)) == (0, set(lists["list_id"]))
    assert not list((tmp_path / "pupils").iterdir())
    assert keep(date(2026, 12, 22))[0].equals(lists)  # a clock that ran ahead and was put right costs nothing
    assert {path: path.read_bytes() for path in written} == written
    assert keep(date(2026, 11, 22), released_on=None)[0].height == 0
