"""Row by row: what goes back, what is asked about, and what stays as it was written."""

from __future__ import annotations

from functools import partial

import pytest

from tests.intake.intake_batches import TODAY, assert_rows_add_up, identity, read
from tests.intake_files import BATCH, POLICY, SITES_CSV
from tests.intake_files import make_batch as make_batch_of_either
from tongcha.intake.batch import read_batch

make_batch = partial(make_batch_of_either, is_text=True)
"""a row is judged alike whatever it was read from, and text needs no process of its own"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"identity_id": ""}, "identity_id_is_present"),
        ({"identity_id": "编号 1!"}, "identity_id_has_its_form"),
        ({"identity_id": "11010519491231002X"}, "identity_id_is_nobodys_own"),
        ({"capture": "心算"}, "capture_is_listed"),
        ({"name": "张三、李四"}, "one_person_per_row"),
        ({"name": "张三等2人"}, "one_person_per_row"),
        ({"id_number": ""}, "card_has_number"),
        ({"raid_id": "R9"}, "raid_is_known"),
        ({"raid_date": "2026-10-19"}, "raid_date_agrees"),
        ({"raid_date": "昨天"}, "raid_date_is_readable"),
    ],
)
def test_a_bad_row_goes_back_and_the_rest_goes_on(inbox, changes, rule):
    make_batch(inbox, [identity(identity_id="I0"), identity(**changes)])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I0"]
    assert taken.rejected_rows["rule"].to_list() == [rule]
    assert taken.rejected_rows["row"].to_list() == [3]
    assert_rows_add_up(taken)


def test_whoever_writes_a_number_in_another_form_is_told_which_is_wanted(inbox):
    make_batch(inbox, [identity(), identity(identity_id="现场①/2")])
    assert "字母、数字" in read(inbox).rejected_rows["reason"].item()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("11010519491231002X", ["pupil_no_is_nobodys_own"]),
        ("G110105201512310022", ["pupil_no_is_nobodys_own"]),  # 学籍号
        ("王小明", ["pupil_no_has_its_form"]),
        ("110105202610180022", []),  # made of the day of the raid
        ("003", []),
    ],
)
def test_a_pupils_number_is_neither_their_own_nor_their_name(inbox, number, rules):
    """It stands in sums, notices and the ledger, where nothing is ever erased."""
    folder = make_batch(inbox)
    text = f"查处编号,学生序号,姓名,所在学校,年级\nR1,{number},王小明,一中,七年级\n"
    (folder / "现场学生.csv").write_text(text, encoding="utf-8")
    taken = read(inbox)
    assert taken.rejected_rows["rule"].to_list() == rules
    assert taken.pupils.height == (not rules)


@pytest.mark.parametrize(
    ("age", "rule"),
    [("约40", "age_is_readable"), (130, "age_is_not_too_large"), (-1, "age_is_not_too_small")],
)
def test_an_age_that_cannot_be_used_is_left_empty_and_the_person_stays(inbox, age, rule):
    make_batch(inbox, [identity(), identity(identity_id="I2", age=age)])
    taken = read(inbox)
    assert taken.identities["age"].to_list() == [76, None]
    assert taken.rejected_rows.select("row", "column", "rule", "outcome").rows() == [
        (3, "age", rule, "blanked")
    ]
    assert_rows_add_up(taken)


def test_a_row_that_goes_back_anyway_names_its_unusable_age_too(inbox):
    make_batch(inbox, [identity(), identity(identity_id="I2", age="约40", capture="心算")])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I1"]
    assert taken.rejected_rows.select("rule", "outcome").sort("rule").rows() == [
        ("age_is_readable", "rejected"),
        ("capture_is_listed", "rejected"),
    ]
    assert_rows_add_up(taken)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["张伟、李娜", "张伟，李娜", "张伟/李娜", "张伟 李娜", "张伟和李娜"])
def test_two_people_in_one_cell_go_back_and_nobody_is_guessed(inbox, name):
    make_batch(inbox, [identity(identity_id="I0"), identity(name=name)])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I0"]
    assert taken.rejected_rows.select("column", "rule").rows() == [("name", "one_person_per_row")]
    assert name not in "".join(taken.rejected_rows["reason"])
    assert_rows_add_up(taken)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["张 三", "欧阳 明华", "阿依·古丽", "张三（语文、数学）", "张三、"])
def test_one_person_written_oddly_is_one_person(inbox, name):
    make_batch(inbox, [identity(name=name)])
    assert read(inbox).identities.height == 1


def test_two_names_run_together_are_asked_about_and_compared_with_nobody(inbox):
    make_batch(inbox, identities=[identity(name="张伟李娜")])
    taken = read(inbox)
    person = taken.identities.row(0, named=True)
    assert (person["name"], person["name_form"]) == ("张伟李娜", "perhaps_two")
    assert taken.rejected_rows.select("column", "rule", "outcome").rows() == [
        ("name", "name_is_one_person", "blanked")
    ]
    assert "疑似写了两个人" in taken.rejected_rows["reason"][0]
    assert_rows_add_up(taken)


def test_a_person_whose_site_was_sent_back_waits_with_it(inbox):
    folder = make_batch(inbox)
    (folder / "sites.csv").write_text(SITES_CSV.replace("无照无证", "谁知道"), encoding="utf-8")
    taken = read(inbox)
    assert taken.identities.is_empty()
    assert set(taken.rejected_rows["rule"]) == {"licence_is_listed", "raid_is_known"}


@pytest.mark.parametrize("day", ["2026-11-23", "2028-01-01"])
def test_a_raid_in_the_future_is_sent_back(inbox, day):
    folder = make_batch(inbox)
    (folder / "sites.csv").write_text(SITES_CSV.replace("2026-10-18", day), encoding="utf-8")
    assert "raid_is_not_in_the_future" in read(inbox).rejected_rows["rule"].to_list()


def test_a_destroyed_number_is_kept_as_a_mask_only(inbox):
    make_batch_of_either(inbox, [identity(id_number=210203199001011234, capture="手录")])
    person = read(inbox).identities.row(0, named=True)
    assert person["id_number"] == "210203199001011***"
    assert person["id_clean"] is None
    assert person["id_status"] == "destroyed_numeric"


def test_a_region_that_the_registry_proves_is_no_longer_flagged(inbox):
    make_batch(inbox, identities=[identity(id_number="119999199001010020")])
    statuses = [
        read_batch(inbox, BATCH, today=TODAY, policy=POLICY, known_regions=known).identities["id_status"][0]
        for known in (frozenset[str](), frozenset({"119999"}))
    ]
    assert statuses == ["unknown_region", "valid"]
