"""A school's name taken apart: place, ordinal, core, kind, campus (identity.md §3)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tongcha.identity.characters import DATA, fold_characters
from tongcha.identity.cleaning import clean_text

_CAMPUS: Final = re.compile(
    r"\(([^)]*(?:校区|分校|本部|校部|[东西南北中]校|学部|小学部|初中部|高中部|部))\)?"
)
_NO_CAMPUS: Final = "学校中小高初幼园"
"""what a school's name ends with before its campus; the campus 高新校区 alone has one of them"""
_REMARK: Final = re.compile(r"[(\[【][^)\]】]*[)\]】]?")
_GRADE: Final = re.compile(r"[初高][一二三]$|[初高]?[一二三四五六七八九]年级.*$|\d+班$")
Names = tuple[str, ...]
_PROVINCE: Final = re.compile(r"^.{2,7}?(?:省|自治区|特别行政区)(?=.{3})")
_CITY: Final = re.compile(r"^.{2,6}?(?:市|自治州|地区|盟)(?=.{2})")
_DISTRICT: Final = re.compile(r"^(.{1,6}?(?:新区|开发区|经开区|高新区|区|县|旗|市))(?=.{2})")
_OWN_PLACE: Final = re.compile(r"^[市区县](?=第|实验|中心|直属|职|幼|高|[一二三四五六七八九十\d])")
"""市一中, 区实验小学: the city's or district's own, unnamed"""
_NOT_PLACES: Final = re.compile(r"社区$|校区$|学区$|小区$|红旗$")
_HIGHER: Final = re.compile(r"大学|师大|师范|理工|工大|学院|农大|医大|大附")
_NUMERAL: Final = "零〇一二三四五六七八九十百\\d"
_NUMBER: Final = re.compile("[0-9]{1,4}")
_WORDS: Final = "零一二三四五六七八九"
_WITH_DI: Final = re.compile(rf"第([{_NUMERAL}]+)")
_BARE: Final = re.compile(rf"([{_NUMERAL}]+)(?=(?:中心|实验|外语|初|高|中|小|幼|职|附))")
_EXPERIMENTAL: Final = re.compile(r"实(?=[小中初高职幼])")
_PLACE_SUFFIX: Final = re.compile(r"(?:新区|开发区|经开区|高新区|区|县|旗|市)$")
_ATTACHED: Final = re.compile(r"([一二三四五六七八九十]{1,3})(?=附)")
"""华师一附中, 师大二附小: the number stands before 附 without 第"""
_NAMED_NUMBERS: Final = frozenset({"八一", "五四", "七一", "六一", "一二九", "九一八", "三八"})
"""dates that schools are named after, not their numbers"""


_UNNAMED_PLACE: Final = re.compile(r"^[市区县](?=.{2})")
_NAMED_CITY: Final = re.compile(r"^([^市区县旗]{2,6}?)(?:市|地区|盟)(?=.{3})")
_NATIONS: Final = "朝鲜土家苗藏羌彝侗布依傣白景颇傈僳哈尼壮回蒙古哈萨克柯尔克孜族"
"""letters of those whom the thirty autonomous prefectures are named after"""
_CITY_KIND: Final = re.compile(rf"(?<=..)(?:市|地区|盟|[{_NATIONS}]*自治州)$")
_LOOSE_NAME: Final = r"[0-9０-９\[(（［【]|^[\s\u3000]*[市区县]|年级|[初高][一二三]\W*$|班\W*$"
"""what a name has that may be written more plainly, but for the words of `school_words`"""
_CITY_FIRST: Final = r"^[\s\u3000]*..{1,5}(?:市|地区|盟)"


@dataclass(frozen=True, slots=True)
class SchoolName:
    """One name of a school, comparable.

    Attributes:
        core: what is left when place, ordinal and kind are taken off (may be empty: 八中).
        ordinal: its number, 0 if it has none.
        kind: 幼 小 初 高 中 职 校 大, or empty if it isn't written.
        place: district as written before the name, or empty.
        campus: campus or department, or empty.
        text: the whole name after cleaning and abbreviation, without campus.
    """

    core: str
    ordinal: int
    kind: str
    place: str
    campus: str
    text: str


@lru_cache(maxsize=16)
def school_words(kind: str) -> dict[str, str]:
    """Words of one kind in school names (abbreviation, stage, …) → what they stand for, longest first."""
    with (DATA / "hand_school_words.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["written"], row["standard"]) for row in csv.DictReader(lines) if row["kind"] == kind]
    return dict(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


def parse_school(written: str, cities: Names = (), districts: Names = ()) -> SchoolName:
    """Take a school's name apart.

    Args:
        written: the name as written.
        cities: names of the province and city around, to strip from the front; longer ones first.
        districts: names of the districts around, without 区 or 县, to recognise; longer ones first.

    Example:
        >>> parse_school("成都七中(高新校区)", ("成都",))
        SchoolName(core='', ordinal=7, kind='中', place='', campus='高新校区', text='七中')
    """
    text, campus = _take_campus(fold_characters(clean_text(written)))
    text, place = _take_district(_strip_cities(_strip_speaker(text), cities), districts)
    for long, short in school_words("abbreviation").items():
        text = text.replace(long, short)
    text = _EXPERIMENTAL.sub("实验", text)
    body, kind = _take_kind(text)
    body, ordinal = _take_ordinal(body, kind)
    return SchoolName(body, ordinal, kind, place, campus, text)


@lru_cache(maxsize=1)
def _campus_tail() -> re.Pattern[str]:
    whole = "|".join(school_words("campus"))
    part = "|".join(school_words("campus_end"))
    return re.compile(rf"(?<=[{_NO_CAMPUS}])((?:高新|[^{_NO_CAMPUS}]){{0,6}}(?:{part})|{whole})$")


def _take_campus(text: str) -> tuple[str, str]:
    found = _CAMPUS.search(text) or _campus_tail().search(text)
    if found:
        text = text[: found.start()] + text[found.end() :]
    return _REMARK.sub("", text), found[1] if found else ""


def _strip_speaker(text: str) -> str:
    """Drop what a speaker adds: 八中老师, 八中语文教师, 八中初三."""
    return _GRADE.sub("", _taught().sub("", _speaker().sub("", text)))


@lru_cache(maxsize=1)
def _speaker() -> re.Pattern[str]:
    return re.compile(rf"(?:[/、,;]?(?:{'|'.join(school_words('speaker'))}))+$")


@lru_cache(maxsize=1)
def _taught() -> re.Pattern[str]:
    """A subject behind a school's name: nobody's school is called 八中语文."""
    return re.compile(rf"(?<=[学校园中小初高])(?:{'|'.join(school_words('subject'))})?的?$")


@lru_cache(maxsize=1)
def _before() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(school_words('before'))})")


def _strip_cities(text: str, cities: Names) -> str:
    """Take province and city off the front, but not off 大连理工大学附属."""
    text = _PROVINCE.sub("", text)
    for city in cities:
        rest = text.removeprefix(city)
        if rest != text and len(rest) > 1 and not _HIGHER.match(rest):
            text = rest
    return text if _HIGHER.search(text[:6]) else _OWN_PLACE.sub("", _CITY.sub("", text))


def _take_district(text: str, districts: Names) -> tuple[str, str]:
    """Take the district off the front, if a school's name is left."""
    found = _DISTRICT.match(text)
    if found and not _NOT_PLACES.search(found[1]) and _names_school(text[found.end() :]):
        return text[found.end() :], short_place(found[1])
    for district in districts:
        rest = text.removeprefix(district)
        if rest != text and _names_school(rest):
            return rest, district
    return text, ""


def _names_school(text: str) -> bool:
    """Whether text is a school's name by itself: 八中 is, 小学 is not."""
    body, kind = _take_kind(text)
    return bool(kind and body)


def short_place(place: str) -> str:
    """A district's name as people say it: 望海区 → 望海, 江北新区 → 江北."""
    return _PLACE_SUFFIX.sub("", place) or place if len(place) > 2 else place  # noqa: PLR2004


def loose_name(*, cities: bool = True) -> str:
    """Pattern of what `plainer_names` may have a plainer name for; some that match have none.

    Args:
        cities: whether to count names behind a city (怀化市东门小学), which schools may leave out.
    """
    ends = [word for kind in ("campus", "campus_end", "speaker", "stage") for word in school_words(kind)]
    starts = [word for kind in ("before", "province") for word in school_words(kind)]
    first = f"|{_CITY_FIRST}" if cities else ""
    return rf"{_LOOSE_NAME}{first}|^[\s\u3000]*(?:{'|'.join(starts)})|(?:{'|'.join(ends)})\W*$"


def plainer_names(written: str) -> list[tuple[str, str]]:
    """Return what a name may mean that no school bears as written, with the campus or none, nearest first.

    Remarks in brackets, speakers and classes are left out, then the campus, then the province and what the
    city is (黄冈市 is 黄冈), then a 市, 区 or 县 that names no place; then other words are taken for
    the stage (中学 for 初中). Numbers are written in words.

    Example:
        >>> plainer_names("市3中(东校区)老师")
        [('市三中东校区', '东校区'), ('市三中', ''), ('三中东校区', '东校区'), ('三中', '')]
    """
    text, campus = _before().sub("", clean_text(written)), ""
    for _ in range(2):
        text, found = _take_campus(_strip_speaker(text))
        campus = campus or found
    text = number_in_words(_strip_speaker(text))
    places = dict.fromkeys((text, _name_city_shortly(text), _UNNAMED_PLACE.sub("", text)))
    places |= dict.fromkeys(other for place in places for other in _restage(place))
    return [(place + one, one) for place in places for one in dict.fromkeys((campus, "")) if len(place) > 1]


def _restage(text: str) -> list[str]:
    """Return a name with the words that may stand for its stage: 树人中学 for 树人初中."""
    for word, others in school_words("stage").items():
        if text.endswith(word) and text != word:
            return [text.removesuffix(word) + other for other in others.split("、")]
    return []


def _name_city_shortly(text: str) -> str:
    return _NAMED_CITY.sub(r"\1", _province().sub("", text))


@lru_cache(maxsize=1)
def _province() -> re.Pattern[str]:
    names = "|".join(school_words("province"))
    return re.compile(rf"^(?:{names})(?:省|市|\w{{0,3}}自治区)?(?=.{{3}})")


def short_city(city: str) -> str:
    """A city's name as people say it before that of a school.

    Example:
        >>> short_city("黄冈市"), short_city("恩施土家族苗族自治州"), short_city("兴安盟")
        ('黄冈', '恩施', '兴安')
    """
    return _CITY_KIND.sub("", clean_text(city))


def number_in_words(text: str) -> str:
    """Write 13 as 十三 and 138 as 一三八, as schools are called.

    Example:
        >>> number_in_words("第13中学"), number_in_words("20中"), number_in_words("138中")
        ('第十三中学', '二十中', '一三八中')
    """
    return _NUMBER.sub(lambda found: _count(found[0]), text)


def _count(digits: str) -> str:
    value = int(digits)
    if not 0 < value < 100:  # noqa: PLR2004
        return "".join(_WORDS[int(digit)] for digit in digits)
    tens, ones = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else f"{_WORDS[tens]}十") + (_WORDS[ones] if ones else "")


def _take_kind(text: str) -> tuple[str, str]:
    for suffix, kind in school_words("suffix").items():
        if text.endswith(suffix):
            return text[: -len(suffix)], kind
    return text, ""


def _take_ordinal(body: str, kind: str) -> tuple[str, int]:
    """Take the number off: 第十三, 13, 八 before 中; dates such as 八一 stay part of the name."""
    found = _WITH_DI.search(body) or _BARE.match(body + kind) or _ATTACHED.search(body)
    if not found or found[1] in _NAMED_NUMBERS:
        return body, 0
    number = read_numeral(found[1])
    return (body[: found.start()] + body[found.end() :], number) if number else (body, 0)


def read_numeral(text: str) -> int:
    """Read 13, 十三, 一百零一 or 一三八; 0 if it is no number.

    Example:
        >>> read_numeral("一百零一"), read_numeral("二十三"), read_numeral("一三八")
        (101, 23, 138)
    """
    digits = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
    if text.isdecimal():
        return int(text)
    if not set(text) & {"十", "百"}:
        return int("".join(str(digits[char]) for char in text)) if all(c in digits for c in text) else 0
    total = current = 0
    for char in text:
        if char in {"十", "百"}:
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            current = digits.get(char, int(char) if char.isdecimal() else 0)
    return total + current
