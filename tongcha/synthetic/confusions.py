"""Which characters are mistaken for which when a name is heard or copied.

Homophones follow from readings; look-alikes are a list of their own (policy/synthetic/confusions.yaml),
so that a linker isn't measured on the very table it uses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongcha.identity.characters import all_readings
from tongcha.policy.base import PolicyFile

if TYPE_CHECKING:
    import numpy as np

    from tongcha.synthetic.frequencies import NameFrequencies


class Lookalikes(PolicyFile):
    """The whole of policy/synthetic/confusions.yaml.

    Attributes:
        lookalikes: groups separated by spaces; the first character is mistaken for the others.
    """

    lookalikes: str


@dataclass(frozen=True, slots=True)
class Confusions:
    """Each character with those it is mistaken for, written together.

    Attributes:
        homophones: the same sound and tone.
        near: the same sound, another tone.
        lookalikes: a similar shape.
    """

    homophones: dict[str, str]
    near: dict[str, str]
    lookalikes: dict[str, str]


class Dice:
    """Quick single draws from a numpy generator, for what is decided row by row."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw from `rng` in blocks."""
        self._rng = rng
        self._block: list[float] = []

    def roll(self) -> float:
        """Return a number in [0, 1)."""
        if not self._block:
            self._block = self._rng.random(8_192).tolist()
        return self._block.pop()

    def happens(self, share: float) -> bool:
        """Return whether something with this share of cases happens."""
        return self.roll() < share

    def below(self, count: int) -> int:
        """Return a whole number in [0, count)."""
        return int(self.roll() * count)

    def pick(self, choices: str | tuple[str, ...] | list[str]) -> str:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def choose(self, shares: dict[str, float], otherwise: str) -> str:
        """Return a key with its share as probability, or `otherwise` for what is left over."""
        left = self.roll()
        for key, share in shares.items():
            left -= share
            if left < 0:
                return key
        return otherwise


def build_confusions(frequencies: NameFrequencies, lookalikes: Lookalikes) -> Confusions:
    """Find the homophones among the characters that names here are made of."""
    known = dict.fromkeys("".join((frequencies.surnames.order + frequencies.given.tail).split()))
    for era in frequencies.given.eras:
        for style in (era.male, era.female):
            known |= dict.fromkeys(
                "".join((style.popular + style.first + style.second + style.single).split())
            )
    readings = all_readings()
    by_tone, by_sound = defaultdict(list), defaultdict(list)
    for character in sorted(known):
        for reading in readings.get(character, ())[:1]:
            by_tone[reading].append(character)
            by_sound[reading[:-1]].append(character)
    homophones, near = {}, {}
    for reading, characters in by_tone.items():
        others = [other for other in by_sound[reading[:-1]] if other not in characters]
        for character in characters:
            homophones[character] = "".join(c for c in characters if c != character)
            near[character] = "".join(others)
    groups = (group for group in lookalikes.lookalikes.split() if len(group) > 1)
    merged: dict[str, str] = defaultdict(str)
    for group in groups:
        merged[group[0]] += group[1:]
    return Confusions(homophones, near, dict(merged))
