"""The frozen character tables: fold, readings, surname readings, look-alikes (docs/character-tables.md).

Arrays are indexed by code point and cover every code point below `SIZE`, so that a whole column of names
is keyed by a few gathers. Reading identifiers are small integers; a character without a reading gets an
identifier of its own with the top bit set, so that it agrees with itself only.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

DATA: Final = Path(__file__).parent / "data"
SIZE: Final = 0x32400
"""one more than the largest code point of a Han character, rounded up"""
NO_READING: Final = 0x8000

Ids = NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class CharacterTables:
    """Everything that is known per character, as arrays indexed by code point.

    Attributes:
        fold: uint32, the character that this one folds to (itself if none).
        tone: uint16, identifier of the main reading with its tone.
        syllable: uint16, identifier of the main reading without its tone.
        fuzzy: uint16, identifier of the main syllable as dialects blur it.
        surname_tone: as `tone`, read as a single-character surname.
        tone_to_syllable: uint16, indexed by any 16-bit identifier; those without a reading map to themselves.
        syllable_to_fuzzy: uint16, likewise.
        tones: reading of each tone identifier, `zeng1`; identifier 0 is empty.
        syllables: reading of each syllable identifier.
    """

    fold: NDArray[np.uint32]
    tone: Ids
    syllable: Ids
    fuzzy: Ids
    surname_tone: Ids
    tone_to_syllable: Ids
    syllable_to_fuzzy: Ids
    tones: tuple[str, ...]
    syllables: tuple[str, ...]

    def syllable_of(self, tone: Ids) -> Ids:
        """Drop the tone of reading identifiers; characters without a reading stay themselves."""
        return self.tone_to_syllable[tone]

    def fuzzy_of(self, syllable: Ids) -> Ids:
        """Blur syllable identifiers; characters without a reading stay themselves."""
        return self.syllable_to_fuzzy[syllable]


def _map_all(known: list[int]) -> Ids:
    """Identifiers of readings map as listed, the others to themselves."""
    table = np.arange(1 << 16, dtype=np.uint16)
    table[: len(known)] = known
    return table


@lru_cache(maxsize=1 << 11)
def blur_syllable(syllable: str) -> str:
    """Rewrite a toneless syllable as southern accents blur it: zh/z ch/c sh/s, n/l, f/hu, -ng/-n.

    Example:
        >>> blur_syllable("cheng"), blur_syllable("niu"), blur_syllable("feng")
        ('cen', 'liu', 'hun')
    """
    for written, heard in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("fu", "hu"), ("f", "hu")):
        if syllable.startswith(written):
            syllable = heard + syllable[len(written) :]
            break
    for written, heard in (("ang", "an"), ("eng", "en"), ("ing", "in")):
        if syllable.endswith(written):
            syllable = syllable[: -len(written)] + heard
            break
    # after the change of initial: hui/huei, hun/huen are the same final spelt in two ways
    return {"huei": "hui", "huen": "hun", "hueng": "hun"}.get(syllable, syllable)


@lru_cache(maxsize=1)
def load_characters() -> CharacterTables:
    """Read the tables once per process."""
    frame = _character_frame()
    codes = _code_points(frame["char"])
    main = frame["readings"].str.split(" ").list.first().fill_null("")
    others = frame["readings"].str.split(" ").explode().drop_nulls().unique().to_list()
    tones = _identify([*others, *(r for s in surname_readings().values() for r in s)])
    syllables = _identify([tone[:-1] for tone in tones if tone])
    blurred = _identify([blur_syllable(syllable) for syllable in syllables if syllable])
    tone_ids = {tone: i for i, tone in enumerate(tones)}
    syllable_ids = {syllable: i for i, syllable in enumerate(syllables)}
    blurred_ids = {syllable: i for i, syllable in enumerate(blurred)}
    fold = np.arange(SIZE, dtype=np.uint32)
    fold[codes] = _code_points(frame["fold"])
    tone = (np.arange(SIZE, dtype=np.uint32) % NO_READING + NO_READING).astype(np.uint16)
    ids = main.replace_strict(tone_ids, return_dtype=pl.UInt16).to_numpy()
    tone[codes[ids > 0]] = ids[ids > 0]
    surname_tone = tone.copy()
    for char, read in surname_readings().items():
        if len(char) == 1 and read:
            surname_tone[ord(char)] = tone_ids[read[0]]
    surname_tone = surname_tone[fold]
    to_syllable = _map_all([syllable_ids[tone_text[:-1]] for tone_text in tones])
    to_fuzzy = _map_all([blurred_ids[blur_syllable(text)] for text in syllables])
    syllable = to_syllable[tone]
    return CharacterTables(
        fold=fold,
        tone=tone,
        syllable=syllable,
        fuzzy=to_fuzzy[syllable],
        surname_tone=surname_tone,
        tone_to_syllable=to_syllable,
        syllable_to_fuzzy=to_fuzzy,
        tones=tones,
        syllables=syllables,
    )


def _identify(values: list[str]) -> tuple[str, ...]:
    return ("", *sorted({value for value in values if value}))


def _code_points(chars: pl.Series) -> NDArray[np.uint32]:
    return np.frombuffer("".join(chars.to_list()).encode("utf-32-le"), np.uint32)


@lru_cache(maxsize=1)
def _character_frame() -> pl.DataFrame:
    return pl.read_parquet(DATA / "characters.parquet")


@lru_cache(maxsize=1)
def all_readings() -> dict[str, tuple[str, ...]]:
    """Character → its readings in names (`le4`, `yue4`), the commonest first."""
    return {char: tuple(text.split(" ")) for char, text in _written_readings().items()}


@lru_cache(maxsize=1)
def _written_readings() -> dict[str, str]:
    frame = _character_frame().filter(pl.col("readings") != "")
    return dict(zip(frame["char"].to_list(), frame["readings"].to_list(), strict=True))


def readings_of(char: str) -> tuple[str, ...]:
    """As `all_readings`, for one character; a character that none is known of stands for itself."""
    text = _written_readings().get(char)
    return tuple(text.split(" ")) if text else (char,)


@lru_cache(maxsize=1)
def folds() -> dict[str, str]:
    """Character → the character it folds to, only where they differ."""
    frame = _character_frame().filter(pl.col("char") != pl.col("fold"))
    return dict(zip(frame["char"].to_list(), frame["fold"].to_list(), strict=True))


@lru_cache(maxsize=1)
def fold_table() -> dict[int, str]:
    """The same as `folds`, for `str.translate`."""
    return str.maketrans(folds())


def fold_characters(text: str) -> str:
    """Fold every character to its standard form, one by one."""
    return text.translate(fold_table())


@lru_cache(maxsize=1)
def surname_readings() -> dict[str, tuple[str, ...]]:
    """Every known surname (one or two characters, folded) → readings as a surname; empty if the usual ones.

    A two-character surname has one reading per character: 尉迟 → (`yu4`, `chi2`).
    """
    return {row["surname"]: tuple(row["readings"].split()) for row in _surnames()}


@lru_cache(maxsize=1)
def common_surnames() -> frozenset[str]:
    """The hundred commonest surnames (2020 report of the police registry), with their other spellings."""
    return frozenset(row["surname"] for row in _surnames() if row["common"])


@lru_cache(maxsize=1)
def rarely_given_surnames() -> frozenset[str]:
    """Less common surnames of one character that hardly occur in given names: 小毕 is no pet name."""
    return frozenset(row["surname"] for row in _surnames() if row["rarely_given"])


@lru_cache(maxsize=1)
def _surnames() -> tuple[dict[str, str], ...]:
    with (DATA / "hand_surnames.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@lru_cache(maxsize=1)
def surname_alternates() -> dict[str, str]:
    """Surname → the one spelling that stands for all of its spellings (肖 → 萧, 闫 → 阎)."""
    with (DATA / "hand_surname_variants.csv").open(encoding="utf-8", newline="") as lines:
        return {row["alternate"]: row["surname"] for row in csv.DictReader(lines)}


@lru_cache(maxsize=8)
def name_words(kind: str) -> tuple[str, ...]:
    """Words in a name's place (`placeholder`), after a surname (`title`) or before a name (`label`).

    The longest come first.
    """
    with (DATA / "hand_name_words.csv").open(encoding="utf-8", newline="") as lines:
        words = (row["word"] for row in csv.DictReader(lines) if row["kind"] == kind)
        return tuple(sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def lookalikes() -> pl.DataFrame:
    """Ordered pairs of characters that are taken for one another: char, other, score (0.82–0.99)."""
    return pl.read_parquet(DATA / "lookalikes.parquet")


@lru_cache(maxsize=1)
def lookalike_scores() -> dict[str, float]:
    """The same as a mapping from the two characters written together (`晴睛`) to the score."""
    frame = lookalikes()
    return dict(zip((frame["char"] + frame["other"]).to_list(), frame["score"].to_list(), strict=True))


@lru_cache(maxsize=1)
def decompositions() -> dict[str, str]:
    """Characters written apart → the character (吉吉 → 喆), only where one character fits."""
    return dict(pl.read_parquet(DATA / "decompositions.parquet").iter_rows())


@lru_cache(maxsize=1)
def technical() -> dict[int, str]:
    """Code point → the real character, for private-use and radical code points and the dots of names."""
    with (DATA / "technical.csv").open(encoding="utf-8", newline="") as lines:
        return {ord(row["char"]): row["target"] for row in csv.DictReader(lines)}


@lru_cache(maxsize=1)
def regions() -> dict[str, str]:
    """Six-digit region → its last known name, for every region that two free lists ever knew."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as lines:
        return {row["region"]: row["name"] for row in csv.DictReader(lines)}
