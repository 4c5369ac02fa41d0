"""What is said of an entry that may be a registered person: which facts agree, which don't; never a value."""

from __future__ import annotations

from typing import Final

import polars as pl

NAMES: Final = {
    "exact": "姓名一致",
    "variant": "姓名为异体写法",
    "former": "姓名与曾用名一致",
    "tone": "姓名同音",
    "syllable": "姓名音近",
    "fuzzy": "姓名方音相近",
    "lookalike": "姓名有一字形近",
    "wildcard": "姓名有缺字",
    "swapped": "姓名字序颠倒",
    "dropped": "姓名少一字",
    "one_differs": "姓名有一字不同",
    "surname_differs": "名相同而姓不同",
    "surname_only": "名册只有姓氏，姓氏一致",
    "surname_sounds": "名册只有姓氏，姓氏音近",
    "surname_same": "同姓而名不同",
    "different": "姓名不同",
}
"""name level (`tongcha.linkage.comparison.names`) → what a school clerk understands"""
FACTS: Final = {
    "id_number": ("证件后四位", ("partial",)),
    "phone": ("手机号", ("exact",)),
    "school": ("学校", ("fits",)),
    "subject": ("学科", ("same",)),
    "sex": ("性别", ("same",)),
}
"""field → what it is called, and the levels at which it agrees"""
RIVAL: Final = "另有一条登记同样相符；"
TAKEN: Final = "该登记已与本名册另一行对上；"
ASK: Final = "未经核对按两人处理，请核对后更正名册或登记"


def tell_suspicions(suspected: pl.DataFrame) -> pl.DataFrame:
    """Add `finding`, a Chinese sentence per row.

    Args:
        suspected: rows of `link_entries`.
    """
    name = pl.col("name").replace_strict(NAMES, default="名册没有可用的姓名", return_dtype=pl.String)
    said = [name, _list_facts("一致", agree=True), _list_facts("不同", agree=False)]
    known = [pl.when(part != "").then(part) for part in said]
    return suspected.with_columns(
        finding=pl.concat_str(
            pl.lit("与此登记疑似同一人："),
            pl.concat_str(known, separator="，", ignore_nulls=True),
            pl.lit("。"),
            pl.when(pl.col("rival_id").is_not_null()).then(pl.lit(RIVAL)).otherwise(pl.lit("")),
            pl.when("is_taken").then(pl.lit(TAKEN)).otherwise(pl.lit("")),
            pl.lit(ASK),
        )
    )


def _list_facts(word: str, *, agree: bool) -> pl.Expr:
    """Return the fields that agree, or differ, joined by 、 and followed by the word; empty if none."""
    named = [
        pl.when(pl.col(field).is_in(levels) if agree else _differs(field, levels)).then(pl.lit(label))
        for field, (label, levels) in FACTS.items()
    ]
    joined = pl.concat_str(named, separator="、", ignore_nulls=True)
    return pl.when(joined != "").then(joined + pl.lit(word)).otherwise(pl.lit(""))


def _differs(field: str, levels: tuple[str, ...]) -> pl.Expr:
    return ~pl.col(field).is_in([*levels, "absent"])
