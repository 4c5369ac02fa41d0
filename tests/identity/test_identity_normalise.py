"""Normalised values stand beside the raw ones and follow the contract of `identities`."""

from __future__ import annotations

from datetime import date

import polars as pl

from tongcha.identity.normalise import normalise_identities
from tongcha.tables import BY_NAME

RAID = date(2026, 10, 18)


def identities(**columns: list[str | None]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    raw = {"name": [None] * count, "id_number": [None] * count, "phone": [None] * count} | columns
    return pl.DataFrame(raw | {"raid_date": [RAID] * count}, schema_overrides=dict.fromkeys(raw, pl.String))


def test_raw_values_stay_and_clean_ones_stand_beside_them():
    raw = identities(name=["张 伟"], id_number=["11010519491231002x"], phone=["138 0013 8000"])
    row = normalise_identities(raw).row(0, named=True)
    assert {key: row[key] for key in raw.columns} == raw.row(0, named=True)
    assert (row["name_clean"], row["name_form"]) == ("张伟", "full")
    assert (row["id_clean"], row["id_status"]) == ("11010519491231002X", "valid")
    assert row["phone_clean"] == "13800138000"


def test_nobody_is_born_after_the_raid():
    row = normalise_identities(identities(id_number=["110105209901010020"])).row(0, named=True)
    assert (row["id_clean"], row["id_status"]) == (None, "bad_date")


def test_what_is_missing_stays_missing():
    row = normalise_identities(identities(name=[None])).row(0, named=True)
    assert (row["name_clean"], row["name_form"], row["id_clean"], row["id_status"]) == (
        None,
        "none",
        None,
        "empty",
    )
    assert row["phone_clean"] is None


def test_normalising_twice_changes_nothing_and_the_contract_is_kept():
    raw = identities(name=["小王", "ZHANG Wei", "张伟、李娜"], id_number=["123X", "****", "110105491231002"])
    once = normalise_identities(raw)
    assert normalise_identities(once).equals(once)
    table = BY_NAME["identities"]
    forms = table.column("name_form").one_of
    assert set(once["name_form"]) <= set(forms)
    assert all(once.schema[name] == table.schema[name] for name in ("name_clean", "id_clean", "phone_clean"))


def test_rows_keep_their_order_and_an_empty_table_stays_empty():
    raw = identities(name=["乙", "甲某", "丙"])
    assert normalise_identities(raw)["name"].to_list() == raw["name"].to_list()
    assert normalise_identities(raw.clear()).is_empty()
