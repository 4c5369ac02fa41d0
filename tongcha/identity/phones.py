"""Mobile numbers: one regular expression for what people write, a mask for what they hide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from tongcha.identity.cleaning import clean_text

_PREFIX: Final = r"(?:(?:\+|00)?86|17951|17911|17909|12593|0)?"
_MOBILE: Final = re.compile(rf"(?<!\d){_PREFIX}(1[3-9][0-9]{{9}})(?!\d)")
_MASKED: Final = re.compile(rf"(?<![\d*]){_PREFIX}(1[3-9*][0-9*]{{9}})(?![\d*])")
_SCIENTIFIC: Final = re.compile(r"1\.(\d+)E\+?10")
_MASK_SIGNS: Final = str.maketrans(dict.fromkeys("×✱●○〇•·?□■#_xX…", "*"))
MOBILE_DIGITS: Final = 11


@dataclass(frozen=True, slots=True)
class ParsedPhone:
    """What one written phone turns out to be.

    Attributes:
        clean: 11 digits; empty if there is no complete mobile number.
        mask: 11 characters with `*` where hidden; empty if nothing is hidden.
        others: further complete numbers in the same cell.
    """

    clean: str = ""
    mask: str = ""
    others: tuple[str, ...] = ()


def parse_phone(text: str | None) -> ParsedPhone:
    """Find the mobile number in a cell: prefixes, floats, remarks, full width, several numbers.

    Example:
        >>> parse_phone("+86 138 0013 8000").clean, parse_phone("138****8000").mask
        ('13800138000', '138****8000')
    """
    tidy = _tidy(text or "")
    numbers = [number for number in dict.fromkeys(_MOBILE.findall(tidy)) if not is_placeholder(number)]
    if numbers:
        return ParsedPhone(numbers[0], "", tuple(numbers[1:]))
    masked = _MASKED.search(tidy.translate(_MASK_SIGNS))
    return ParsedPhone(mask=masked[1]) if masked and "*" in masked[1] else ParsedPhone()


def is_placeholder(number: str) -> bool:
    """Whether an otherwise well-formed number is only there to fill the field (13000000000)."""
    return number[3:] == "00000000"


def _tidy(text: str) -> str:
    words = clean_text(text, keep_spaces=True).upper()
    scientific = _SCIENTIFIC.search(words)
    if scientific:  # all eleven digits are shown, or the number is lost
        kept = "1" + scientific[1]
        return kept if len(kept) == MOBILE_DIGITS else ""
    words = re.sub(r"(?<=\d)\.0+(?!\d)", "", words)
    return re.sub(r"(?<=[\d*])[ \-()]+(?=[\d*])", "", words) if _is_grouped(words) else words


def _is_grouped(words: str) -> bool:
    """Blanks and hyphens group the digits of one number; with digits for two they part the numbers."""
    return len(re.sub(r"\D", "", words)) < 2 * MOBILE_DIGITS


def phone_columns(texts: pl.Series) -> pl.DataFrame:
    """Parse a column of phones.

    Args:
        texts: text as written, null where nothing was.

    Returns:
        One row per value in the same order: clean (11 digits), mask (11 characters with `*`); else null.
    """
    plain = texts.str.contains(r"^1[3-9][0-9]{9}$") & ~texts.str.ends_with("00000000")
    frame = pl.DataFrame({"text": texts, "plain": plain.fill_null(False)})
    distinct = frame.filter(~pl.col("plain") & pl.col("text").is_not_null())["text"].unique(
        maintain_order=True
    )
    parsed = [parse_phone(text) for text in distinct.to_list()]
    slow = pl.DataFrame(
        {
            "text": distinct,
            "parsed": pl.Series([p.clean or None for p in parsed], dtype=pl.String),
            "mask": pl.Series([p.mask or None for p in parsed], dtype=pl.String),
        }
    )
    joined = frame.join(slow, on="text", how="left", maintain_order="left")
    return joined.select(
        clean=pl.when("plain").then("text").otherwise("parsed"),
        mask="mask",
    )
