"""Closing a batch: whoever is nobody's case is erased, every count stays, and twice is once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.store import TableStore
from pipelines.closing import renew_tables
from pipelines.request import find_met
from tests.intake_files import POLICY as INTAKE
from tests.scenario import BATCH, CONFIRMED, WAITING, make_table
from tongcha.casebook.archiving import find_expired, record_expiry
from tongcha.casebook.closing import (
    Waiting,
    find_closed,
    find_kept,
    find_told,
    list_unclosed,
    record_begun,
    record_done,
    refuse_closed,
    refuse_unfinished,
)
from tongcha.casebook.erasure import BatchTables, digest_person, erase_people, list_values
from tongcha.errors import ContractError, InputError, LedgerError
from tongcha.ledger.store import Ledger
from tongcha.policy.casebook import CasebookPolicy
from tongcha.responsibility.pupils import place_pupils
from tongcha.review.capacity import CAPACITY
from tongcha.review.requirements import REQUIREMENTS
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
KEY = b"k" * 32
RULE = CasebookPolicy.load(ROOT / "policy" / "casebook.yaml").retention
AT = "2026-11-20T09:00:00+08:00"
TAKEN = {"name": "李四", "name_clean": "李四", "id_number": "99010119900101123X", "phone": "13900000000"}
NUMBERS = st.sampled_from([None, "990101199001011234", "99010119900101123X", "13912345678"])


def make_batch(*taken: Mapping[str, object]) -> BatchTables:
    """The scenario's batch with what was taken of each person met."""
    identities = make_table("identities")
    columns = {c: [person.get(c) for person in taken] for c in ("name", "id_number", "phone", "name_clean")}
    made = identities.with_columns(pl.Series(c, v, dtype=pl.String) for c, v in columns.items())
    pupils = make_table("pupils").with_columns(name=pl.lit("王小明"), grade=pl.lit("三年级"))
    evidence = make_table("link_evidence").with_columns(
        identity_value=pl.lit("甲"), person_value=pl.lit("乙")
    )
    return BatchTables(made, make_table("candidate_links"), evidence, pupils)


def place(tables: BatchTables) -> pl.DataFrame:
    return place_pupils(
        pupils=tables.pupils,
        schools=make_table("schools"),
        sites=make_table("sites"),
        key=b"p" * 32,
        school_names=INTAKE.school_names,
    )


def test_the_confirmed_person_stays_whole_and_the_other_leaves_only_a_digest():
    tables = make_batch({"name": "张三", "id_number": "990101198001011234"}, TAKEN)
    kept = find_kept(tables.candidate_links, [CONFIRMED], [])
    erased = erase_people(tables, kept, KEY, place(tables))
    one, other = erased.identities.sort("identity_id").rows(named=True)
    assert (one["name"], one["id_number"], one["digest"]) == ("张三", "990101198001011234", None)
    assert {other[name] for name in ("name", "id_number", "phone", "name_clean", "age")} == {None}
    assert other["digest"] == digest_person(TAKEN["id_number"], TAKEN["phone"], KEY)
    assert (other["raid_id"], other["role"], other["capture"]) == ("Q1", "授课", "typed")
    links = {row["link_id"]: row for row in erased.candidate_links.rows(named=True)}
    assert links[CONFIRMED]["person_id"] == "T1"
    assert links[WAITING]["person_id"].startswith("erased-")
    values = erased.link_evidence.filter(pl.col("link_id") == WAITING)
    assert values["identity_value"].null_count() == values.height
    assert erased.link_evidence["bits"].equals(tables.link_evidence["bits"])


def test_pupils_are_counted_by_the_same_keys_when_their_names_are_gone():
    tables = make_batch(TAKEN, TAKEN)
    counted = place(tables)
    erased = erase_people(tables, [], KEY, counted)
    assert erased.pupils["name"].null_count() == erased.pupils["grade"].null_count() == 1
    assert place(erased).equals(counted)


@settings(max_examples=25)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=2), st.sets(st.sampled_from(["I1", "I2"])))
def test_erasing_twice_is_erasing_once_and_leaves_no_value_of_whoever_goes(taken, kept):
    tables = make_batch(*({"name": f"姓名{n}", "id_number": i, "phone": p} for n, (i, p) in enumerate(taken)))
    once = erase_people(tables, kept, KEY, place(tables))
    twice = erase_people(once, kept, KEY, place(once))
    for name in ("identities", "candidate_links", "link_evidence", "pupils"):
        assert getattr(twice, name).equals(getattr(once, name)), name
        assert getattr(once, name).height == getattr(tables, name).height
    told = str([getattr(once, name).rows() for name in ("identities", "candidate_links", "pupils")])
    gone = list_values(tables.identities, tables.pupils, kept)
    assert not any(value in told for values in gone.values() for value in values)


def test_a_person_who_asks_is_found_by_number_and_by_no_other():
    assert digest_person("99010119900101123x", None, KEY) == digest_person("99010119900101123X", "1", KEY)
    assert digest_person("99010119900101123X", None, KEY) != digest_person(
        "99010119900101123X", None, b"o" * 32
    )
    assert digest_person(None, None, KEY) == "无"


def test_nothing_is_closed_while_something_waits_for_a_person():
    queue, withheld = make_table("review_queue"), BY_NAME["withheld_links"].empty()
    lists = BY_NAME["pupil_lists"].empty()
    with pytest.raises(LedgerError, match="等人复核"):
        refuse_unfinished(Waiting(queue, withheld, lists), BATCH, drop_withheld=True)
    queue = queue.filter(pl.col("state") == "已确认")
    rows = [(BATCH, WAITING, "evidence_grade", "低"), (BATCH, CONFIRMED, "not_withdrawn", "已撤销")]
    held = BY_NAME["withheld_links"].conform(pl.DataFrame(rows, withheld.schema, orient="row"))
    with pytest.raises(LedgerError, match="还有 1 条比对暂缓"):
        refuse_unfinished(Waiting(queue, held, lists), BATCH, drop_withheld=False)
    refuse_unfinished(Waiting(queue, held, lists), BATCH, drop_withheld=True)
    other_record = held.with_columns(requirement=pl.lit("one_record"))
    refuse_unfinished(Waiting(queue, other_record, lists), BATCH, drop_withheld=False)  # nothing will mend it
    with pytest.raises(LedgerError, match="学生名单还没有到销毁期限"):
        refuse_unfinished(
            Waiting(queue, withheld, pl.DataFrame({"list_id": ["S1"]})), BATCH, drop_withheld=True
        )


@pytest.mark.parametrize("lack", [need.name for need in REQUIREMENTS] + [CAPACITY])
def test_only_what_no_time_will_mend_is_not_waited_for(lack):
    """A source that expired can be renewed: closing without a word would erase a confirmed case."""
    queue = make_table("review_queue").filter(pl.col("state") == "已确认")
    empty = BY_NAME["withheld_links"].empty()
    held = BY_NAME["withheld_links"].conform(
        pl.DataFrame([(BATCH, CONFIRMED, lack, "缺")], empty.schema, orient="row")
    )
    waiting = Waiting(queue, held, BY_NAME["pupil_lists"].empty())
    if lack in {"not_withdrawn", "one_record", "not_erased"}:
        refuse_unfinished(waiting, BATCH, drop_withheld=False)
    else:
        with pytest.raises(LedgerError, match="还有 1 条比对"):
            refuse_unfinished(waiting, BATCH, drop_withheld=False)


def test_a_batch_is_not_closed_over_somebodys_open_dispute():
    queue = make_table("review_queue").filter(pl.col("state") == "已确认")
    empty = BY_NAME["withheld_links"].empty()
    rows = [(BATCH, WAITING, "no_dispute", "异议尚未办结")]
    held = BY_NAME["withheld_links"].conform(pl.DataFrame(rows, empty.schema, orient="row"))
    with pytest.raises(LedgerError, match="还有 1 条比对的异议"):
        refuse_unfinished(Waiting(queue, held, BY_NAME["pupil_lists"].empty()), BATCH, drop_withheld=True)


def test_a_closed_batch_stays_closed_and_says_who_closed_it(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}")
    refuse_closed(ledger.events(), BATCH)
    ledger.append(record_begun(BATCH, by="K1", reason="期满", counts={"people_erased": 1}, files="0"), at=AT)
    ledger.append(record_done(BATCH, by="K1", counts={"values_found": 0}), at=AT)
    assert find_closed(ledger.events())[BATCH].actor == "K1"
    with pytest.raises(LedgerError, match="已经办结"):
        refuse_closed(ledger.events(), BATCH)
    with pytest.raises(LedgerError, match="办结理由"):
        record_begun(BATCH, by="K1", reason=" ", counts={}, files="0")


def test_a_batch_is_due_to_be_closed_some_days_after_its_last_raid():
    sites = make_table("sites")
    due = list_unclosed(sites, [], RULE, today=date(2027, 2, 16))
    assert due.rows() == [(BATCH, date(2027, 2, 15), True)]  # 2026-10-18 and 120 days
    assert list_unclosed(sites, [], RULE, today=date(2027, 2, 15))["overdue"].to_list() == [False]
    assert list_unclosed(sites, [BATCH], RULE, today=date(2027, 2, 16)).is_empty()


def test_a_person_who_asks_is_found_before_and_after_the_erasure():
    tables = make_batch({"name": "张三", "id_number": "990101198001011234"}, TAKEN)
    erased = erase_people(tables, ["I1"], KEY, place(tables)).identities
    for number, identity in (("990101198001011234", "I1"), (" 99010119900101123x ", "I2")):
        for identities in (tables.identities, erased):
            assert find_met(identities, number, KEY)["identity_id"].to_list() == [identity]
    assert find_met(erased, "990101199001019999", KEY).is_empty()


def test_who_left_part_of_a_number_and_a_phone_is_found_by_the_phone_after_the_erasure():
    tables = make_batch({"name": "张三", "id_number": "123X", "phone": "13912345678"}, TAKEN)
    erased = erase_people(tables, [], KEY, place(tables)).identities
    for identities in (tables.identities, erased):
        assert find_met(identities, "+86 139 1234 5678", KEY)["identity_id"].to_list() == ["I1"]


@pytest.mark.parametrize("asked", ["", "123X", "990101********123X", "张三"])
def test_nobody_is_looked_up_by_part_of_a_number(asked):
    with pytest.raises(InputError, match="不是完整的证件号码或者手机号"):
        find_met(make_batch(TAKEN, TAKEN).identities, asked, KEY)


@pytest.mark.parametrize(("today", "gone"), [(date(2029, 10, 18), False), (date(2029, 10, 19), True)])
def test_a_paper_leaves_the_archive_three_years_after_it_was_last_handed_over(today, gone):
    given_out = make_table("disclosures")
    again = given_out.with_columns(
        seq=pl.lit(9, pl.Int64), on=pl.lit(date(2026, 10, 1))
    )  # the later delivery counts
    expired = find_expired(pl.concat([given_out, again]), RULE, today=today)
    assert expired.height == gone
    if gone:
        [event] = record_expiry(expired, by="K1", reason="期满")
        assert (event.subject, event.payload["last"]) == ("N00000000000a", "2026-10-18")
    with pytest.raises(LedgerError, match="没有写明删除理由" if gone else "没有保存期满"):
        record_expiry(expired, by="K1", reason="")


def test_what_is_left_of_a_closed_batch_outlives_a_wider_contract(tmp_path):
    store, now = TableStore(tmp_path), make_table("identities")
    path = store.write(BY_NAME["identities"], BATCH, now)
    now.drop("age").with_columns(gone=pl.lit("x")).write_parquet(path)  # as an earlier version stored it
    with pytest.raises(ContractError):
        store.read(BY_NAME["identities"], BATCH)
    assert renew_tables(store, BATCH) == ["identities"]
    assert store.read(BY_NAME["identities"], BATCH).equals(now)
    assert renew_tables(store, BATCH) == []


def test_whoever_was_told_of_stays_even_when_withdrawn():
    links = make_table("candidate_links")
    given_out = BY_NAME["disclosures"].conform(make_table("disclosures").with_columns(links=pl.lit(WAITING)))
    assert find_kept(links, [], find_told(given_out)) == ["I2"]
