"""Chinese identity numbers: classify, check, upgrade, mask and repair (GB 11643-1999, GB/T 2260).

Nothing is ever overwritten: a number that fails its check belongs to nobody as written, and a repaired one
is a candidate for a person to judge (identity.md §1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tongcha.identity.characters import regions
from tongcha.identity.cleaning import clean_text

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"
_PROVINCE_RANGES: Final = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
PROVINCES: Final = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))
RESIDENCE_REGIONS: Final = frozenset({"810000", "820000", "830000"})
"""residence permits for people from Hong Kong, Macao and Taiwan carry these as their region"""
CENTENARIANS: Final = frozenset({"996", "997", "998", "999"})
"""sequence numbers that the 15-digit standard kept for people born before 1900"""
LENGTH, OLD_LENGTH = 18, 15
_EIGHTEEN: Final = re.compile(r"[0-9]{17}[0-9X]")
_PLACEHOLDERS: Final = frozenset(
    {"", "-", "—", "/", "\\", "无", "不详", "未知", "空", "没有", "未带", "null", "none", "nan"}
)
_OTHER_KINDS: Final = (
    ("fpr_old", re.compile(r"[A-Z]{3}[0-9]{12}")),
    ("hmt_permit", re.compile(r"[HM][0-9]{8}([0-9]{2})?")),
    ("passport", re.compile(r"[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}|[A-Z]{1,2}[0-9]{6}")),
    ("tw_permit", re.compile(r"[0-9]{8}")),
    ("last4", re.compile(r"[0-9]{3}[0-9X]")),
    ("last6", re.compile(r"[0-9]{5}[0-9X]")),
)
MISREAD: Final = {"O": "0", "〇": "0", "I": "1", "L": "1", "|": "1", "Z": "2", "S": "5", "B": "8"}
"""letters that typists and scanners put for digits (after upper-casing), and the digits"""
_TO_DIGITS: Final = str.maketrans(MISREAD)
_BLANKED: Final = "〇〇〇"
"""so many in a row hide digits: nobody types three zeros like that by mistake"""
_TAIL_WORDS: Final = (
    r"(?:本人)?(?:居民)?(?:身份证|证件)?(?:号码|号)?的?(?:尾号|最?[后末][四4]位)(?:数字|数|号码)?"
)
_WORDED_TAIL: Final = re.compile(
    rf"{_TAIL_WORDS}[:是为]*\(?\**([0-9]{{3}}[0-9X])\)?|([0-9]{{3}}[0-9X])\(?{_TAIL_WORDS}\)?"
)
"""what a phone ends in (手机尾号) isn't meant"""
_SCIENTIFIC: Final = re.compile(r"([0-9])(?:\.([0-9]+))?E\+?(17|14)")
_MASK_SIGNS: Final = str.maketrans(dict.fromkeys("*×✱＊●○〇•·?？□■#_…", "*"))
_LABELS: Final = re.compile(r"[\u4e00-\u9fff:;,。()\[\]【】]")
_MASK_RUN: Final = re.compile(r"X{2,}(?=.)|X{3,}$")


@dataclass(frozen=True, slots=True)
class ParsedId:
    """What one written identity number turns out to be.

    Attributes:
        status: one of `tongcha.tables.id_statuses.STATUSES`.
        clean: the number to compare on (18 characters, or the document number), if it can be trusted.
        mask: 18 characters with `*` where unknown, for numbers known in part; otherwise empty.
        region: first six digits, if known.
        birth_date: date of birth, if the number can be trusted.
        sex: 男 or 女, if the number can be trusted.
    """

    status: str
    clean: str = ""
    mask: str = ""
    region: str = ""
    birth_date: date | None = None
    sex: str = ""


def check_digit(first17: str) -> str:
    """Return the MOD 11-2 check character of 17 digits (ISO 7064, GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def upgrade_15(number: str) -> str:
    """Turn a 15-digit number into its 18-digit form (`19`, or `18` for the centenarians' sequence)."""
    century = "18" if number[12:] in CENTENARIANS else "19"
    first17 = number[:6] + century + number[6:]
    return first17 + check_digit(first17)


def tidy_id(text: str) -> str:
    """Upper-case, half-width, without blanks, invisible characters, quotes, `="…"` and grouping hyphens."""
    tidy = clean_text(text).upper()
    if tidy.startswith('="') and tidy.endswith('"'):
        tidy = tidy[2:-1]
    return tidy.replace("'", "").replace("’", "").replace("`", "").replace("-", "").replace("—", "")


def parse_id(
    text: str | None, *, today: date | None = None, known_regions: AbstractSet[str] | None = None
) -> ParsedId:
    """Classify one identity number as it was written.

    Args:
        text: the cell's text; numeric cells of more than 15 digits never get here as plain digits.
        today: no one is born after it; left out, births aren't judged against any day.
        known_regions: six-digit regions that occur in check-valid registry numbers, beside the frozen list.
    """
    tidy = tidy_id(text or "")
    if tidy in _PLACEHOLDERS:
        return ParsedId("empty")
    if _EIGHTEEN.fullmatch(tidy):
        return _parse_18(tidy, today, known_regions or frozenset())
    if re.fullmatch(r"[0-9]{15}", tidy):
        return _parse_15(tidy, today, known_regions or frozenset())
    partial = _parse_destroyed(tidy) or _parse_other(tidy) or _parse_masked(tidy) or _parse_tail(tidy)
    return partial or _parse_labelled(tidy, today, known_regions) or ParsedId(_describe_bad(tidy))


def _parse_18(number: str, today: date | None, known: AbstractSet[str]) -> ParsedId:
    if check_digit(number[:17]) != number[17]:
        zeroed = number.endswith("000") and _birth_date(number[6:14], today) is not None
        return (
            ParsedId("destroyed_zeroed", mask=number[:15] + "***", region=number[:6])
            if zeroed
            else ParsedId("bad_check")
        )
    if number[0] == "9":
        return ParsedId("fpr_new", clean=number)
    born = _birth_date(number[6:14], today)
    if born is None:
        return ParsedId("bad_date", region=number[:6])
    region = number[:6]
    sex = "男" if int(number[16]) % 2 else "女"
    if region in RESIDENCE_REGIONS:
        return ParsedId("hmt_residence", number, "", region, born, sex)
    if region[:2] not in PROVINCES:
        return ParsedId("unknown_region", region=region)
    status = "valid" if is_known_region(region, known) else "unknown_region"
    return ParsedId(status, number, "", region, born, sex)


def _parse_15(number: str, today: date | None, known: AbstractSet[str]) -> ParsedId:
    full = _parse_18(upgrade_15(number), today, known)
    if full.status in {"valid", "unknown_region"} and full.clean:
        return ParsedId("valid15", full.clean, "", full.region, full.birth_date, full.sex)
    return ParsedId("bad15")


def read_letters(text: str, *, today: date | None = None) -> str:
    """Return the number in which letters stand for digits (`65282719700403l946`), "" if it can't be trusted.

    Its check digit must hold and its birth date be one. What was written stays `bad_chars`: a person is shown
    the letters.
    """
    tidy = tidy_id(text)
    read = tidy.translate(_TO_DIGITS)
    if read == tidy or _BLANKED in tidy or not _EIGHTEEN.fullmatch(read):
        return ""
    return _parse_18(read, today, frozenset()).clean if _birth_date(read[6:14], today) else ""


def is_known_region(region: str, known: AbstractSet[str] = frozenset()) -> bool:
    """Whether the region was ever assigned, or occurs in check-valid registry numbers."""
    return region in regions() or region in known


@lru_cache(maxsize=1 << 16)
def _birth_date(digits: str, today: date | None) -> date | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return born if born.year >= 1800 and not (today and born > today) else None  # noqa: PLR2004


def _parse_destroyed(tidy: str) -> ParsedId | None:
    """Read what a spreadsheet left: `2.10203199001011E+17`, or a 15-digit prefix and three unknown."""
    if re.fullmatch(r"[0-9]{15}\*{3}", tidy):
        return ParsedId("destroyed_numeric", mask=tidy, region=tidy[:6])
    found = _SCIENTIFIC.fullmatch(tidy)
    if not found:
        return None
    digits, length = found[1] + (found[2] or ""), int(found[3]) + 1
    if len(digits) < OLD_LENGTH:  # the last digit shown was rounded, and a zero may hide a carry
        digits = digits.rstrip("0")[:-1]
    mask = digits[:OLD_LENGTH].ljust(LENGTH, "*") if length == LENGTH else ""
    return ParsedId("destroyed_numeric", mask=mask, region=digits[:6] if len(digits) >= 6 else "")  # noqa: PLR2004


def _parse_other(tidy: str) -> ParsedId | None:
    for status, pattern in _OTHER_KINDS:
        if pattern.fullmatch(tidy):
            if status in {"last4", "last6"}:
                return ParsedId(status, mask=tidy.rjust(LENGTH, "*"))
            return ParsedId(status, clean=tidy)
    return None


def _parse_masked(tidy: str) -> ParsedId | None:
    """Read `3201021990****123X`; one run of signs stands for as many characters as are missing."""
    signs = _MASK_RUN.sub(lambda run: "*" * len(run[0]), tidy.translate(_MASK_SIGNS))
    if "*" not in signs or not re.fullmatch(r"[0-9*]*[0-9X*]", signs) or not re.search(r"[0-9]", signs):
        return None
    parts = re.split(r"\*+", signs)
    if len(signs) != LENGTH and len(parts) == 2:  # noqa: PLR2004  one run: what is before it, what is after
        signs = parts[0] + "*" * (LENGTH - len(parts[0]) - len(parts[1])) + parts[1]
    if len(signs) != LENGTH or "X" in signs[:17] or "*" not in signs:  # a sign, and yet no place is missing
        return ParsedId("bad_length")
    return ParsedId("masked", mask=signs, region=signs[:6] if "*" not in signs[:6] else "")


def _parse_tail(tidy: str) -> ParsedId | None:
    """Read `尾号2278`, `身份证后4位227X`."""
    found = _WORDED_TAIL.fullmatch(tidy)
    return ParsedId("last4", mask=(found[1] or found[2]).rjust(LENGTH, "*")) if found else None


def _parse_labelled(tidy: str, today: date | None, known: AbstractSet[str] | None) -> ParsedId | None:
    """Read `身份证号:…`, `…(本人)`: a number among Chinese characters counts if it is valid as it is."""
    bare = _LABELS.sub("", tidy)
    if bare == tidy or len(bare) < OLD_LENGTH:
        return None
    found = parse_id(bare, today=today, known_regions=known)
    return found if found.clean else None


def _describe_bad(tidy: str) -> str:
    return "bad_length" if re.fullmatch(r"[0-9]+X?", tidy) else "bad_chars"


def match_mask(mask: str, number: str) -> int:
    """Number of characters that a mask shares with a full number; 0 if any known one differs.

    Example:
        >>> match_mask("210203199001011***", "210203199001011234")
        15
    """
    if len(mask) != len(number):
        return 0
    known = [(m, n) for m, n in zip(mask, number, strict=True) if m != "*"]
    return len(known) if all(m == n for m, n in known) else 0
