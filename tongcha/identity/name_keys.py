"""Keys of whole columns of names: a few lookups in the character tables instead of one call per name.

A key packs one reading identifier (16 bits) per character, the first in the highest bits, so that
`key >> 48` is the surname of a name of up to four characters. Longer names are mixed into 64 bits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tongcha.identity.characters import (
    CharacterTables,
    load_characters,
    surname_alternates,
    surname_readings,
)
from tongcha.identity.letters import Codes, Flags, Letters, flag_characters, is_plain, read_letters
from tongcha.identity.names import DOT, LONGEST_UNDOTTED, fold_name, parse_name
from tongcha.identity.romanised import split_syllables

SCHEMA: Final = pl.Schema(
    {
        "clean": pl.String,
        "form": pl.String,
        "surname": pl.String,
        "given": pl.String,
        "fold": pl.String,
        "tone": pl.UInt64,
        "syllable": pl.UInt64,
        "fuzzy": pl.UInt64,
    }
)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
Ids = NDArray[np.uint16]
Keys = NDArray[np.uint64]


def name_keys(names: pl.Series) -> pl.DataFrame:
    """Parse a column of names and compute every key; the same outcomes as `parse_name`, name by name.

    Args:
        names: names as written, null where there was none.

    Returns:
        One row per name in the same order: clean, form (full, surname, latin, none), surname, given (of a
        dotted name the whole), fold (text), tone, syllable, fuzzy (packed keys of the main readings).
        Keys are null unless the form is full; Latin names have syllable and fuzzy, in the order written.
    """
    names = names.cast(pl.String).fill_null("")
    letters = read_letters(names, LONGEST_UNDOTTED)
    odd = np.flatnonzero(~is_plain(letters))
    parsed = _parse_odd(names.gather(odd))
    odd_letters = read_letters(parsed["letters"], LONGEST_UNDOTTED)
    letters.codes[odd], letters.lengths[odd] = odd_letters
    splits = np.ones(len(names), np.bool_)
    splits[odd] = parsed["splits"].to_numpy()
    folded = load_characters().fold[letters.codes].astype(np.int64)
    compound = _is_compound(folded) & splits
    parts = _split_names(_put(names, odd, parsed["clean"]), splits, compound, odd, parsed)
    fold = _fold_texts(parts["clean"], letters, folded, odd, parsed)
    return parts.with_columns(fold, *_reading_keys(folded, splits, compound, odd, parsed)).select(
        SCHEMA.names()
    )


def _put(texts: pl.Series, rows: NDArray[np.int64], replacements: pl.Series) -> pl.Series:
    """Replace the texts at some rows."""
    where = np.arange(len(texts), dtype=np.uint32)
    where[rows] = np.arange(len(texts), len(texts) + len(rows), dtype=np.uint32)
    return pl.concat([texts, replacements.rename(texts.name)], rechunk=True).gather(where)


@lru_cache(maxsize=1)
def _compound_surnames() -> tuple[Flags, dict[int, tuple[int, int]]]:
    """First characters of two-character surnames, and each whole surname with its reading identifiers."""
    tones = {tone: i for i, tone in enumerate(load_characters().tones)}
    found = {s: r for s, r in surname_readings().items() if len(s) > 1}
    readings = {_pair(ord(s[0]), ord(s[1])): (tones[r[0]], tones[r[1]]) for s, r in found.items()}
    return flag_characters("".join(surname[0] for surname in found)), readings


def _pair(first: int, second: int) -> int:
    return (first << 21) | second


def _is_compound(folded: Codes) -> Flags:
    """Whether a folded name of three or more characters begins with a two-character surname."""
    first, readings = _compound_surnames()
    compound: Flags = first[folded[:, 0]] & (folded[:, 2] > 0)
    rows = np.flatnonzero(compound)
    pairs = (folded[rows, 0] << 21) | folded[rows, 1]
    compound[rows] = np.isin(pairs, np.array(list(readings)))
    return compound


def _parse_odd(odd: pl.Series) -> pl.DataFrame:
    """Parse what isn't plain once per distinct text: clean, form, surname, given, letters, splits."""
    distinct = odd.unique(maintain_order=True)
    parsed = [parse_name(text) for text in distinct.to_list()]
    rows = [(p.clean or None, p.form, p.surname or None, p.given or None) for p in parsed]
    found = pl.DataFrame(rows, dict.fromkeys(("clean", "form", "surname", "given"), pl.String), orient="row")
    is_full = pl.col("form") == "full"
    found = found.with_columns(
        letters=pl.when(is_full).then(pl.col("clean").str.replace_all(DOT, "", literal=True)).fill_null(""),
        splits=is_full & pl.col("surname").is_not_null() & pl.col("given").is_not_null(),
    )
    index = pl.DataFrame({"text": odd}).join(
        pl.DataFrame({"text": distinct}).with_row_index("at"), on="text", how="left", maintain_order="left"
    )
    return found[index["at"]]


def _split_names(
    clean: pl.Series, splits: Flags, compound: Flags, odd: NDArray[np.int64], parsed: pl.DataFrame
) -> pl.DataFrame:
    """Cut clean names into surname and given name."""
    name, double, single = pl.col("clean"), pl.col("double"), pl.col("split") & ~pl.col("double")
    forms = pl.Series(["full"]).new_from_index(0, len(clean))
    cut = pl.DataFrame({"clean": clean, "double": compound, "split": splits}).select(
        "clean",
        surname=pl.when(single).then(name.str.slice(0, 1)).when(double).then(name.str.slice(0, 2)),
        given=pl.when(single).then(name.str.slice(1)).when(double).then(name.str.slice(2)),
    )
    return cut.with_columns(
        form=_put(forms, odd, parsed["form"]),
        surname=_put(cut["surname"], odd, parsed["surname"]),
        given=_put(cut["given"], odd, parsed["given"]),
    )


def _reading_keys(
    folded: Codes, splits: Flags, compound: Flags, odd: NDArray[np.int64], parsed: pl.DataFrame
) -> list[pl.Series]:
    """Packed keys of tone, syllable and fuzzy syllable."""
    tables = load_characters()
    ids = tables.tone[folded]
    ids[:, 0] = np.where(splits, tables.surname_tone[folded[:, 0]], ids[:, 0])
    readings = _compound_surnames()[1]
    for row in np.flatnonzero(compound):
        ids[row, :2] = readings[_pair(int(folded[row, 0]), int(folded[row, 1]))]
    ids[folded == 0] = 0
    keys = _keys_of(tables, ids)
    for row, clean, form in zip(
        odd.tolist(), parsed["clean"].to_list(), parsed["form"].to_list(), strict=True
    ):
        if form == "latin" or (form == "full" and len(clean.replace(DOT, "")) > LONGEST_UNDOTTED):
            for key, value in zip(keys, _long_keys(tables, clean, form), strict=True):
                key[row] = value
    return [
        pl.DataFrame({name: key}).select(pl.when(pl.col(name) != 0).then(name))[name]
        for name, key in zip(("tone", "syllable", "fuzzy"), keys, strict=True)
    ]


def _keys_of(tables: CharacterTables, tone: Ids) -> tuple[Keys, Keys, Keys]:
    syllable = tables.syllable_of(tone)
    return pack(tone), pack(syllable), pack(tables.fuzzy_of(syllable))


@lru_cache(maxsize=1 << 14)
def _long_keys(tables: CharacterTables, clean: str, form: str) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Keys of one name of more than four characters, or in Latin letters (which have no tone)."""
    if form == "latin":
        syllables = [s for word in clean.split() for s in split_syllables(word)]
        ids = np.array([[tables.syllables.index(s) for s in syllables]], np.uint16)
        ids = np.pad(ids, ((0, 0), (0, max(0, LONGEST_UNDOTTED - ids.shape[1]))))
        return np.uint64(0), pack(ids)[0], pack(tables.fuzzy_of(ids))[0]
    codes = tables.fold[[[ord(char) for char in clean.replace(DOT, "")]]]
    tone, syllable, fuzzy = _keys_of(tables, tables.tone[codes])
    return tone[0], syllable[0], fuzzy[0]


def pack(ids: Ids) -> Keys:
    """Pack four identifiers of 16 bits into one key, the first highest; mix longer sequences."""
    if ids.shape[1] == LONGEST_UNDOTTED:
        return np.ascontiguousarray(ids[:, ::-1]).view("<u8").ravel()
    key = np.zeros(len(ids), np.uint64)
    for place in range(ids.shape[1]):
        key = (key ^ ids[:, place].astype(np.uint64)) * _MIX + (key >> np.uint64(29))
    return key


def _fold_texts(
    clean: pl.Series, letters: Letters, folded: Codes, odd: NDArray[np.int64], parsed: pl.DataFrame
) -> pl.Series:
    """Folded text of each full name; only names that change go through Python, once each."""
    alternates = flag_characters("".join(surname_alternates()))
    changes = (folded != letters.codes).any(axis=1) | alternates[folded[:, 0]]
    changes[odd] = True
    rows = np.flatnonzero(changes)
    is_full = np.ones(len(clean), np.bool_)
    is_full[odd] = (parsed["form"] == "full").to_numpy()
    texts = clean.gather(rows).zip_with(pl.Series(is_full[rows]), pl.Series([None], dtype=pl.String))
    folds = {text: fold_name(text) for text in texts.unique().drop_nulls().to_list()}
    changed = texts.replace_strict(folds, default=None, return_dtype=pl.String)
    return _put(clean, rows, changed).rename("fold")
