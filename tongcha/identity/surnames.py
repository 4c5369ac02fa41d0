"""Which names begin with a surname, in any way of writing it."""

from __future__ import annotations

from functools import lru_cache

from tongcha.identity.characters import (
    common_surnames,
    fold_characters,
    folds,
    rarely_given_surnames,
    surname_readings,
)


def surname_of(name: str) -> str:
    """The known surname that a name begins with, the two-character ones first; empty if none."""
    folded = fold_characters(name[:2])
    if len(name) > 2 and folded in surname_readings():  # noqa: PLR2004
        return name[:2]
    return name[:1] if folded[:1] in surname_readings() else ""


def is_surname(text: str) -> bool:
    """Whether the text is a known surname, in any way of writing it."""
    return fold_characters(text) in surname_readings()


def is_likely_surname(surname: str) -> bool:
    """Whether a known surname is one so often that a single character is more likely it than a given name."""
    folded = fold_characters(surname)
    return folded in common_surnames() or folded in rarely_given_surnames()


@lru_cache(maxsize=1)
def common_initials() -> frozenset[str]:
    """The hundred commonest surnames of one character, in every way of writing them."""
    common = {surname for surname in common_surnames() if len(surname) == 1}
    return frozenset(common | {char for char, fold in folds().items() if fold in common})
