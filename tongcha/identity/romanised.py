"""Names in Latin letters, read as pinyin without tones."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from tongcha.identity.characters import load_characters

LONGEST_SYLLABLE: Final = 6


@lru_cache(maxsize=1)
def _known_syllables() -> frozenset[str]:
    return frozenset(s for s in load_characters().syllables if len(s) > 1 or s in {"a", "e", "o"})


@lru_cache(maxsize=1 << 12)
def split_syllables(word: str) -> tuple[str, ...]:
    """Cut a word into pinyin syllables, the longest first; empty if it can't be cut without a rest.

    Example:
        >>> split_syllables("xiaoming"), split_syllables("lily")
        (('xiao', 'ming'), ())
    """
    word = word.replace("ü", "v")
    for length in range(min(LONGEST_SYLLABLE, len(word)), 0, -1):
        if word[:length] not in _known_syllables():
            continue
        if length == len(word):
            return (word,)
        rest = split_syllables(word[length:])
        if rest:
            return (word[:length], *rest)
    return ()
