"""How a person is named on paper that travels: 张某, and never a whole number."""

from __future__ import annotations

from typing import Final

from tongcha.documents.unseen import drop_unseen

# Compound surnames in use (《百家姓》 and 公安部 2020 年全国姓名报告); a wrong split would show a given name
_COMPOUND: Final = frozenset(
    [
        "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文",
        "长孙", "夏侯", "轩辕", "端木", "百里", "东郭", "南宫", "西门", "独孤", "闻人", "呼延", "澹台",
        "公冶", "宗政", "濮阳", "淳于", "太叔", "申屠", "钟离", "鲜于", "闾丘", "亓官", "司空", "第五",
        "赫连", "拓跋", "乐正", "漆雕", "公羊", "谷梁", "羊舌", "万俟", "哈尼",
    ]
)  # fmt: skip


def mask_name(name: str | None) -> str:
    """Return the surname and 某 (张某, 欧阳某), or the first character of a name written otherwise.

    A dotted or Latin name shows its first letter only: its first part may be the given name.
    """
    text = drop_unseen(name or "").strip()
    if not text:
        return "某"
    is_han = all("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" for c in text)
    if is_han and text[:2] in _COMPOUND and text[2:]:
        return f"{text[:2]}某"
    return f"{text[:1]}某"


def number_same(names: list[str | None]) -> list[str]:
    """Return masked names that stay apart in one list: 张某, 张某（二）, 张某（三）.

    Args:
        names: full names in the order of the list.
    """
    digits = "一二三四五六七八九十"
    seen: dict[str, int] = {}
    masked = []
    for name in names:
        base = mask_name(name)
        seen[base] = seen.get(base, 0) + 1
        order = seen[base]
        suffix = digits[order - 1] if order <= len(digits) else str(order)
        masked.append(base if order == 1 else f"{base}（{suffix}）")
    return masked
