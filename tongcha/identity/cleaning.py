"""Technical cleaning of text: what looks the same becomes the same, and nothing else changes.

Order: private-use and radical code points → NFKC → drop separators, controls and variation selectors.
NFKC alone leaves CJK radicals and private-use characters as they are (identity.md §2a).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from tongcha.identity.characters import technical

WILDCARD: Final = "?"
"""a character that was there and can't be read"""
_VARIATION_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d]")


def clean_text(text: str, *, keep_spaces: bool = False) -> str:
    """Clean one value; an unknown private-use character becomes the wildcard `?`.

    Args:
        text: any text.
        keep_spaces: keep single blanks between words (Latin names) instead of dropping them.

    Example:
        >>> clean_text("\ufeff张\u3000伟")
        '张伟'
    """
    mapped = unicodedata.normalize("NFKC", text.translate(technical()))
    kept = (_keep(char, keep_spaces=keep_spaces) for char in _VARIATION_SELECTORS.sub("", mapped))
    return " ".join("".join(kept).split()) if keep_spaces else "".join(kept)


def _keep(char: str, *, keep_spaces: bool) -> str:
    category = unicodedata.category(char)
    if category == "Co" or char == "\ufffd":
        return WILDCARD
    if category[0] == "Z" or char in "\t\r\n":
        return " " if keep_spaces else ""
    return "" if category[0] == "C" else char
