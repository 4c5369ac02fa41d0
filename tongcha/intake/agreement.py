"""Whether numbers are whole, and sex and age agree with them: asked of the sender, judged by nobody here.

The police write down what they are told. Where a check-valid number says another sex or age, one of them
is a slip, or the number is somebody else's, which speaks for the person. So nothing is emptied and nobody
turned away: both values stay, are compared as they were written, and the sender is asked. What the
registry itself contradicts is a finding to the bureau (`tongcha.reference.findings`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.identity.id_columns import CHECKED, id_columns
from tongcha.intake.refusals import reject_rows
from tongcha.intake.soft import ASKED
from tongcha.tables.intake import IDENTITIES

if TYPE_CHECKING:
    from tongcha.policy.intake import IntakePolicy

WHOLE_TAIL: Final = "^[0-9]{3}[0-9X]$"
SEX_IN_TAIL: Final = 2
"""Of the last four characters the third is the 17th digit: odd for men (GB 11643)."""

DESTROYED: Final = ("destroyed_numeric", "destroyed_zeroed")
LOST_PHONE: Final = r"^\s*1(?:\.[0-9]{1,9})?[Ee]\+?10\s*$"
"""`1.38E+10`; where all eleven digits are shown (`1.3800138000E+10`) none is lost."""

STAND: Final = "两项都照原样收下，请核实哪一项有误、号码是否本人的"


def question_numbers(rows: pl.DataFrame, name: str, policy: IntakePolicy) -> list[pl.DataFrame]:
    """Return entries for accepted rows whose sex or age isn't that of their number."""
    if name == "identities":
        return _question_identities(rows, policy.age_slack_years)
    return _question_entries(rows) if name == "staff_entries" else []


def _question_identities(rows: pl.DataFrame, slack: int) -> list[pl.DataFrame]:
    numbers = id_columns(rows["id_number"]).select("status", "sex", born="birth_date").rename("__{}".format)
    beside = rows.hstack(numbers)
    known = beside.filter(pl.col("__status").is_in(CHECKED), pl.col("__born") <= pl.col("raid_date"))
    met, born = pl.col("raid_date").dt, pl.col("__born").dt
    same_month = (met.month() == born.month()) & (met.day() >= born.day())
    had_birthday = (met.month() > born.month()) | same_month
    years = met.year().cast(pl.Int64) - born.year() - (~had_birthday).cast(pl.Int64)
    lost = {
        "id_number": pl.col("__status").is_in(DESTROYED),
        "phone": pl.col("phone").str.normalize("NFKC").str.contains(LOST_PHONE),
    }
    other_sex = known.filter(pl.col("sex") != pl.col("__sex"))
    other_age = known.filter((pl.col("age") - years).abs() > slack)
    return [
        *(_ask_whole(beside.filter(is_lost), column) for column, is_lost in lost.items()),
        _ask(other_sex, "identities", "sex", "“性别”与“证件号码”所示不一致"),
        _ask(other_age, "identities", "age", f"“年龄”与“证件号码”所示相差超过 {slack} 岁"),
    ]


def _question_entries(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Lists are stored with the last four characters only; what sex they say isn't protected by a check."""
    known = rows.filter(pl.col("id_tail").str.contains(WHOLE_TAIL))
    is_odd = pl.col("id_tail").str.slice(SEX_IN_TAIL, 1).cast(pl.Int64) % 2 == 1
    told = pl.when(is_odd).then(pl.lit("男")).otherwise(pl.lit("女"))
    other = known.filter(pl.col("sex").is_in(["男", "女"]), pl.col("sex") != told)
    return [_ask(other, "staff_entries", "sex", "“性别”与“证件后四位”所示不一致")]


def _ask_whole(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Ask for a number of which a spreadsheet kept a part; the part is used as what it is."""
    label = IDENTITIES.column(column).label
    reason = (
        f"“{label}”被表格软件当作数字，后几位已丢失，按残缺号码收下；请把该列设为文本格式，填完整号码再报"
    )
    rule = f"{column}_is_whole"
    return reject_rows(rows, table="identities", rule=rule, reason=reason, outcome=ASKED, column=column)


def _ask(rows: pl.DataFrame, table: str, column: str, what: str) -> pl.DataFrame:
    rule, reason = f"{column}_agrees_with_number", f"{what}；{STAND}"
    return reject_rows(rows, table=table, rule=rule, reason=reason, outcome=ASKED, column=column)
