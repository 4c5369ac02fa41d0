"""Columns of several stages' tables: which batch or snapshot, which file, what became of a row."""

from __future__ import annotations

from tongcha.tables.contract import Column, Rule, text, whole

BATCH = text("batch", "批次", "查处批次，即收件箱 raids/ 下的文件夹名", required=True)
SNAPSHOT = text(
    "snapshot",
    "快照日期",
    "收件箱 reference/ 下的文件夹名",
    required=True,
    pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
)

PROVENANCE: tuple[Column, ...] = (
    text("file", "来源文件", "相对收件箱的路径", required=True),
    text("sheet", "工作表", "CSV 与 Parquet 为空"),
    whole("row", "行号", "原文件中的行号，从 1 起", required=True, minimum=1),
)

AREA_FORM = "6 位行政区划代码"
PERSON_NUMBER = "[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]"
"""what an ID card's number looks like (GB 11643); an institution has none"""
OWN_NUMBER = "[A-Za-z]?[1-9][0-9]{5}(19[0-9]{2}|20[01][0-9])(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]"
"""somebody's ID number, or a pupil's national number, which is a letter before it; a number made of a raid's
day, which lies later, is none"""

REJECTED_COLUMNS: tuple[Column, ...] = (
    text("file", "来源文件", required=True),
    text("sheet", "工作表", required=True),
    whole("row", "行号", "0 表示整个文件或工作表", required=True, minimum=0),
    text("table", "目标表", required=True),
    text("column", "列", "空表示整行", required=True),
    text("rule", "规则", "规则的英文名", required=True),
    text("reason", "原因", "中文说明，不含个人信息", required=True),
    text(
        "outcome",
        "处理",
        "rejected=退回，dropped=按规则略去，blanked=该格不用、其余收下，asked=全部照收、只请核实",
        required=True,
        one_of=("rejected", "dropped", "blanked", "asked"),
    ),
)
FILE_COLUMNS: tuple[Column, ...] = (
    text("file", "文件", required=True),
    text("sheet", "工作表", required=True),
    text("table", "目标表", required=True),
    text("sha256", "文件指纹", required=True),
    whole("rows_read", "读入行数", required=True, minimum=0),
    whole("rows_accepted", "收下行数", required=True, minimum=0),
    whole("rows_rejected", "退回行数", required=True, minimum=0),
    whole("rows_dropped", "略去行数", "合计、填表人等说明行", required=True, minimum=0),
)


def refuse_person_as_number(column: str, label: str) -> Rule:
    """Return the rule that a record's number, which stands in every table, log and paper, is nobody's own."""
    return Rule(
        f"{column}_is_nobodys_own",
        f"NOT regexp_full_match({column}, '{OWN_NUMBER}')",
        f"“{label}”是证件号码或者学籍号的样式；编号会留在各表和记录里，请另编序号",
        column,
    )


ROWS_ADD_UP = Rule(
    "rows_add_up",
    "rows_read = rows_accepted + rows_rejected + rows_dropped",
    "读入行数等于收下、退回、略去之和",
)
