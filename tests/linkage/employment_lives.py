"""Employment spells as registers write them, and what they say of the day of the raid."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.linkage.linkage_scene import RAIDED, policy, spells
from tongcha.identity.written_values import ANY_DAY
from tongcha.linkage.as_of import employment_as_of

BEFORE, AFTER = date(2026, 9, 1), date(2026, 12, 1)
LONG_AGO = date(2010, 9, 1)
LOST = "不详"
DAY_BEFORE, NEXT_DAY, DAY_AFTER_NEXT = (RAIDED + timedelta(days) for days in (-1, 1, 2))
RULES = policy().employment
OPEN, CLOSE, IN_ORDER = 0.4, 0.4, 0.95
REASONS = [None, None, " ", "调动", "借调", "退休", "辞职", "调出", "考入公务员"]
FORMS = [*["%Y-%m-%d"] * 4, *["%Y-%m"] * 2, "%Y"]


def as_of(
    *rows: Any,
    responsible: Any = "employer",
    records: tuple[str, ...] = ("T",),
    hired: date | None = None,
) -> tuple[Any, ...]:
    """State, in_service, school and spell number on the day of the raid."""
    asked = pl.DataFrame({"person_id": "T", "teacher_id": list(records), "hire_date": hired})
    return tell(asked, rows, responsible).drop("person_id").row(0)


def tell(asked: pl.DataFrame, rows: Any, responsible: Any) -> pl.DataFrame:
    """The same of many people: person_id, teacher_id, hire_date."""
    asked = asked.with_columns(pl.col("hire_date").cast(pl.Date), day=pl.lit(RAIDED))
    rules = RULES.model_copy(update={"responsible": responsible})
    frame = employment_as_of(asked, lose_edges(spells(*rows), rows), rules)
    return frame.select("person_id", "employment_state", "in_service", "responsible_school_id", "spell_no")


def lose_edges(employment: pl.DataFrame, rows: Any) -> pl.DataFrame:
    """Let every edge written as `LOST` lie on any day, as intake does."""
    for edge, place in (("start", 3), ("end", 4)):
        is_lost = pl.Series([row[place] == LOST for row in rows], dtype=pl.Boolean)
        first, latest = (pl.when(is_lost).then(pl.lit(day)) for day in ANY_DAY)
        employment = employment.with_columns(
            first.otherwise(edge).alias(edge), latest.otherwise(f"{edge}_latest").alias(f"{edge}_latest")
        )
    return employment


def draw_lives(seed: int, count: int) -> tuple[list[Any], list[Any]]:
    """Draw spells with every day written, and the same with months, years or no starts for some of them."""
    drawn = random.Random(seed)
    dated, undated = [], []
    for life in range(count):
        days = [_draw_day(drawn) for _ in range(3)]
        for number in range(1, drawn.randint(1, 4) + 1):
            start, end = sorted(_draw_near(drawn, days) for _ in range(2))
            told_start, told_end = (_coarsen(drawn, day) for day in (start, end))
            told_start = drawn.choice([told_start] * 9 + [LOST])
            is_open = drawn.random() < OPEN
            spell = f"T{life:06}", number, drawn.choice("ABC")
            kind = drawn.choice(["在编", "在编", "借调"]), drawn.choice([None, "调动", "借调", "退休"])
            dated.append((*spell, start, None if is_open else end, *kind))
            undated.append((*spell, told_start, None if is_open else told_end, *kind))
    return dated, undated


def draw_dated(seed: int, count: int) -> tuple[pl.DataFrame, list[Any]]:
    """Draw people (person_id, teacher_id, hire_date), some with two records, and spells of all kinds."""
    drawn = random.Random(seed)
    people, rows = [], []
    for life in range(count):
        person = f"T{life:06}"
        records = drawn.choice([[person], [person], [person, f"{person}b"]])
        people += [(person, record, drawn.choice([None, _draw_day(drawn)])) for record in records]
        days = [_draw_day(drawn) for _ in range(3)]
        for number in range(1, drawn.randint(1, 4) + 1):
            start, end = _draw_near(drawn, days), _draw_near(drawn, days)
            if drawn.random() < IN_ORDER:
                start, end = min(start, end), max(start, end)
            spell = drawn.choice(records), number, drawn.choice("ABC"), start
            kind = drawn.choice(["在编", "在编", "借调"]), drawn.choice(REASONS)
            rows.append((*spell, None if drawn.random() < OPEN else end, *kind))
    schema = {"person_id": pl.String, "teacher_id": pl.String, "hire_date": pl.Date}
    return pl.DataFrame(people, schema=schema, orient="row"), rows


def _draw_day(drawn: random.Random) -> date:
    if drawn.random() < CLOSE:
        return RAIDED + timedelta(drawn.randint(-2, 2))
    return date(2026, 6, 1) + timedelta(drawn.randrange(300))


def _draw_near(drawn: random.Random, days: list[date]) -> date:
    """A day that falls on another, or next to it, more often than by chance: there the rules meet."""
    if drawn.random() < CLOSE:
        return drawn.choice(days) + timedelta(drawn.randint(-1, 1))
    return _draw_day(drawn)


def _coarsen(drawn: random.Random, day: date) -> str:
    """The day as written by a register that often tells the month or the year alone."""
    return f"{day:{drawn.choice(FORMS)}}"
