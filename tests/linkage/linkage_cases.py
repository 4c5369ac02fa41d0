"""The labelled pairs of tests/cases/links.csv as identities and people, and how to freeze their scores.

python -m tests.linkage.linkage_cases      rewrite tests/cases/links_frozen.csv after a wanted change
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.linkage.linkage_scene import LI, RAIDED, ROOT, link, met, people
from tongcha.identity.id_numbers import check_digit

CASES = ROOT / "tests" / "cases" / "links.csv"
FROZEN = ROOT / "tests" / "cases" / "links_frozen.csv"
RULES = ("同场他人", "竞争候选")


def read_cases() -> pl.DataFrame:
    """Return the labelled pairs; everything is text."""
    return pl.read_csv(CASES, infer_schema=False).with_row_index("place")


def number_of(place: int, born: date, *, ends_in_x: bool) -> str:
    """A check-valid number of the invented person; one that ends in X if asked for."""
    for sequence in range(1 + place % 400 * 2, 1_000, 2):
        first = f"340104{born:%Y%m%d}{sequence:03d}"
        if not ends_in_x or check_digit(first) == "X":
            return first + check_digit(first)
    raise AssertionError(place)


def write_number(kind: str, number: str) -> str | None:
    """The number as it was taken down."""
    full_width = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789X"}
    return {
        "same": number,
        "other": LI,
        "masked": number[:6] + "********" + number[14:],
        "one digit": number[:11] + str((int(number[11]) + 1) % 10) + number[12:],
        "swapped digits": number[:15] + number[16] + number[15] + number[17:],
        "digit lost": number[:8] + number[9:],
        "digit doubled": number[:4] + number[3:],
        "last four": number[-4:],
        "other last four": f"{(int(number[-4:-1]) + 5) % 1000:03d}0",
        "fifteen digits": number[:6] + number[8:17],
        "full width": number.translate(full_width),
        "small x": f"{number[:6]} {number[6:14]} {number[14:].lower()}",
    }.get(kind)


def set_scene() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return identities and people: case C001 has identity C001 and person C001, and so on.

    Whoever claims no school is alone at theirs: cases share names, and these are no cases of namesakes.
    """
    identities: list[dict[str, Any]] = []
    persons: list[dict[str, Any]] = []
    for case in read_cases().iter_rows(named=True):
        place = case["place"]
        born = date(1966, 1, 20) + timedelta(days=place * 31)
        number = number_of(place, born, ends_in_x=case["number"] == "small x")
        phone = str(13_600_000_000 + place * 104_729)
        age = RAIDED.year - born.year - ((RAIDED.month, RAIDED.day) < (born.month, born.day))
        persons.append(
            {"person_id": case["case"], "name": case["name_on_record"], "birth_date": born}
            | {"id_number": number, "phone": phone, "school_id": "S1" if case["school"] else case["case"]}
        )
        identities.append(
            {
                "identity_id": case["case"],
                "raid_id": case["case"],
                "capture": case["capture"],
                "name": case["name_met"],
                "id_number": write_number(case["number"] or "", number),
                "phone": {"same": phone, "other": str(18_800_000_000 + place)}.get(case["phone"] or ""),
                "age": age + int(case["age_off"]) if case["age_off"] else None,
                "sex": {"same": "男", "other": "女"}.get(case["sex"] or ""),
                "claimed_school": "八中" if case["school"] else None,
            }
        )
    return met(*identities), people(*persons)


def weigh_cases() -> pl.DataFrame:
    """Return per case: tier, decision, 姓名 level, bits without rivals (null if they never met)."""
    result = link(*set_scene())
    pairs = result.candidate_links.filter(pl.col("identity_id") == pl.col("person_id"))
    rows = result.link_evidence.join(
        pairs.select("link_id", case="identity_id", decision="decision"), on="link_id"
    )
    weights = (
        rows.filter(~pl.col("field").is_in(RULES)).group_by("case", "decision").agg(bits=pl.col("bits").sum())
    )
    names = rows.filter(pl.col("field") == "姓名").select("case", level="level")
    cases = read_cases().select("case", "tier", "name_level")
    joined = cases.join(weights, on="case", how="left").join(names, on="case", how="left")
    return joined.sort("case").with_columns(pl.col("bits").round(6))


if __name__ == "__main__":
    weigh_cases().select("case", "tier", "level", "bits", "decision").write_csv(FROZEN)
