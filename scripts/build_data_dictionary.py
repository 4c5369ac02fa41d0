"""Write docs/data-dictionary.md from the contracts in `tongcha.tables`.

    python3 run.py exec python scripts/build_data_dictionary.py

A test fails while the page differs from what this script writes.
"""

from __future__ import annotations

from pathlib import Path

from tongcha import tables
from tongcha.tables import Column, Partition, Sensitivity, Table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"
PARTITIONS = {Partition.BATCH: "每批次", Partition.SNAPSHOT: "每快照", Partition.WHOLE: "全部合一"}
SENSITIVITIES = {
    Sensitivity.OPEN: "公开",
    Sensitivity.PERSONAL: "个人",
    Sensitivity.SENSITIVE: "敏感",
    Sensitivity.MINOR: "未成年人",
}
HEADER = """# 数据字典

本页由 `scripts/build_data_dictionary.py` 从 `tongcha/tables` 生成，请勿手改。
敏感级别：公开可进入预览与运行记录；个人、敏感、未成年人只在工作目录内使用。
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(render_dictionary(), encoding="utf-8")


def render_dictionary() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEADER, *(describe_table(table) for table in tables.ALL)])


def describe_table(table: Table) -> str:
    """Return one table's section."""
    kept = f"阶段：{table.stage.value}；存放：{PARTITIONS[table.partition]}一个文件"
    lines = [
        f"## {table.name} {table.label}",
        "",
        f"{table.meaning}{kept}；主键：{'、'.join(table.key)}。",
        "",
        "| 列 | 名称 | 类型 | 必填 | 级别 | 说明与取值 |",
        "|---|---|---|---|---|---|",
        *(describe_column(column) for column in table.columns),
        "",
    ]
    lines += [f"- 规则 `{rule.name}`：{rule.text}" for rule in table.rules]
    return "\n".join(lines).rstrip() + "\n"


def describe_column(column: Column) -> str:
    """Return one column's row."""
    limits = [column.meaning, "、".join(column.one_of), f"`{column.pattern}`" if column.pattern else ""]
    if column.minimum is not None or column.maximum is not None:
        low, high = (f"{x:g}" if x is not None else "" for x in (column.minimum, column.maximum))
        limits.append(f"{low}–{high}")
    said = "；".join(limit for limit in limits if limit)
    required = "是" if column.required else ""
    level = SENSITIVITIES[column.sensitivity]
    return f"| {column.name} | {column.label} | {column.dtype} | {required} | {level} | {said} |"


if __name__ == "__main__":
    main()
