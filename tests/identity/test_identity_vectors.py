"""Every row of tests/cases/identity.csv holds: one test per row, named by its kind and input."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.intake_files import POLICY, write_book
from tests.intake_files import POLICY as INTAKE
from tongcha.identity.id_columns import id_columns
from tongcha.identity.id_numbers import match_mask, parse_id, upgrade_15
from tongcha.identity.id_repair import repair_candidates, repair_id
from tongcha.identity.ladder import NameLevel, name_level
from tongcha.identity.name_keys import name_keys
from tongcha.identity.names import fold_name, parse_name
from tongcha.identity.phones import parse_phone, phone_columns
from tongcha.identity.schools import resolve_schools
from tongcha.identity.written_values import read_dates
from tongcha.intake.cells import write_cell
from tongcha.intake.csv_files import Records
from tongcha.intake.folder import read_content
from tongcha.intake.headers import clean_header
from tongcha.intake.parser_child import fill_down
from tongcha.intake.remarks import drop_remarks

CASES = Path(__file__).resolve().parents[1] / "cases" / "identity.csv"
TODAY = date(2026, 11, 22)


def unescape(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text)


def rows(kind: str) -> list[object]:
    with CASES.open(encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["kind"] == kind]
    assert found, kind
    return [
        pytest.param(
            unescape(row["input"]), unescape(row["expected"]), id=f"{row['input']}→{row['expected']}"
        )
        for row in found
    ]


def test_every_kind_of_row_has_a_test_here():
    with CASES.open(encoding="utf-8", newline="") as lines:
        kinds = {row["kind"] for row in csv.DictReader(lines)}
    source = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in sorted(kinds) if f'rows("{kind}")' not in source] == []


@pytest.mark.parametrize(("text", "status"), rows("id_status"))
def test_an_id_number_is_classified(text, status):
    assert parse_id(text, today=TODAY).status == status
    assert id_columns(pl.Series([text]), today=TODAY)["status"].to_list() == [status]


@pytest.mark.parametrize(("text", "full"), rows("id_upgrade"))
def test_fifteen_digits_become_eighteen(text, full):
    assert upgrade_15(text) == full
    assert (parse_id(text).status, parse_id(text).clean) == ("valid15", full)


@pytest.mark.parametrize(("text", "meant"), rows("id_repair_contains"))
def test_a_slip_can_be_undone(text, meant):
    assert meant in repair_candidates(text, today=TODAY)


@pytest.mark.parametrize(("rule", "kind"), rows("id_repair_policy"))
def test_a_repaired_number_is_a_candidate_with_its_kind_and_never_the_value(rule, kind):
    assert (rule, kind) == ("only accept with name agreement >= L4", "policy")
    written = "11010519491213002X"
    assert parse_id(written).clean == ""
    assert all(how in {"transposition", "substitution"} for _, how in repair_id(written))


@pytest.mark.parametrize(("pair", "expected"), rows("id_mask_match"))
def test_a_destroyed_number_is_a_prefix(pair, expected):
    destroyed, full = (text.removesuffix(" (destroyed)") for text in pair.split(" | "))
    assert f"match{match_mask(parse_id(destroyed).mask, full)}" == expected


@pytest.mark.parametrize(("text", "sex"), rows("id_sex"))
def test_the_seventeenth_digit_tells_the_sex(text, sex):
    assert parse_id(text).sex == {"F": "女", "M": "男"}[sex]


@pytest.mark.parametrize(("case", "outcome"), rows("id_same_name_differs"))
def test_names_on_one_id_that_differ_are_seen_to_differ(case, outcome):
    left, right = re.findall(r"[\u4e00-\u9fff]{2,}", case)
    assert (name_level(left, right), outcome) == (NameLevel.NONE, "review")


@pytest.mark.parametrize(("text", "clean"), rows("name_clean"))
def test_what_looks_the_same_becomes_the_same(text, clean):
    assert parse_name(text).clean == clean
    assert name_keys(pl.Series([text]))["clean"].to_list() == [clean]


@pytest.mark.parametrize(("text", "folded"), rows("name_fold"))
def test_variants_fold_character_by_character(text, folded):
    assert fold_name(text) == folded
    assert name_keys(pl.Series([text]))["fold"].to_list() == [folded]


@pytest.mark.parametrize(("pair", "expected"), rows("name_pair"))
def test_two_names_agree_on_the_rung(pair, expected):
    left, right = pair.split(" | ")
    level = name_level(left, right)
    assert level == name_level(right, left)
    rungs = {"L7 char dropped/added": "L7d", "L7 one given char differs": "L7s"}
    assert level == rungs.get(expected, expected[:2])


@pytest.mark.parametrize(("text", "expected"), rows("name_parse"))
def test_the_form_of_a_name_is_told(text, expected):
    parsed = parse_name(text)
    if expected.startswith("surname="):
        assert f"surname={parsed.surname};given={parsed.given or '?'}" == expected
        assert parsed.form == "surname"
    elif expected.startswith("pinyin="):
        assert (parsed.form, parsed.clean) == ("latin", expected.removeprefix("pinyin="))
    elif expected.startswith("split"):
        assert (parsed.form, len(parsed.people)) == ("none", int(expected.removeprefix("split")))
    elif expected in {"null", "no_chinese_name"}:
        assert (parsed.form, parsed.clean) == ("none", "")
    else:
        assert (parsed.form, parsed.clean) == ("full", expected)


@pytest.mark.parametrize(("text", "number"), rows("phone"))
def test_a_phone_is_found(text, number):
    parsed = parse_phone(text)
    assert parsed.clean == number
    assert phone_columns(pl.Series([text]))["clean"].to_list() == [number or None]
    if "*" in text:
        assert parsed.mask == text


SCHOOLS = pl.DataFrame(
    [
        ("3134000001", "阜阳市红旗中学", "341202", "阜阳市", None, None),
        ("3134000002", "合肥市第八中学", "340103", "合肥市", None, None),
        ("3134000003", "合肥市第十八中学", "340103", "合肥市", None, None),
        ("3132000004", "南京师范大学附属中学", "320106", "南京市", None, None),
        ("3132000005", "南京市第九中学", "320102", "南京市", None, None),
        ("3151000006", "四川省成都市第七中学", "510104", "成都市", None, "林荫校区、高新校区"),
        ("3151000007", "成都市七中育才学校", "510104", "成都市", None, None),
        ("2143000008", "长沙市开福区实验小学", "430105", "长沙市", None, None),
        ("2143000009", "长沙市雨花区实验小学", "430111", "长沙市", None, None),
        ("3165000010", "乌鲁木齐幸福中学", "650102", "乌鲁木齐市", None, None),
        ("3133000011", "杭州经济技术开发区学正中学", "330104", "杭州市", None, None),
        ("3133000012", "钱塘区学正中学", "330104", "杭州市", None, None),
    ],
    schema=["school_id", "name", "area", "city", "former_name", "campuses"],
    orient="row",
)
AREAS = {"阜阳市": "341202", "湖南长沙": "430100", "南京市": "320102", "合肥市": "340103", "杭州市": "330104"}


@pytest.mark.parametrize(("case", "expected"), rows("school"))
def test_a_school_is_resolved_or_left_to_people(case, expected):
    if expected == "same school new code":
        assert len(set(re.findall(r"\d{10}", case))) == 2  # a code history, which no text can give
        return
    aliases = None
    if expected == "alias":
        case, official = case.split(" = ")
        school = SCHOOLS.filter(pl.col("name") == official)["school_id"]
        assert resolve(case, "650102")["is_settled"].any() is False
        aliases = pl.DataFrame({"school_id": school, "alias": [case]})
        expected = official
    written, _, city = case.partition(" @")
    found = resolve(written, AREAS.get(city, "650102" if aliases is not None else "510104"), aliases)
    if expected == "candidates":
        assert found.height >= 2
        assert not found["is_settled"].any()
        return
    name, _, campus = expected.partition(" + campus=")
    first = found.join(SCHOOLS, on="school_id").filter(pl.col("rank") == 1)
    assert first.select("name", "campus", "is_settled").row(0) == (name, campus or None, True)


def resolve(written: str, area: str, aliases: pl.DataFrame | None = None) -> pl.DataFrame:
    return resolve_schools(
        pl.DataFrame({"school_written": [written], "area": [area]}),
        SCHOOLS,
        aliases,
        limits=INTAKE.school_names,
    )


def read_html_workbook(folder: Path) -> str:
    (folder / "导出.xls").write_bytes("<html><table><tr><td>姓名</td></tr></table></html>".encode())
    content = read_content(folder / "导出.xls", folder, POLICY)
    assert isinstance(content, list)
    return "sniff" if content[0]["rows"] == [["姓名"]] else ""


def read_totals_row() -> str:
    landed = {"name": ["张三"], "__first": ["合计"], "file": ["f"], "sheet": [""], "row": [9]}
    kept, dropped = drop_remarks(pl.DataFrame(landed), "staff_entries", POLICY)
    return "drop" if kept.is_empty() and dropped["row"].to_list() == [9] else ""


def read_merged_range() -> str:
    cells = [["", str(row)] for row in range(7)]
    cells[3][0] = "育才辅导班"
    fill_down(cells, [((3, 0), (5, 0))])
    filled = ["", "", "", "育才辅导班", "育才辅导班", "育才辅导班", ""]
    return "fill down within the range" if [row[0] for row in cells] == filled else ""


@pytest.mark.parametrize(("case", "expected"), rows("intake"))
def test_a_spreadsheet_trap_is_met(case, expected, tmp_path):
    if case.startswith("numeric cell"):
        book = write_book(tmp_path / "a.xlsx", {"s": [["号"], [float(case.removeprefix("numeric cell "))]]})
        content = read_content(book, tmp_path, POLICY)
        assert isinstance(content, list)
        cell = content[0]["rows"][1][0]
        assert cell == write_cell(float(case.removeprefix("numeric cell ")))
        assert parse_id(cell).status.startswith(expected)
        assert parse_id(cell).clean == ""
    elif case.startswith("GBK CSV"):  # read as GB18030, never tried as UTF-16 (which gives no rows)
        (tmp_path / "a.csv").write_bytes("姓名,科目\n张䶮,数学\n".encode("gb18030"))
        content = read_content(tmp_path / "a.csv", tmp_path, POLICY)
        assert isinstance(content, Records)
        assert "张䶮" in str(content)
        assert expected in {"decode gb18030", "must not be tried"}
    else:
        answers = {
            "1990年1月1日": lambda: str(read_dates(pl.Series(["1990年1月1日"]))[0]),
            "姓 名": lambda: clean_header("姓 名"),
            ".xls that is HTML": lambda: read_html_workbook(tmp_path),
            "last row 合计": read_totals_row,
            "merged cell B4:B6 育才辅导班": read_merged_range,
        }
        assert answers[case]() == expected
