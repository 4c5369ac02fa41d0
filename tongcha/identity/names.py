"""What a written name is: a full name, a surname with a title, Latin letters, or nothing (identity.md §2).

A placeholder is no name, a title is no given name, and two people in one cell are not one person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tongcha.identity.characters import (
    NO_READING,
    common_surnames,
    decompositions,
    fold_characters,
    load_characters,
    name_words,
    surname_alternates,
)
from tongcha.identity.cleaning import WILDCARD, clean_text
from tongcha.identity.romanised import split_syllables
from tongcha.identity.surnames import (
    common_initials,
    is_likely_surname,
    is_surname,
    surname_of,
)

DOT: Final = "·"
LONGEST_UNDOTTED: Final = 4
"""a name of more characters is a transliteration: it has no surname to split off"""
MAY_HOLD_TWO: Final = (4, 5, 6)
"""two full names of two or three characters each"""
LONGEST_NAME: Final = 60
"""longer text is no name (the longest dotted names have about 30 characters)"""
NICKNAME_PREFIXES: Final = "小老大阿"
_REMARK: Final = re.compile(r"[(\[【〔{<《「『]([^)\]】〕}>》」』]*)[)\]】〕}>》」』]?")
_QUOTES: Final = str.maketrans("", "", "'\"‘’“”`´#^~=!:_…")
_WILDCARDS: Final = str.maketrans(dict.fromkeys("*□■○●×※某", WILDCARD))
_SEPARATORS: Final = re.compile(r"[、,;/\\+&|]")
_DETAILS: Final = re.compile(
    r"(?<=..)(?:[、,;/ ]+(?:[男女]性?|[\u4e00-\u9fff]{1,4}族|[0-9]{1,3} ?岁?))+[、,;。.]?$"
)
"""sex, ethnicity and age behind a name: 张亚芳，女，35岁"""
_SURNAME_TOLD: Final = re.compile(r"(?:自称|叫)?姓(..?)|(..?)姓[男女]?(?:老师|教师|性|士|子)?")
_DOUBT: Final = re.compile(rf"{re.escape(WILDCARD)}+$")
_DOTS: Final = re.compile(f"{DOT}+")
_STOPS: Final = re.compile(r"[.。]")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z .,·\-]*")
_HAN_NAME: Final = re.compile(rf"[\u3007\u3400-\u9fff\U00020000-\U000323af{re.escape(WILDCARD)}{DOT}]+")
_NOT_HAN: Final = re.compile(rf"[^\u3007\u3400-\u9fff\U00020000-\U000323af{re.escape(WILDCARD)}{DOT} ]")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What one written name turns out to be.

    Attributes:
        form: full, surname (the given name is missing), latin, perhaps_two (two names may have run
            together: no name to compare, and never cut in two), or none.
        clean: the name after technical cleaning; empty when there is none. Unreadable characters are `?`.
        surname: the surname, if it can be told apart.
        given: the given name; for a dotted name, the whole name.
        people: the names in the cell if there are two or more; then the form is none.
    """

    form: str
    clean: str = ""
    surname: str = ""
    given: str = ""
    people: tuple[str, ...] = ()


NOTHING: Final = ParsedName("none")


@lru_cache(maxsize=1 << 14)
def parse_name(text: str | None) -> ParsedName:
    """Classify one name as it was written.

    Example:
        >>> parse_name("王(吉吉)").clean, parse_name("小王").form, parse_name("张伟、李娜").people
        ('王喆', 'surname', ('张伟', '李娜'))
    """
    tidy = _drop_details(tidy_name(text or ""))
    if not 0 < len(tidy) <= LONGEST_NAME or tidy.replace(" ", "") in _no_names():
        return NOTHING
    if _LATIN.fullmatch(tidy):
        return _parse_latin(tidy)
    people = split_people(tidy)
    if len(people) > 1:
        return ParsedName("none", "、".join(people), people=people)
    parsed = _parse_han(_take_out(_DOTS.sub(DOT, _NOT_HAN.sub("", tidy).replace(" ", "")).strip(DOT)))
    return (parsed.form == "surname" and _find_whole(text or "", parsed.surname)) or parsed


@lru_cache(maxsize=1)
def _no_names() -> frozenset[str]:
    return frozenset((*name_words("placeholder"), *name_words("label")))


@lru_cache(maxsize=1)
def _labels() -> re.Pattern[str]:
    titles = (title for title in name_words("title") if len(title) > 1)
    return re.compile(rf"(?:(?:{'|'.join((*name_words('label'), *titles))}){DOT}?)+")


def _drop_details(tidy: str) -> str:
    """Drop sex, ethnicity and age behind a name, and the second of two readings: 张亚芳，女，35岁."""
    return _take_first(_DETAILS.sub("", tidy), "/")


def _take_out(name: str) -> str:
    """Take a whole name out of what is written before and behind it: 自称张亚芳, 张亚芳?, 张芳或张方."""
    label = _labels().match(name)
    rest = name[label.end() :].strip(DOT) if label else name
    bare = rest if rest and (DOT in rest or _is_plain(_DOUBT.sub("", _strip_titles(rest)))) else name
    told = _DOUBT.sub("", bare)
    doubted = _is_plain(told) and len(told) - len(surname_of(told)) > 1
    return _take_first(told if doubted else bare, "或")


def _take_first(text: str, sign: str) -> str:
    """Return the first of two whole names that are one name of which one character is in doubt."""
    readings = text.split(sign)
    return readings[0] if len(readings) > 1 and _are_one(readings) else text


def _is_plain(text: str) -> bool:
    return _has_whole_name(text) and not {DOT, WILDCARD} & set(text)


def _are_one(readings: list[str]) -> bool:
    """Whether names differ in one character, which sounds the same in all of them."""
    if not all(map(_is_plain, readings)) or len({len(name) for name in readings}) > 1:
        return False
    places = [set(chars) for chars in zip(*readings, strict=True) if len(set(chars)) > 1]
    tables = load_characters()
    heard = {int(tables.syllable[tables.fold[ord(char)]]) for place in places for char in place}
    return len(places) == 1 and len(heard) == 1 and heard.isdisjoint({NO_READING})


def _find_whole(text: str, surname: str) -> ParsedName | None:
    """The whole name that stands in brackets behind a nickname: 小方（方华）."""
    inside = [_take_out("".join(found.split())) for found in _REMARK.findall(clean_text(text))]
    named = [_parse_han(name) for name in inside if _is_plain(name) and surname_of(name) == surname]
    whole = [name for name in named if name.form == "full"]
    return whole[0] if len(whole) == 1 else None


def tidy_name(text: str) -> str:
    """Clean a name technically, join characters written apart, drop remarks in brackets and quotes."""
    joined = _REMARK.sub(_resolve_remark, clean_text(text, keep_spaces=True))
    return _read_stops(" ".join(joined.translate(_QUOTES).translate(_WILDCARDS).split()))


def _read_stops(tidy: str) -> str:
    """A full stop inside a transliterated name is its dot (阿依古丽.买买提), unless it parts two people."""
    parts = [part.strip() for part in _STOPS.split(tidy)]
    is_name = len(parts) > 1 and all(len(part) > 1 and _HAN_NAME.fullmatch(part) for part in parts)
    are_people = all(_has_whole_name(part) and part[0] in common_surnames() for part in parts)
    is_long = len("".join(parts)) > LONGEST_UNDOTTED
    return DOT.join(parts) if is_name and is_long and not are_people else tidy


def _resolve_remark(remark: re.Match[str]) -> str:
    return decompositions().get(remark[1].replace("+", "").replace(" ", ""), "")


def split_people(tidy: str) -> tuple[str, ...]:
    """Names of a cell that holds several; parted by 和 or a blank, each must begin with a surname."""
    parts = tuple(part for raw in _SEPARATORS.split(tidy) if (part := "".join(raw.split())))
    if len(parts) > 1:
        return parts if all(_HAN_NAME.fullmatch(part) for part in parts) else ()
    words = tuple(re.split(r"[ 和]", tidy))
    return words if len(words) > 1 and all(_has_whole_name(word) for word in words) else ()


def _has_whole_name(word: str) -> bool:
    return 2 <= len(word) <= 3 and bool(surname_of(word)) and _HAN_NAME.fullmatch(word) is not None  # noqa: PLR2004


def fold_name(clean: str) -> str:
    """Fold a clean full name: variants, dots, and alternate spellings of the surname (肖 → 萧)."""
    folded = fold_characters(clean.replace(DOT, ""))
    if DOT in clean or len(folded) > LONGEST_UNDOTTED:
        return folded
    return surname_alternates().get(folded[:1], folded[:1]) + folded[1:]


def _parse_latin(tidy: str) -> ParsedName:
    """Keep Latin letters that can be read as pinyin; a foreign nickname says nothing of a Chinese name."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tidy)
    words = re.findall(r"[a-z]+", spaced.lower().replace("-", ""))
    syllables = [split_syllables(word) for word in words]
    if not all(syllables) or not 2 <= sum(map(len, syllables)) <= 6:  # noqa: PLR2004
        return NOTHING
    return ParsedName("latin", " ".join(words))


def _parse_han(name: str) -> ParsedName:
    if not name.strip(WILDCARD) or name in _no_names():
        return NOTHING
    told = _SURNAME_TOLD.fullmatch(name)
    said = (told[1] or told[2]) if told else ""
    bare = said if is_surname(said) else _strip_titles(name).strip(DOT)
    if is_surname(bare) and (len(bare) == 1 or bare != name):
        return ParsedName("surname", name, bare)
    if DOT in bare:
        return ParsedName("full", bare, "", bare)
    if len(bare) < 2:  # noqa: PLR2004
        return NOTHING
    if len(bare) == 2 and not surname_of(bare) and (bare != name or _ends_like_title(bare)):  # noqa: PLR2004
        return NOTHING  # 雅欣老师, 倩姐: a piece of the given name
    return ParsedName("perhaps_two", bare) if may_be_two(bare) else _parse_full(bare)


def _ends_like_title(name: str) -> bool:
    return name[-1] in {title for title in name_words("title") if len(title) == 1}


def may_be_two(name: str) -> bool:
    """Whether two full names may stand here without a mark between them: 张伟李娜, 王建国张伟.

    Never a name that may be one person's: with a two-character surname (欧阳文静), with two surnames
    (陈方安生), or with an element of Tibetan, Mongolian or Uyghur names (白玛江措). Both halves must begin
    with one of the hundred commonest surnames.
    """
    if len(name) not in MAY_HOLD_TWO or DOT in name or WILDCARD in name or len(surname_of(name)) > 1:
        return False
    if len(name) == LONGEST_UNDOTTED and is_surname(name[1]):
        return False
    halves = [(name[:cut], name[cut:]) for cut in (2, 3) if 2 <= len(name) - cut <= 3]  # noqa: PLR2004
    return any(all(map(_begins_commonly, pair)) for pair in halves)


def _begins_commonly(half: str) -> bool:
    return half[0] in common_initials() and not half.startswith(name_words("element"))


def _parse_full(bare: str) -> ParsedName:
    surname = _split_surname(bare)
    given = bare[len(surname) :]
    if not bare.strip(WILDCARD):
        return NOTHING
    if surname == WILDCARD:
        return ParsedName("full", bare, "", given)
    return (
        ParsedName("full", bare, surname, given)
        if given.strip(WILDCARD)
        else ParsedName("surname", bare, surname)
    )


def _split_surname(name: str) -> str:
    known = surname_of(name)
    if len(known) == 2 or len(name) <= LONGEST_UNDOTTED:  # noqa: PLR2004
        return known or name[:1]
    return ""


def _strip_titles(name: str) -> str:
    """Take titles and nickname prefixes off: 小王老师 → 王, 老李头 → 李, 王晓明老师 → 王晓明."""
    bare = name
    while title := _find_title(bare):
        bare = bare[: -len(title)]
    return _strip_nickname(bare) if bare[0] in NICKNAME_PREFIXES else bare


def _find_title(name: str) -> str:
    """The title that ends the name, empty if none does; 姐 or 总 is a title after nothing but a surname."""
    folded = fold_characters(name)
    titles = [title for title in name_words("title") if folded.endswith(title) and folded != title]
    return next((t for t in titles if len(t) > 1 or is_surname(name[:-1].lstrip(NICKNAME_PREFIXES))), "")


def _strip_nickname(name: str) -> str:
    """小王, 阿王 → 王, 小毕 → 毕, but 小强, 阿强 → nothing: 强 is a piece of the given name more often."""
    rest = name[1:].removesuffix("头") if len(name) == 3 else name[1:]  # noqa: PLR2004
    if len(rest) != 1 and not is_surname(rest):
        return name
    is_known = is_surname(rest) and (name[0] == "老" or len(rest) > 1 or is_likely_surname(rest))
    return rest if is_known else ""
