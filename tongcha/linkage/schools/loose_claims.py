"""Claims that fit no school as written, read loosely, the nearest way first.

Without remarks or campus, with the city or without, with another word for the stage (树人中学 for 树人初中),
at last by their sound (冲德小学 is 崇德小学 typed by its sound). What fits as written is never read loosely,
so that no claim loses a school by this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.identity.characters import NO_READING, load_characters
from tongcha.identity.school_names import loose_name, number_in_words, plainer_names, short_city
from tongcha.linkage.encoding.codes import code_regions
from tongcha.linkage.encoding.letters import SLACK, Lettered
from tongcha.linkage.encoding.sides import read_column
from tongcha.linkage.schools.fits import (
    IN_PROVINCE,
    NOISE,
    Reading,
    SchoolNames,
    clean_claims,
    drop_noise,
    fit_within,
    read_as,
)

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import Truth
    from tongcha.linkage.encoding.glyphs import U32

SEPARATORS: Final = r"[;；,，/\s]+"
DIGITS: Final = "[0-9]"
FITTED: Final = pl.Schema({"identity": pl.UInt32, "school": pl.Int64, "is_near": pl.Boolean})
WHOSE: Final = ["city", "written", "by_sound"]
READ: Final = ["city", "reading", "kind"]
WORDS, CAMPUS, SOUND = "words", "campus", "sound"
SYLLABLES: Final = 0xF0000
"""the first of the characters that stand for syllables, in a range that nobody writes"""
LAST_CHARACTER: Final = 0x10FFFF
ADDED: Final = "完全小学零一二三四五六七八九十百"
"""characters that `name_loosely` may write into names"""
LEAST_HEARD: Final = 4
"""characters of a claim that is read by its sound; shorter ones sound like too many schools"""
SHORT_STAGE: Final = r"(.)完小$"
Kinds = dict[str, SchoolNames]


def may_be_loose(written: pl.Series, schools: pl.DataFrame, names: SchoolNames) -> Truth:
    """Whether each claim has another reading than as written, its sound aside."""
    if names.text.texts.str.contains(DIGITS).any():
        return written.is_not_null().to_numpy()  # 三中 may be on record as 3中
    unsaid = _name_cities(schools).str.head(2).unique()
    is_loose = written.str.contains(loose_name(cities=(unsaid != "").any()))
    if (unsaid != "").any():
        is_loose |= clean_claims(written).str.head(2).is_in(unsaid.implode())
    if names.text.texts.str.contains(SHORT_STAGE).any():
        is_loose |= written.str.contains("小学")  # 完小 is heard as 小学
    return is_loose.fill_null(value=False).to_numpy()


def may_be_heard(cleaned: pl.Series) -> Truth:
    """Whether each claim is long enough to be read by its sound."""
    return (cleaned.str.len_chars() >= LEAST_HEARD).fill_null(value=False).to_numpy()


def read_loosely(
    unheard: pl.DataFrame, count: int, schools: pl.DataFrame, names: SchoolNames, fits_from: float
) -> tuple[pl.DataFrame, list[Reading]]:
    """Read claims that fit no school as written.

    Of the readings of a claim the first counts that fits a school of the city; if none does, the first that
    fits one of the province.

    Args:
        unheard: identity, city, written, by_sound (whether it may be read so).
        count: number of identities.
        schools: as in `find_schools`.
        names: their names as written.
        fits_from: as in `fit_letters`.

    Returns:
        identity, school, is_near (of the city) for every school of the province that the chosen reading
        fits; and the readings.
    """
    if not unheard.height:
        return pl.DataFrame(schema=FITTED), []
    readings = _list_readings(unheard.select(WHOSE).unique())
    readings = readings.filter(may_fit_some(readings["reading"], schools, names, fits_from))
    if not readings.height:
        return pl.DataFrame(schema=FITTED), []
    kinds = name_loosely(schools, names, set(readings["kind"]))
    city = code_regions(schools["area"]) // 100
    found = _fit_kinds(readings.select(READ).unique(), kinds, fits_from)
    found = found.with_columns(is_near=pl.Series(city[found["school"].to_numpy()]) == pl.col("city"))
    first = readings.join(found, on=READ).sort(*WHOSE, ~pl.col("is_near"), "order")
    chosen = first.unique(WHOSE, keep="first", maintain_order=True).select(*WHOSE, "reading", "kind")
    read = unheard.join(chosen, on=WHOSE)
    fitted = read.join(found, on=READ).select("identity", "school", "is_near")
    return fitted, [_read_kind(read, kind, of, count) for kind, of in kinds.items()]


def _read_kind(read: pl.DataFrame, kind: str, names: SchoolNames, count: int) -> Reading:
    told = read.filter(pl.col("kind") == kind)
    texts = pl.Series([None], dtype=pl.String).new_from_index(0, count)
    return read_as(texts.scatter(told["identity"], told["reading"]), names)


def _list_readings(asked: pl.DataFrame) -> pl.DataFrame:
    """Return city, written, by_sound, order, reading, kind: the nearest reading first, by sound at last."""
    rows = [
        (city, written, by_sound, order, text, CAMPUS if campus else WORDS)
        for city, written, by_sound in asked.iter_rows()
        for order, (text, campus) in enumerate(plainer_names(written))
    ]
    schema = [*WHOSE, "order", "reading", "kind"]
    types = dict(zip(schema, (pl.Int64, pl.String, pl.Boolean, pl.Int64, pl.String, pl.String), strict=True))
    frame = pl.DataFrame(rows, schema=types, orient="row")
    frame = frame.with_columns(pl.col("reading").str.replace_all(NOISE, "")).filter(pl.col("reading") != "")
    heard = frame.filter(
        "by_sound", pl.col("kind") == WORDS, pl.col("reading").str.len_chars() >= LEAST_HEARD
    )
    last = pl.col("order") + frame["order"].max() + 1 if frame.height else pl.col("order")
    sounds = heard.with_columns(sound_out(heard["reading"]), kind=pl.lit(SOUND), order=last)
    return pl.concat([frame, sounds])


def may_fit_some(readings: pl.Series, schools: pl.DataFrame, names: SchoolNames, fits_from: float) -> Truth:
    """Whether the characters (or syllables) of each text occur in names of schools: 自由职业 has others."""
    if readings.is_empty():
        return np.zeros(0, np.bool_)
    more = pl.concat([read_column(schools, "city"), read_column(schools, "campuses")]).drop_nulls().unique()
    known = np.zeros(LAST_CHARACTER + 1, np.bool_)
    known[names.text.letter] = True
    known[_codes(pl.Series([ADDED, *more]))] = True
    known[_hear(np.flatnonzero(known).astype(np.uint32))] = True
    length = readings.str.len_chars().to_numpy().astype(np.int64)
    lacks = np.add.reduceat(~known[_codes(readings)], np.cumsum(length) - length, dtype=np.int64)
    enough: Truth = length - lacks >= length * fits_from - SLACK
    return enough


def _codes(texts: pl.Series) -> U32:
    return np.frombuffer("".join(texts.to_list()).encode("utf-32-le"), np.uint32)


def _fit_kinds(asked: pl.DataFrame, kinds: Kinds, fits_from: float) -> pl.DataFrame:
    """Return city, reading, kind, school for all schools of the province that readings fit."""
    parts = []
    for kind, names in kinds.items():
        texts = asked.filter(pl.col("kind") == kind).select("city", claim="reading")
        found = fit_within(texts, names, IN_PROVINCE, fits_from)
        parts.append(found.select("city", "school", reading="claim", kind=pl.lit(kind)))
    return pl.concat(parts)


def name_loosely(schools: pl.DataFrame, names: SchoolNames, kinds: set[str]) -> Kinds:
    """Return the names behind their city and in words, those with each campus behind them, those by sound."""
    written = names.text.texts.str.replace(SHORT_STAGE, "${1}完全小学")
    words = _name_places(_write_numbers(written), _name_cities(schools).gather(names.school))
    made = {}
    if WORDS in kinds:
        made[WORDS] = SchoolNames(names.school, names.city, Lettered.of(words))
    if CAMPUS in kinds:
        made[CAMPUS] = _name_campuses(schools, names, words)
    if SOUND in kinds:
        made[SOUND] = SchoolNames(names.school, names.city, Lettered.of(sound_out(words)))
    return made


def _name_campuses(schools: pl.DataFrame, names: SchoolNames, words: pl.Series) -> SchoolNames:
    campuses = (
        read_column(schools, "campuses").str.replace_all(SEPARATORS, "、").str.split("、").to_frame("campus")
    )
    campuses = campuses.with_columns(school=pl.int_range(pl.len(), dtype=pl.Int64)).explode("campus")
    campuses = campuses.with_columns(drop_noise(campuses["campus"])).filter(pl.col("campus") != "")
    frame = pl.DataFrame({"school": names.school, "city": names.city, "name": words})
    both = frame.join(campuses, on="school").sort("school", "name", "campus")
    text = (both["name"] + both["campus"]).rename("text")
    return SchoolNames(both["school"].to_numpy(), both["city"].to_numpy(), Lettered.of(text))


def sound_out(texts: pl.Series) -> pl.Series:
    """Return texts with one character for each syllable without its tone, so that 冲德 and 崇德 are equal."""
    if texts.is_empty():
        return texts
    heard = _hear(_codes(texts + "\n")[:-1])
    return pl.Series(texts.name, heard.tobytes().decode("utf-32-le").split("\n"), dtype=pl.String)


def _hear(codes: U32) -> U32:
    """Return code points with one for each syllable; a character without a reading stays itself."""
    tables, heard = load_characters(), codes.copy()
    has_reading = codes < len(tables.syllable)
    read = tables.syllable[tables.fold[codes[has_reading]]].astype(np.uint32)
    heard[has_reading] = np.where(read < NO_READING, read + SYLLABLES, codes[has_reading])
    return heard


def _write_numbers(texts: pl.Series) -> pl.Series:
    numbered = texts.str.contains(DIGITS).arg_true()
    words = [number_in_words(text) for text in texts.gather(numbered)]
    return texts.scatter(numbered, pl.Series(words, dtype=pl.String))


def _name_places(texts: pl.Series, city: pl.Series) -> pl.Series:
    """Put the city, if one is told, before names that don't begin with it."""
    is_there = texts.str.head(2) == city.str.head(2)
    return pl.select(pl.when(is_there).then(texts).otherwise(city + texts)).to_series()


def _name_cities(schools: pl.DataFrame) -> pl.Series:
    """Return the city, as it is called for short, of each school whose name leaves it out; else nothing."""
    written = read_column(schools, "city").fill_null("")
    known = written.unique().sort()
    short = pl.Series([short_city(city) for city in known], dtype=pl.String)
    city = written.replace_strict(known, drop_noise(short), return_dtype=pl.String)
    is_said = drop_noise(schools["name"]).str.head(2) == city.str.head(2)
    return pl.select(pl.when(~is_said).then(city).otherwise(pl.lit(""))).to_series()
