"""The reference reading and comparison: one pair at a time, plain Python, nothing shared with the engine.

Only the frozen character tables and the scalar parsers of `tongcha.identity` are used.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from tongcha.identity.characters import folds, load_characters, surname_alternates, surname_readings
from tongcha.identity.id_numbers import check_digit, parse_id, read_letters
from tongcha.identity.ladder import NameLevel, name_level
from tongcha.identity.names import DOT, parse_name
from tongcha.identity.phones import parse_phone
from tongcha.identity.school_names import number_in_words, plainer_names, school_words, short_city
from tongcha.linkage.encoding.glyphs import READINGS, load_glyphs

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy

Record = dict[str, Any]
LEAST_HEARD = 4
LADDER = (
    *("exact", "variant", "tone", "syllable", "fuzzy", "lookalike", "wildcard", "swapped", "former"),
    *("dropped", "one_differs", "surname_differs", "surname_only", "surname_sounds", "surname_same"),
    "different",
)
RUNGS = {
    NameLevel.EXACT: "exact",
    NameLevel.VARIANT: "variant",
    NameLevel.TONE: "tone",
    NameLevel.PINYIN: "syllable",
    NameLevel.FUZZY: "fuzzy",
    NameLevel.LOOKALIKE: "lookalike",
    NameLevel.WILDCARD: "wildcard",
    NameLevel.SWAPPED: "swapped",
    NameLevel.DROPPED: "dropped",
    NameLevel.ONE_DIFFERS: "one_differs",
    NameLevel.SURNAME_DIFFERS: "surname_differs",
    NameLevel.SURNAME_ONLY: "surname_only",
    NameLevel.NONE: "different",
    NameLevel.ABSENT: None,
}
CLOSE = LADDER[: LADDER.index("fuzzy") + 1]
NOISE = re.compile(r"[^\u3400-\u9fff\u3007A-Za-z0-9]")


def read_number(text: str | None) -> tuple[str, str]:
    """What a number is (absent, valid, partial, bad), and its places."""
    if text is None:
        return "absent", ""
    wide = {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}
    tidy = text.translate(wide).replace(" ", "").replace("\u3000", "").upper()
    if re.fullmatch(r"[1-9][0-9]{16}[0-9X]", tidy) and check_digit(tidy[:17]) == tidy[17]:
        return "valid", tidy
    if re.fullmatch(r"[1-9*][0-9*]{16}[0-9X*]", tidy) and "*" in tidy:
        return "partial", tidy
    if four := re.fullmatch(r"\W*([0-9]{3}[0-9X])[\s.。,，、;；)\]】'\"]*", tidy):
        return "partial", "*" * 14 + four[1]
    if re.fullmatch(r"[0-9]{15}", tidy):
        first = tidy[:6] + "19" + tidy[6:]
        return "valid", first + check_digit(first)
    return read_strange(tidy)


def read_strange(tidy: str) -> tuple[str, str]:
    """What a number is that isn't 18 places that hold, 15 digits, a mask or the last four."""
    bare = re.sub(r"[^0-9A-Z*〇|]", "", tidy)
    digits = bare.translate(str.maketrans("O〇IL|ZSB", "00111258"))
    if re.fullmatch(r"[1-9][0-9]{16}[0-9X]", bare) and check_digit(bare[:17]) == bare[17]:
        return "valid", bare
    parsed = parse_id(tidy)
    for found in (parsed.clean, read_letters(bare)):
        if len(found) == 18:
            return "valid", found
    masks = parsed.mask, bare if re.fullmatch(r"[1-9*][0-9*]{16}[0-9X*]", bare) else ""
    for mask in masks:
        if len(mask) == 18 and "*" in mask:
            return "partial", mask
    return ("bad", digits) if re.fullmatch(r"[0-9A-Z]{13,22}", digits) else ("absent", "")


def read_record(row: Record) -> Record:
    """One identity or person, read."""
    kind, number = read_number(row.get("id_number"))
    parsed, spoken = parse_name(row["name"]), "capture" in row
    if not spoken and re.fullmatch(r"[\u3007\u3400-\u9fff]{2,4}", row["name"] or ""):
        form, clean = "full", row["name"]
    else:
        form = parsed.form if parsed.form in {"full", "surname", "latin"} else "none"
        clean = {"full": parsed.clean.replace(DOT, ""), "surname": parsed.surname}.get(form, "")
    born = row.get("birth_date") or birth_in(number if kind != "bad" else "")
    return row | {
        "number_kind": kind,
        "number": number,
        "form": form,
        "clean": clean,
        "fold": "".join(folds().get(char, char) for char in clean),
        "born": born,
        "mobile": int(parse_phone(row.get("phone")).clean or 0),
        "region": int((row.get("area") or row.get("site_area") or "0")[:6]),
    }


def birth_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def compare(
    met: Record,
    person: Record,
    school_names: dict[str, list[str]],
    areas: dict[str, int],
    policy: LinkagePolicy,
) -> Record:
    """Level of every field; None where a side lacks it."""
    return {
        "id_number": compare_numbers(met, person, policy.id_number.slip_places),
        "name": compare_names(met, person),
        "phone": compare_phones(met, person),
        "birth": compare_births(met["born"], person["born"]),
        "age": compare_ages(met, person),
        "sex": None if not (met["sex"] and person["sex"]) else same(met["sex"] == person["sex"]),
        "area": compare_areas(met["region"], person["region"]),
        "school": compare_schools(met, person["school_id"], school_names, areas, policy.school.fits_from),
        "subject": compare_subjects(met["claimed_subject"], person["subject"]),
    }


def same(agrees: bool) -> str:  # noqa: FBT001  the only argument
    return "same" if agrees else "different"


def compare_numbers(met: Record, person: Record, slip_places: int) -> str | None:
    one, other = met["number"], person["number"]
    kinds = met["number_kind"], person["number_kind"]
    if "absent" in kinds:
        return None
    if "bad" in kinds:
        return "near" if edits(one, other) <= 1 else "conflict"
    differing = sum(a != b and "*" not in {a, b} for a, b in zip(one, other, strict=True))
    if "partial" not in kinds:
        return "different" if differing else "exact"
    shown = sum("*" not in {a, b} for a, b in zip(one, other, strict=True))
    once = "partial_near" if shown >= slip_places else "conflict"
    return {0: "partial", 1: once}.get(differing, "different")


def edits(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def compare_names(met: Record, person: Record) -> str | None:
    if "none" in {met["form"], person["form"]}:
        return None
    if "surname" in {met["form"], person["form"]}:
        return compare_surnames(met["fold"], person["fold"])
    level = RUNGS[name_level(met["name"], person["name"])]
    plain = all("?" not in side["clean"] and len(side["clean"]) <= 4 for side in (met, person))
    if level == "different" and plain and "latin" not in {met["form"], person["form"]}:
        level = "surname_same" if met["fold"][:1] == person["fold"][:1] else level
    former = person.get("former_name")
    if former and level and LADDER.index(level) > LADDER.index("former"):
        level = "former" if RUNGS[name_level(met["name"], former)] in CLOSE else level
    return level


def compare_surnames(one: str, other: str) -> str:
    spelled = [surname_alternates().get(side[0], side[0]) for side in (one, other)]
    second = [side[1:2] if side[:2] in surname_readings() else "" for side in (one, other)]
    if spelled[0] == spelled[1] and second[0] == second[1]:
        return "surname_only"
    heard = [
        {int(load_glyphs().surname[r, 1, ord(side[0])]) for r in range(READINGS)} for side in (one, other)
    ]
    return "surname_sounds" if heard[0] & heard[1] else "different"


def compare_phones(met: Record, person: Record) -> str | None:
    one, other = met["mobile"], person["mobile"]
    if one and one == person["listed"] and one != other:
        return "listed"
    if not (one and other):
        return None
    off = sum(a != b for a, b in zip(str(one), str(other), strict=True))
    return "exact" if off == 0 else "near" if off == 1 else "different"


def compare_births(one: date | None, other: date | None) -> str | None:
    if one is None or other is None:
        return None
    alike = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return {3: "day", 2: "month_or_year"}.get(alike, "different")


def compare_ages(met: Record, person: Record) -> str | None:
    born, day = person["born"], met["raid_date"]
    if met["age"] is None or born is None or day is None:
        return None
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    off = abs(met["age"] - years)
    return {0: "same", 1: "one", 2: "two", 3: "far", 4: "far"}.get(off, "very_far")


def compare_areas(one: int, other: int) -> str | None:
    if not (one and other):
        return None
    return "district" if one == other else "city" if one // 100 == other // 100 else "elsewhere"


def fits(claim: str, name: str, fits_from: float) -> bool:
    """Whether enough characters of the claim occur in the name in that order."""
    common = [0] * (len(name) + 1)
    for char in claim:
        row = [0]
        for place, other in enumerate(name, start=1):
            row.append(common[place - 1] + 1 if char == other else max(common[place], row[-1]))
        common = row
    return common[-1] / len(claim) >= fits_from


def tidy(text: str) -> str:
    clean = NOISE.sub("", unicodedata.normalize("NFKC", text))
    return "" if clean.lower() in school_words("untold") else clean


def compare_schools(
    met: Record, school: str | None, names: dict[str, list[str]], areas: dict[str, int], fits_from: float
) -> str | None:
    claim = tidy(met["claimed_school"] or "")
    if not claim or school not in names:
        return None
    if any(fits(claim, name, fits_from) for name in names[school]):
        return "fits"
    reading, kind = met["reading"]
    if any(fits(reading, name, fits_from) for name in met["names_of"][kind].get(school, [])):
        return "fits"
    return "same_district" if areas[school] == met["region"] else "elsewhere"


def read_claim(met: Record, schools: list[Record], fits_from: float) -> tuple[str, str]:
    """How a claim is read and what names it is compared with: as written, else the nearest looser reading."""
    written = met["claimed_school"] or ""
    readings = [(written, "written")]
    readings += [(text, "with campus" if campus else "in words") for text, campus in plainer_names(written)]
    if met["number_kind"] != "valid" and len(tidy(written)) >= LEAST_HEARD:
        heard = [tidy(text) for text, kind in readings if kind == "in words"]
        readings += [(by_sound(text), "by sound") for text in heard if len(text) >= LEAST_HEARD]
    for some in (readings[:1], readings[1:]):
        for part in (100, 10_000):
            near = [school for school in schools if school["region"] // part == met["region"] // part]
            for text, kind in some:
                clean = text if kind == "by sound" else tidy(text)
                if clean and any(fits(clean, name, fits_from) for s in near for name in s["kinds"][kind]):
                    return clean, kind
    return tidy(written), "written"


def name_kinds(school: Record) -> dict[str, list[str]]:
    """The school's names as written, in words behind the city, with each of its campuses, and by sound."""
    written = [school["name"], school["former_name"], *(school["aliases"] or "").split("、")]
    names = [tidy(name) for name in written if name]
    city = tidy(short_city(school["city"] or ""))
    city = "" if names[:1] and names[0][:2] == city[:2] else city
    words = [number_in_words(re.sub("(?<=.)完小$", "完全小学", name)) for name in names]
    words = [name if not city or name[:2] == city[:2] else city + name for name in words]
    campuses = [name for name in (school["campuses"] or "").split("、") if name]
    both = [name + campus for name in words for campus in campuses]
    heard = [by_sound(name) for name in words]
    return {"written": names, "in words": words, "with campus": both, "by sound": heard}


def by_sound(text: str) -> str:
    """One made-up character per syllable; what has no reading stays as it is."""
    tables = load_characters()
    read = [int(tables.syllable[tables.fold[ord(char)]]) for char in text]
    return "".join(
        chr(0xF0000 + syllable) if syllable < 0x8000 else char
        for char, syllable in zip(text, read, strict=True)
    )


def compare_subjects(claimed: str | None, taught: str | None) -> str | None:
    one, other = tidy(claimed or ""), tidy(taught or "")
    return same(one in other or other in one) if one and other else None
