"""Two values under each other, character by character, with what differs marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import Indel, Levenshtein

from tongcha.review.workbook import LIKE_ENOUGH

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDE_FROM: Final = 0x2E80
"""first code point of the East Asian blocks, whose characters take two columns"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of one kind.

    Attributes:
        kind: `same`, `differs`, or `gap` (room kept for characters that only the other value has).
        text: the characters; for a gap, spaces as wide as what the other value has there.
    """

    kind: str
    text: str


def align_pair(upper: str, lower: str, *, marked: bool = True) -> tuple[list[Piece], list[Piece]]:
    """Return both values as pieces that stand under each other in a font of even width.

    Values with less than two fifths in common come back whole and unmarked, as in the workbook; so do
    those of fields in which single characters mean little.

    Args:
        upper: one value.
        lower: the other.
        marked: whether characters of this field are compared at all.
    """
    if not marked or not upper or not lower or not _are_alike(upper, lower):
        return [Piece("same", upper)], [Piece("same", lower)]
    above: list[Piece] = []
    below: list[Piece] = []
    for tag, own, other in _list_blocks(upper, lower):
        above += _mark(tag, own, other)
        below += _mark(tag, other, own)
    return above, below


def _are_alike(upper: str, lower: str) -> bool:
    return upper != lower and Indel.normalized_similarity(upper, lower) >= LIKE_ENOUGH


def _list_blocks(upper: str, lower: str) -> Iterator[tuple[bool, str, str]]:
    for block in Levenshtein.opcodes(upper, lower):
        yield (
            block.tag == "equal",
            upper[block.src_start : block.src_end],
            lower[block.dest_start : block.dest_end],
        )


def _mark(is_equal: bool, own: str, other: str) -> Iterator[Piece]:  # noqa: FBT001 – a block's own tag
    if own:
        yield Piece("same" if is_equal else "differs", own)
    missing = measure(other) - measure(own)
    if missing > 0:
        yield Piece("gap", "\u00a0" * missing)


def measure(text: str) -> int:
    """Return how many columns a text takes in a font of even width."""
    return sum(2 if ord(char) >= WIDE_FROM else 1 for char in text)
