"""Names: cleaning, forms, keys, rungs; columns agree with single names."""

from __future__ import annotations

import hashlib
import itertools
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongcha.identity.characters import (
    DATA,
    all_readings,
    blur_syllable,
    decompositions,
    folds,
    load_characters,
    lookalikes,
    surname_readings,
)
from tongcha.identity.cleaning import clean_text
from tongcha.identity.ladder import LABELS, NameLevel, name_level, name_readings
from tongcha.identity.name_keys import SCHEMA, name_keys, pack
from tongcha.identity.names import fold_name, parse_name
from tongcha.identity.romanised import split_syllables

QUICK = settings(max_examples=60)
COMMON = (
    "王李张刘陈杨赵黄周吴欧阳尉迟单仇曾任肖萧闫阎伟芳娜秀英敏静丽强磊洋艳勇军杰娟涛明超兰霞平晴睛喆䶮小晓"
)
names = st.text(alphabet=COMMON, min_size=2, max_size=4)
written = st.one_of(
    names,
    st.text(alphabet=COMMON + "·•?*某 （）()小老师姐、偉張錢\u2ee2\ue863\ufa11abcWei", max_size=9),
    st.sampled_from(
        ["不详", "ZHANG Wei", "阿卜杜拉·买买提", "阿不都拉•麦麦提", "王(吉吉)", "𠮷田", "无", ""]
    ),
    st.none(),
)


@given(written)
@QUICK
def test_cleaning_twice_is_cleaning_once(text):
    once = parse_name(text)
    again = parse_name(once.clean)
    assert again.clean == once.clean
    if not once.people:
        assert (again.form, again.surname, again.given) == (once.form, once.surname, once.given)
    assert clean_text(clean_text(text or "")) == clean_text(text or "")


@given(st.lists(written, max_size=25))
@QUICK
def test_a_column_of_names_is_read_as_each_name_is(texts):
    keys = name_keys(pl.Series(texts, dtype=pl.String))
    assert keys.schema == SCHEMA
    for text, row in zip(texts, keys.iter_rows(named=True), strict=True):
        parsed = parse_name(text)
        assert row["form"] == parsed.form
        for part in ("clean", "surname", "given"):
            assert row[part] == (getattr(parsed, part) or None)
        assert row["fold"] == (fold_name(parsed.clean) if parsed.form == "full" else None)
        assert (row["tone"] is None) == (parsed.form != "full")


@given(names, names)
@QUICK
def test_equal_keys_mean_that_the_readings_meet(left, right):
    keys = name_keys(pl.Series([left, right]))
    level = name_level(left, right)
    if keys["tone"].n_unique() == 1 and keys["form"].to_list() == ["full", "full"]:
        assert level in {NameLevel.EXACT, NameLevel.VARIANT, NameLevel.TONE}
    if keys["fold"].n_unique() == 1 and keys["form"].to_list() == ["full", "full"]:
        assert level in {NameLevel.EXACT, NameLevel.VARIANT}


@given(written, written)
@QUICK
def test_the_rung_is_the_same_from_both_sides(left, right):
    assert name_level(left, right) == name_level(right, left)


@given(names)
@QUICK
def test_a_name_agrees_with_itself_exactly(name):
    expected = {"full": NameLevel.EXACT, "surname": NameLevel.SURNAME_ONLY}
    assert name_level(name, name) == expected.get(parse_name(name).form, NameLevel.ABSENT)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("肖红", "萧红", "L1"),
        ("张喆", "张哲", "L1"),
        ("单田芳", "山田芳", "L3"),
        ("张伟", "张伟明", "L7d"),
        ("陈李美华", "李美华", "L7d"),
        ("王小明", "李小明", "L8"),
        ("小王", "王晓明", "L9"),
        ("汪老师", "王明", "LX"),
        ("欧阳老师", "欧阳修", "L9"),
        ("欧阳老师", "欧晓明", "LX"),
        ("王老师", "李明", "LX"),
        ("王伟", "王芳", "LX"),
        ("ZHANG Wei", "张伟", "L3"),
        ("Wei Zhang", "张伟", "L3"),
        ("Zhang Wei", "李伟", "LX"),
        ("不详", "张伟", "L-"),
        (None, "张伟", "L-"),
        ("李某", "李明", "L9"),
        ("李*明", "李小明", "LW"),
        ("李*明", "李小红", "LX"),
        ("张伟、李娜", "张伟", "L-"),
        ("王洋", "王杨", "L2"),
        ("刘佘", "刘余", "L5"),
    ],
)
def test_rungs_in_plain_cases(left, right, level):
    assert name_level(left, right) == level
    assert LABELS[NameLevel(level)]


@pytest.mark.parametrize(
    ("text", "form", "clean", "surname"),
    [
        ("小王老师", "surname", "小王老师", "王"),
        ("欧阳老师", "surname", "欧阳老师", "欧阳"),
        ("王晓明老师", "full", "王晓明", "王"),
        ("张某", "surname", "张?", "张"),
        ("欧阳修", "full", "欧阳修", "欧阳"),
        ("阿强", "none", "", ""),
        ("阿王", "surname", "阿王", "王"),
        ("阿吴老师", "surname", "阿吴老师", "吴"),
        ("阿欧阳", "surname", "阿欧阳", "欧阳"),
        ("阿卜杜拉", "full", "阿卜杜拉", "阿"),
        ("1.张伟(男)", "full", "张伟", "张"),
        ("张春生", "full", "张春生", "张"),
        ("李和平", "full", "李和平", "李"),
        ("阿卜杜拉 买买提", "full", "阿卜杜拉买买提", ""),
        ("\ue863芳", "full", "䶮芳", "䶮"),
        ("\uf8f0芳", "full", "?芳", ""),
        ("小强", "none", "", ""),
        ("老强", "surname", "老强", "强"),
        ("小毕老师", "surname", "小毕老师", "毕"),
        ("小楚老师", "none", "", ""),
        ("小張", "surname", "小張", "張"),
        ("張偉老師", "full", "張偉", "張"),
        ("李建总", "full", "李建总", "李"),
        ("王姐姐", "surname", "王姐姐", "王"),
        ("阿卜··买", "full", "阿卜·买", ""),
        ("阿依古丽.买买提", "full", "阿依古丽·买买提", ""),
        ("买买提 。 艾力", "full", "买买提·艾力", ""),
        ("阿卜杜拉.买买提.艾力", "full", "阿卜杜拉·买买提·艾力", ""),
        ("李.芳", "full", "李芳", "李"),
        ("欧阳.明华", "full", "欧阳明华", "欧阳"),
        ("张亚芳。", "full", "张亚芳", "张"),
        ("张伟.李娜", "perhaps_two", "张伟李娜", ""),
        ("王" * 99, "none", "", ""),
        ("Anna老师", "none", "", ""),
        ("ZhangXiaoming", "latin", "zhang xiaoming", ""),
        ("姓名：张亚芳", "full", "张亚芳", "张"),
        ("自称张亚芳", "full", "张亚芳", "张"),
        ("授课老师张亚芳", "full", "张亚芳", "张"),
        ("姓名：阿卜杜拉·买买提", "full", "阿卜杜拉·买买提", ""),
        ("张亚芳同志", "full", "张亚芳", "张"),
        ("张亚芳，女，35岁", "full", "张亚芳", "张"),
        ("张亚芳 女", "full", "张亚芳", "张"),
        ("阿卜杜拉·买买提，维吾尔族", "full", "阿卜杜拉·买买提", ""),
        ("张亚芳？", "full", "张亚芳", "张"),
        ("张亚芳*", "full", "张亚芳", "张"),
        ("张亚?", "full", "张亚?", "张"),
        ("欧阳文?", "full", "欧阳文?", "欧阳"),
        ("张亚妨/张亚芳", "full", "张亚妨", "张"),
        ("张亚芳或张亚妨", "full", "张亚芳", "张"),
        ("张丽/张伟", "none", "张丽、张伟", ""),
        ("小方（方华）", "full", "方华", "方"),
        ("小方（张华）", "surname", "小方", "方"),
        ("小张（张姐）", "surname", "小张", "张"),
        ("自称姓张", "surname", "自称姓张", "张"),
        ("张姓男子", "surname", "张姓男子", "张"),
        ("欧阳姓女教师", "surname", "欧阳姓女教师", "欧阳"),
        ("任课老师", "none", "", ""),
        ("自称", "none", "", ""),
    ],
)
def test_forms_of_names(text, form, clean, surname):
    parsed = parse_name(text)
    assert (parsed.form, parsed.clean, parsed.surname) == (form, clean, surname)


han = st.sampled_from("张李王陈马高江白欧阳方安伟娜小国建卓玛古丽米")


@given(st.lists(st.text(han, min_size=1, max_size=7), max_size=9))
@settings(max_examples=25)
def test_a_column_of_long_names_is_read_as_each_of_them_is(names):
    keys = name_keys(pl.Series(names, dtype=pl.String))
    parsed = [parse_name(name) for name in names]
    assert keys["form"].to_list() == [name.form for name in parsed]
    assert keys["surname"].to_list() == [name.surname or None for name in parsed]


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_no_text_makes_a_reader_fail(text):
    assert parse_name(text).form in {"full", "surname", "latin", "perhaps_two", "none"}
    assert name_keys(pl.Series([text])).height == 1
    assert name_level(text, "张伟") in NameLevel


def test_text_of_any_length_is_read_in_time():
    assert parse_name("la" * 5000).form == "none"
    assert parse_name("(" * 5000).form == "none"


def test_two_people_in_a_cell_are_two_names():
    assert parse_name("张伟 李娜").people == ("张伟", "李娜")
    assert parse_name("王建国和张伟").people == ("王建国", "张伟")
    assert parse_name("张 伟").people == ()


@pytest.mark.parametrize("run_together", ["张伟李娜", "張偉李娜", "王建国张伟", "张伟李小娜", "王建国李小娜"])
def test_two_names_run_together_are_a_doubt_and_never_cut_in_two(run_together):
    parsed = parse_name(run_together)
    assert (parsed.form, parsed.clean, parsed.people) == ("perhaps_two", run_together, ())
    keys = name_keys(pl.Series([run_together])).row(0, named=True)
    assert {keys[key] for key in ("surname", "given", "fold", "tone", "syllable", "fuzzy")} == {None}


@pytest.mark.parametrize(
    "one",
    [
        *("欧阳文静", "诸葛孔明", "司马相如"),  # two-character surnames
        *("陈方安生", "范徐丽泰", "陈李美华"),  # a married woman's two surnames
        *("白玛江措", "李加卓玛", "桑吉卓玛"),  # Tibetan
        *("苏伦高娃", "白音高娃", "乌云其其格"),  # Mongolian
        *("古丽米娜", "马合木江", "阿卜杜拉买买提"),  # Uyghur and Kazakh, without their dot
        *("李晓明老师", "爱新觉罗溥仪", "张伟李"),
    ],
)
def test_a_long_name_that_may_be_one_persons_stays_one(one):
    assert parse_name(one).form == "full"


def test_the_surname_is_read_as_a_surname_and_only_there():
    assert name_readings("曾曾")[0] == {"zeng1"}
    assert name_readings("单单")[0] == {"shan4"}
    assert "dan1" in name_readings("单单")[1]
    assert name_readings("尉迟恭")[:2] == (frozenset({"yu4"}), frozenset({"chi2"}))


def test_keys_hold_the_surname_in_their_highest_bits():
    keys = name_keys(pl.Series(["王伟", "王小明", "张伟"]))["tone"].to_list()
    assert keys[0] >> 48 == keys[1] >> 48 != keys[2] >> 48


def test_long_names_differ_by_order_and_agree_without_the_dot():
    keys = name_keys(pl.Series(["阿卜杜拉·买买提", "阿卜杜拉买买提", "买买提·阿卜杜拉"]))
    assert keys["syllable"][0] == keys["syllable"][1] != keys["syllable"][2]


def test_packed_keys_of_different_lengths_never_meet():
    ids = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]], np.uint16)
    assert len(set(pack(ids).tolist())) == 3


def test_latin_names_share_the_toneless_key_of_the_characters():
    keys = name_keys(pl.Series(["ZHANG Wei", "张伟"]))
    assert keys["syllable"].n_unique() == 1
    assert keys["tone"].to_list()[0] is None


def test_names_that_are_no_pinyin_are_no_latin_names():
    assert split_syllables("xiaoming") == ("xiao", "ming")
    assert split_syllables("lily") == ()


def test_the_tables_are_closed_under_folding_and_every_standard_character_is_read():
    known = folds()
    assert all(target not in known for target in known.values())
    tables = load_characters()
    for char in "偉張錢峯":
        assert tables.tone[ord(char)] == tables.tone[tables.fold[ord(char)]]
    assert all(reading[-1] in "12345" for readings in all_readings().values() for reading in readings)
    assert len(tables.tones) < 0x8000


def test_every_surname_reading_is_a_known_reading():
    tables = load_characters()
    read = set(itertools.chain.from_iterable(surname_readings().values()))
    assert read <= set(tables.tones)
    assert all(len(r) == 2 for s, r in surname_readings().items() if len(s) == 2)


def test_lookalikes_are_scored_and_found_from_both_sides():
    frame = lookalikes()
    assert frame["score"].is_between(0.82, 0.99).all()
    assert frame.filter(pl.col("char") == pl.col("other")).is_empty()
    mirrored = frame.join(frame, left_on=["char", "other"], right_on=["other", "char"], how="anti")
    assert mirrored.is_empty()
    assert {"睛", "精"} <= set(frame.filter(pl.col("char") == "晴")["other"])


def test_the_frozen_tables_are_the_ones_in_the_manifest():
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))["sha256"]
    tables = {path.name: path for path in DATA.iterdir() if path.suffix in {".csv", ".parquet"}}
    assert sorted(manifest) == sorted(tables)
    changed = [
        n for n, path in tables.items() if hashlib.sha256(path.read_bytes()).hexdigest() != manifest[n]
    ]
    assert changed == [], "run scripts/build_character_tables.py"


def test_written_apart_characters_come_together():
    assert decompositions()["吉吉"] == "喆"


@pytest.mark.parametrize(
    ("syllable", "blurred"), [("cheng", "cen"), ("shi", "si"), ("ning", "lin"), ("feng", "hun"), ("fu", "hu")]
)
def test_dialects_blur_syllables(syllable, blurred):
    assert blur_syllable(syllable) == blurred


def test_an_empty_column_has_all_its_columns():
    assert name_keys(pl.Series([], dtype=pl.String)).schema == SCHEMA
    assert name_keys(pl.Series([None, None], dtype=pl.String))["form"].to_list() == ["none", "none"]
