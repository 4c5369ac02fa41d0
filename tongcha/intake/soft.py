"""Cells that may be left empty without losing their row, and cells that hold more than one person.

A person isn't lost because an age reads 约四十: the cell is left empty and that is said. But whose
number it is when two names share a cell nobody can tell, so that row goes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.identity.characters import name_words
from tongcha.identity.names import LONGEST_NAME, MAY_HOLD_TWO, parse_name
from tongcha.identity.surnames import surname_of
from tongcha.intake.refusals import PLACE, reject_rows

if TYPE_CHECKING:
    from tongcha.policy.intake import IntakePolicy

BLANKED: Final = "blanked"
ASKED: Final = "asked"
"""Every value of the row is kept and used as it was written; the sender is only asked about one."""

LIMITS: Final = (
    "is_present",
    "is_readable",
    "is_listed",
    "has_its_form",
    "is_not_too_small",
    "is_not_too_large",
)
"""Rules of one column alone; a contradiction between columns is never settled by emptying one."""

OF_PEOPLE: Final = ("identities", "pupils", "teachers", "staff_entries")
TAKEN_DOWN: Final = ("identities", "pupils", "staff_entries")
"""Written by hand; a registration has a number of its own and is one person."""
VACANT: Final = ("暂缺", "空缺", "待定", "待聘", "同上")
AND_OTHERS: Final = r"等\s*[0-9０-９一二两三四五六七八九十]*\s*[人名]$"
HEADING: Final = "(?:组|室|处|部|科|办|年级|中心)$"
COUNTED: Final = r"共\s*[0-9]+\s*[人名]"
SAID_OF_LISTED: Final = ("sex", "id_tail", "subject", "phone", "staff_type")
MAY_PART_NAMES: Final = (*"、,，;；/／\\＼+＋&＆|｜和", *filter(str.isspace, map(chr, range(0x3001))))


def is_soft(name: str, policy: IntakePolicy) -> pl.Expr:
    """Return whether an entry of `rejected_rows` is about a cell of the table that may be left empty."""
    rules = [f"{column}_{limit}" for column in policy.soft_columns.get(name, ()) for limit in LIMITS]
    return pl.col("rule").is_in(rules)


def blank_cells(frame: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the same order with each cell that an entry names left empty."""
    for (column,), group in entries.group_by("column", maintain_order=True):
        places = group.select(PLACE).unique().with_columns(pl.lit(value=True).alias("__blank"))
        joined = frame.join(places, on=PLACE, how="left", maintain_order="left")
        kept = pl.when(pl.col("__blank").is_null()).then(pl.col(str(column)))
        frame = joined.with_columns(kept.alias(str(column))).drop("__blank")
    return frame


def settle_notes(notes: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Say of each soft entry what came of it: the cell was left empty, or its row goes back anyway."""
    if notes.is_empty():
        return notes
    back = rejected.filter(pl.col("outcome") == "rejected").select(PLACE).unique()
    gone = notes.join(back, on=PLACE, how="semi")
    stayed = notes.join(back, on=PLACE, how="anti").with_columns(pl.lit(BLANKED).alias("outcome"))
    return pl.concat([gone, stayed])


def reject_shared_cells(rows: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    """Return entries for rows whose name is that of two or more people."""
    if name not in OF_PEOPLE:
        return []
    # only a separator or a blank can part two names: the parser sees a few values, not all
    suspect = rows.filter(pl.col("name").str.contains_any(list(MAY_PART_NAMES)))
    shared = [_holds_several(text) for text in suspect["name"]]
    reason = "“姓名”一格写了不止一个人，无法判断其余各格说的是谁；请一人一行"
    several = suspect.filter(pl.Series(shared, dtype=pl.Boolean))
    if name in TAKEN_DOWN:
        several = several.vstack(rows.filter(pl.col("name").str.contains(AND_OTHERS)))
    return [reject_rows(several, table=name, rule="one_person_per_row", reason=reason, column="name")]


def reject_no_names(rows: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    """Return entries for rows of a staff list whose name is nobody's: a vacancy, a signature line, a heading.

    Otherwise they would stand among the people whom anybody met may be compared with.
    """
    if name != "staff_entries":
        return []
    folded = pl.col("name").str.normalize("NFKC").str.replace_all(r"\s+", "")
    nobodys = (
        ~folded.str.contains(r"[\p{Han}\p{Latin}\p{Co}]")
        | folded.str.contains(r":|^\(.*\)$")
        | folded.str.contains(COUNTED)
        | folded.is_in([*name_words("placeholder"), *VACANT])
    )
    is_alone = pl.all_horizontal(pl.col(SAID_OF_LISTED).is_null())
    headings = rows.filter(is_alone & folded.str.contains(HEADING))
    unnamed = pl.Series([not surname_of(text) for text in headings["name"]], dtype=pl.Boolean)
    found = pl.concat([rows.filter(nobodys), headings.filter(unnamed)])
    reason = "“姓名”不是人的姓名（空缺、标题或者签章）；是人的请写明姓名，不是的不必再报"
    return [reject_rows(found, table=name, rule="name_is_somebodys", reason=reason, column="name")]


def question_names(rows: pl.DataFrame, name: str) -> list[pl.DataFrame]:
    """Return entries for accepted rows whose name may be two names run together.

    The row stays as it was written; its name is compared with nobody's (`name_form` says perhaps_two).
    """
    if name not in TAKEN_DOWN:
        return []
    length = pl.col("name").str.len_chars()
    long = rows.filter(length >= MAY_HOLD_TWO[0], length <= LONGEST_NAME)
    doubtful = [parse_name(text).form == "perhaps_two" for text in long["name"]]
    reason = "“姓名”疑似写了两个人的姓名，未用于姓名比对；确是一人请注明，是两人请一人一行"
    asked = long.filter(pl.Series(doubtful, dtype=pl.Boolean))
    return [
        reject_rows(
            asked, table=name, rule="name_is_one_person", reason=reason, outcome=BLANKED, column="name"
        )
    ]


def _holds_several(text: str) -> bool:
    """Whether a cell names several people; a two-character surname written apart is one person's."""
    people = parse_name(text).people
    return len(people) > 1 and surname_of("".join(people)) != people[0]
