"""Claims about linking one folder of Parquet tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import polars as pl
import pytest

from tests.intake_files import POLICY
from tests.linkage.linkage_scene import NAN, RAIDED, SCHOOLS, met, people, policy, spells
from tongcha.errors import InputError
from tongcha.linkage.encoding.sides import CAPTURES, OTHER_CAPTURES, OTHER_SEXES, SEXES
from tongcha.linkage.folder import OUTPUT, link_folder, prepare_folder
from tongcha.linkage.people import source
from tongcha.linkage.reading.columns import OPEN_ENDED
from tongcha.linkage.reading.tables import count_unread, read_table

CARD = {"capture": "card", "id_number": NAN, "age": 41}


@pytest.fixture
def folder(tmp_path):
    registry = people({"id_number": NAN, "phone": "13812345678"}).drop(
        "person_id", "origin", "same_person_as"
    )
    registry.write_parquet(tmp_path / "registry.parquet")
    met(CARD, {"phone": "13812345678"}).write_parquet(tmp_path / "identities.parquet")
    SCHOOLS.write_parquet(tmp_path / "schools.parquet")
    spells(("P1", 1, "S1", date(2010, 9, 1), None, "在编")).write_parquet(tmp_path / "spells.parquet")
    return tmp_path


def run(folder, **options):
    out = folder / "links.parquet"
    link_folder(folder, out, folder / "candidates.parquet", policy(), **options)
    return pl.read_parquet(out)


def test_the_output_has_its_fixed_shape(folder):
    links = run(folder)
    assert tuple(links.columns) == OUTPUT
    assert links.filter(pl.col("identity_id") == "I1").select("teacher_id", "decision", "in_service").row(
        0
    ) == (
        "P1",
        "accept",
        True,
    )
    assert (links["rank"] == 1).all()
    assert pl.read_parquet(folder / "candidates.parquet").height >= links.height


def test_whole_number_identifiers_come_back_as_whole_numbers(folder):
    registry = pl.read_parquet(folder / "registry.parquet").with_columns(
        teacher_id=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    registry.write_parquet(folder / "registry.parquet")
    employment = pl.read_parquet(folder / "spells.parquet").with_columns(teacher_id=pl.lit(0, pl.Int64))
    employment.write_parquet(folder / "spells.parquet")
    links = run(folder)
    assert links.schema["teacher_id"] == pl.Int64
    assert links.filter(pl.col("identity_id") == "I1").select("teacher_id", "in_service").row(0) == (0, True)


def test_missing_optional_tables_and_columns_are_tolerated(folder):
    (folder / "schools.parquet").unlink()
    (folder / "spells.parquet").unlink()
    registry = pl.read_parquet(folder / "registry.parquet").select("teacher_id", "name", "id_number")
    registry.write_parquet(folder / "registry.parquet")
    pl.read_parquet(folder / "identities.parquet").select("identity_id", "name", "id_number").write_parquet(
        folder / "identities.parquet"
    )
    first = run(folder).filter(pl.col("identity_id") == "I1").row(0, named=True)
    assert (first["teacher_id"], first["in_service"]) == ("P1", None)


def test_a_missing_essential_column_is_named(folder):
    pl.read_parquet(folder / "registry.parquet").drop("name").write_parquet(folder / "registry.parquet")
    with pytest.raises(InputError, match=r"registry\.parquet.*name"):
        run(folder)


def test_an_unreadable_table_is_named(folder):
    (folder / "identities.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"identities\.parquet"):
        run(folder)


def test_a_prepared_index_gives_the_same_links(folder):
    plain = run(folder)
    assert prepare_folder(folder, folder / "index") == pl.read_parquet(folder / "registry.parquet").height
    assert run(folder, index=folder / "index", is_prepared=True).equals(plain)


@pytest.mark.slow
def test_a_prepared_index_knows_the_phones_of_staff_lists(folder):
    teacher = pl.read_parquet(folder / "registry.parquet").filter(pl.col("teacher_id") == "P1")
    listed = teacher.select("name", "area", phone=pl.lit("13912345678"), school_written=pl.lit("八中"))
    listed.write_parquet(folder / "staff_lists.parquet")
    met({"phone": "13912345678", "name": teacher["name"][0]}).write_parquet(folder / "identities.parquet")
    plain = run(folder)
    assert plain["teacher_id"].to_list() == ["P1"]
    assert run(folder, index=folder / "index").equals(plain)
    (folder / "staff_lists.parquet").unlink()
    assert run(folder)["score"][0] < plain["score"][0]


@pytest.mark.parametrize("table", ["registry", "spells"])
def test_an_index_of_other_tables_is_refused(folder, table):
    prepare_folder(folder, folder / "index")
    path = folder / f"{table}.parquet"
    pl.read_parquet(path).head(0).write_parquet(path)
    with pytest.raises(InputError, match="比对索引"):
        run(folder, index=folder / "index", is_prepared=True)


def test_reading_part_by_part_changes_nothing(folder, monkeypatch):
    plain = run(folder)
    monkeypatch.setattr("tongcha.linkage.reading.tables.IN_MEMORY", 0)
    monkeypatch.setattr("tongcha.linkage.folder.IN_MEMORY", 0)
    monkeypatch.setattr(source, "PART", 1_000)
    assert run(folder).equals(plain)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [pl.List(pl.String), pl.List(pl.Categorical), pl.Array(pl.String, 2)])
def test_a_list_of_texts_is_read_as_a_text_of_them(folder, dtype):
    listed = SCHOOLS.with_columns(aliases=pl.Series([["八中", "八高"], ["红小", "红星"], None], dtype=dtype))
    listed.write_parquet(folder / "schools.parquet")
    assert read_table(folder, "schools")["aliases"].to_list() == ["八中、八高", "红小、红星", None]
    as_text = SCHOOLS.with_columns(aliases=pl.Series(["八中、八高", "红小、红星", None]))
    got = run(folder)
    as_text.write_parquet(folder / "schools.parquet")
    assert run(folder).equals(got)


@pytest.mark.parametrize(
    ("table", "column", "value", "told"),
    [
        ("schools", "aliases", {"name": "八中"}, r"schools\.parquet 的列 aliases.*文字.*顿号分隔"),
        ("schools", "school_id", ["S1"], r"schools\.parquet 的列 school_id.*文字"),
        ("identities", "raid_date", [date(2026, 9, 1)], r"identities\.parquet 的列 raid_date.*日期"),
        ("identities", "age", [41], r"identities\.parquet 的列 age.*整数"),
        ("spells", "start", time(8), r"spells\.parquet 的列 start.*日期"),
    ],
)
def test_a_column_that_cannot_be_read_is_named_with_its_table_and_the_fix(folder, table, column, value, told):
    frame = pl.read_parquet(folder / f"{table}.parquet")
    odd = pl.Series(column, [value]).new_from_index(0, frame.height)
    frame.with_columns(odd).write_parquet(folder / f"{table}.parquet")
    with pytest.raises(InputError, match=told):
        run(folder)


def test_dates_and_ages_held_as_categories_or_bytes_are_read_as_texts_are(folder):
    expected = run(folder)
    met_ = pl.read_parquet(folder / "identities.parquet")
    day, age = pl.col("raid_date").cast(pl.String), pl.col("age").cast(pl.String)
    odd = met_.with_columns(
        day.cast(pl.Categorical), age.cast(pl.Categorical), pl.col("name").cast(pl.Binary)
    )
    odd.write_parquet(folder / "identities.parquet")
    assert run(folder).equals(expected)


def rewrite(folder, table, *columns):
    frame = pl.read_parquet(folder / f"{table}.parquet").with_columns(*columns)
    frame.write_parquet(folder / f"{table}.parquet")


@pytest.fixture
def rich(folder):
    """A folder in which areas, sexes and a staff list count."""
    told = {"site_area": "340104", "claimed_school": "八中", "sex": "男", "age": 41}
    met(told, told | {"phone": "13900001111"}).write_parquet(folder / "identities.parquet")
    entry = {"name": "张建国", "area": "340104", "phone": "13900001111", "school_written": "八中"}
    listed = pl.DataFrame([entry])
    listed.write_parquet(folder / "staff_lists.parquet")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry", "is_theirs"),
    [
        pytest.param({}, True, id="the list of their school"),
        pytest.param({"school_written": "合肥市第八中学"}, True, id="the school in full"),
        pytest.param({"school_written": "红星小学"}, False, id="the list of another school"),
        pytest.param({"school_written": None}, False, id="a list of no school"),
        pytest.param({"school_written": "红星小学", "id_tail": NAN[-4:]}, True, id="their last four places"),
        pytest.param({"id_tail": "0000"}, False, id="other last four places"),
        pytest.param({"sex": "女"}, False, id="another sex"),
    ],
)
def test_a_listed_phone_is_a_teachers_only_on_the_list_of_their_school_or_with_their_number(
    rich, entry, is_theirs
):
    without = run(rich)
    rewrite(rich, "staff_lists", *(pl.lit(value).alias(column) for column, value in entry.items()))
    (rich / "staff_lists.parquet").rename(rich / "kept")
    alone = run(rich)
    (rich / "kept").rename(rich / "staff_lists.parquet")
    assert run(rich).equals(without if is_theirs else alone)
    assert not without.equals(alone)


@pytest.mark.slow
@pytest.mark.parametrize("other", [{"phone": None}, {"phone": "13955556666", "sex": "男"}])
def test_a_listed_phone_is_nobodys_where_another_entry_bears_the_name_in_that_district(rich, other):
    entry = pl.read_parquet(rich / "staff_lists.parquet")
    (rich / "staff_lists.parquet").rename(rich / "kept")
    alone = run(rich)
    both = [entry, entry.with_columns(pl.lit(value, pl.String).alias(name) for name, value in other.items())]
    pl.concat(both, how="diagonal").write_parquet(rich / "staff_lists.parquet")
    assert run(rich).equals(alone)
    assert run(rich, index=rich / "index").equals(alone)


def test_a_prepared_index_knows_whose_list_a_phone_is_on(rich):
    rewrite(rich, "staff_lists", pl.lit("红星小学").alias("school_written"))
    assert run(rich, index=rich / "index").equals(run(rich))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [pl.String, pl.Int64])
@pytest.mark.parametrize("end", ["", "000000", "012003"])
def test_codes_of_the_statistics_bureau_count_with_their_first_six_digits(rich, end, dtype):
    expected = run(rich)
    for table, column in (("registry", "area"), ("schools", "area"), ("identities", "site_area")):
        rewrite(rich, table, (pl.col(column) + end).cast(dtype))
    assert run(rich).equals(expected)
    rewrite(rich, "staff_lists", (pl.col("area") + end).cast(dtype))
    assert run(rich).equals(expected)


@pytest.mark.parametrize("edge", ["start", "end"])
@pytest.mark.parametrize("dtype", [pl.Date, pl.String])
def test_the_empty_date_of_a_database_is_no_day(folder, edge, dtype):
    rewrite(folder, "spells", pl.lit(date(1900, 1, 1)).cast(dtype).alias(edge))
    assert run(folder)["in_service"].to_list() == [None, None]


def test_regions_that_a_spreadsheet_made_decimal_numbers_count(rich):
    expected = run(rich)
    for table, column in (("registry", "area"), ("schools", "area"), ("identities", "site_area")):
        rewrite(rich, table, pl.col(column).cast(pl.Float64))
    assert run(rich).equals(expected)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["{}.0", " {}", "+86 {}", "{}（爱人）", "{}/0551-84512345"])
def test_a_phone_on_record_finds_its_bearer_however_it_is_written(folder, form):
    told = {"name": "小张老师", "phone": "13812345678"}
    met(told).write_parquet(folder / "identities.parquet")
    found = run(folder)
    assert found["teacher_id"].to_list() == ["P1"]
    rewrite(folder, "registry", pl.format(form, "phone").alias("phone"))
    assert run(folder).equals(found)


def test_a_name_on_record_is_found_by_its_sound_whatever_stands_around_it(folder):
    met({"name": "章建国", "sex": "男", "age": 41}).write_parquet(folder / "identities.parquet")
    expected = run(folder)
    assert expected["teacher_id"].to_list() == ["P1"]
    rewrite(folder, "registry", pl.format("姓名：{}（男）", "name").alias("name"))
    assert run(folder).equals(expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("male", "female"), [("M", "F"), ("1", "2"), (1, 2), ("男性", "女性"), ("男生", "女生")]
)
def test_a_sex_is_read_as_intake_reads_it(rich, male, female):
    expected = run(rich)
    for table in ("registry", "identities"):
        rewrite(rich, table, pl.col("sex").replace_strict({"男": male, "女": female}, default=None))
    assert run(rich).equals(expected)


def test_a_capture_is_read_as_intake_reads_it(rich):
    expected = run(rich)
    rewrite(rich, "identities", pl.col("capture").replace({"card": "读卡", "oral": "口述", "typed": "手录"}))
    assert run(rich).equals(expected)
    ways = POLICY.values["capture"]
    assert {way: code for code, kind in enumerate(CAPTURES) for way in ways[kind]} == OTHER_CAPTURES


def test_every_way_of_writing_a_sex_that_intake_knows_is_known_here():
    ways = POLICY.values["sex"]
    assert {way: code for code, sex in enumerate(SEXES, start=1) for way in ways[sex]} == OTHER_SEXES


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("20261018", id="digits"),
        pytest.param(20_261_018, id="a whole number of eight digits"),
        pytest.param("2026年10月18日", id="Chinese"),
        pytest.param("2026/10/18", id="strokes"),
        pytest.param("2026.10.18 ", id="dots and a blank"),
        pytest.param("２０２６-10-18", id="full width"),
        pytest.param("2026-10-18 00:00:00", id="with a time"),
        pytest.param(46_313, id="a spreadsheet's number"),
        pytest.param(46_313.0, id="a spreadsheet's number, floating"),
        pytest.param(datetime(2026, 10, 18), id="a point in time"),  # noqa: DTZ001  tables know no zone
        pytest.param(datetime(2026, 10, 17, 16, tzinfo=UTC), id="midnight in China, said in UTC"),
    ],
)
def test_a_day_is_read_as_intake_reads_it(folder, written):
    rewrite(folder, "identities", pl.lit(written).alias("raid_date"))
    assert set(read_table(folder, "identities")["raid_date"]) == {RAIDED}
    assert count_unread(folder) == {}


@pytest.mark.parametrize("written", ["41", "41岁", "４１", 41.0, "41.0", "41周岁"])
def test_an_age_is_read_as_intake_reads_it(folder, written):
    rewrite(folder, "identities", pl.lit(written).alias("age"))
    assert set(read_table(folder, "identities")["age"]) == {41}
    assert count_unread(folder) == {}


def test_what_can_not_be_read_counts_as_not_given_and_is_counted(folder):
    rewrite(folder, "identities", pl.lit(None, pl.Int64).alias("age"))
    expected = run(folder)
    rewrite(folder, "identities", pl.Series("age", ["四十多", ""]))
    assert run(folder).equals(expected)
    assert count_unread(folder) == {"identities.age": 1}
    for table, column, value in (
        ("spells", "end", "去年"),
        ("spells", "start", 7),
        ("identities", "age", 41.5),
    ):
        rewrite(folder, table, pl.lit(value).alias(column))
    counted = {"identities.age": 2, "spells.start": 1, "spells.end": 1}
    assert count_unread(folder) == counted


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "－", "至 今", *OPEN_ENDED])
def test_a_spell_that_says_it_goes_on_has_no_end(folder, end):
    rewrite(folder, "spells", pl.lit(end).alias("end"))
    assert read_table(folder, "spells")["end"].to_list() == [None]
    assert count_unread(folder) == {}
    assert run(folder)["in_service"][0]


@pytest.mark.parametrize(
    ("end", "in_service"), [("2026年11月1日", True), ("2026-11", True), ("2026-10", None), ("2026-09", False)]
)
def test_an_end_told_by_its_month_is_as_good_as_a_day_but_for_a_raid_in_that_month(folder, end, in_service):
    rewrite(folder, "spells", pl.lit(end).alias("end"))
    assert count_unread(folder) == {}
    assert run(folder)["in_service"].to_list()[0] is in_service


@pytest.mark.slow
@pytest.mark.parametrize(("edge", "text"), [("end", "离职"), ("start", "不详"), ("start", "2020.1")])
def test_whose_spell_can_not_be_read_is_neither_in_service_nor_out_of_it(folder, edge, text):
    assert run(folder)["in_service"][0]
    rewrite(folder, "spells", pl.lit(text).alias(edge))
    assert count_unread(folder) == {f"spells.{edge}": 1}
    assert run(folder)["in_service"][0] is None


def test_a_spell_without_a_start_is_still_over_after_its_end(folder):
    rewrite(folder, "spells", pl.lit(None, pl.String).alias("start"), pl.lit("2026-09-01").alias("end"))
    assert run(folder)["in_service"].to_list()[0] is False


def test_the_latest_day_that_a_file_gives_itself_is_kept(folder):
    day = pl.lit("2026-12-31").str.to_date()
    rewrite(folder, "spells", (day - pl.duration(days=365)).alias("start"), day.alias("start_latest"))
    assert run(folder)["in_service"][0] is None


def test_every_way_of_writing_no_end_that_intake_knows_is_known_here():
    assert POLICY.open_ended == OPEN_ENDED
