"""A look at a workbook's parts before any parser sees it, in one pass and bounded memory.

Runs inside the parsing process. Why at all: a legal 2 kB workbook with cells at A1 and XFD1048576
aborts the calamine process (calamine#693), and a small zip can claim gigabytes.
"""

from __future__ import annotations

import mmap
import os
import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

from tongcha.intake.sheet_days import DaylessStyles, find_dayless_styles, tell_dayless
from tongcha.intake.sheet_failures import may_need_telling, tell_failures
from tongcha.intake.zip_parts import (
    CHUNK,
    STORED,
    BrokenZipError,
    Part,
    copy_body,
    list_parts,
    pack,
    unpack,
)

if TYPE_CHECKING:
    from pathlib import Path

IS_ENCRYPTED: Final = 0x1
HELD: Final = 4 * CHUNK
"""Up to this size the parser is handed parts unpacked, which spares it the work; beyond, as they stood."""

CELL: Final = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]{1,4})([0-9]{1,8})["']|<c(?=[\s>/])""")
NEAR_ROWS, NEAR_COLUMNS = 10**4 - 1, 26 + 26**2
NOT_NEAR: Final = re.compile(rb"""<c(?! r="[A-Z]{1,2}[0-9]{1,4}")[\s>/]""")
"""A cell beyond the near rows and columns, or written in an unusual way."""
SMALLEST_CELL: Final = len("<c/>")
PREFIXED: Final = re.compile(rb"<[^<>\s:/]+:(?:c|row|sheetData)[\s>/]")
AFTER_COLON: Final = re.compile(rb":(?:c|row|sheetData)[\s>/]")
"""What `PREFIXED` needs, found six times as fast because it begins with one known byte."""
READ_PARTS: Final = (  # casefolded, as the parser reads them; pictures, themes, properties are never opened
    "_rels/.rels",
    "xl/_rels/",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedstrings.xml",
    "xl/worksheets/",
    "xl/tables/",
)
TELLING: Final = ("xl/styles.xml", "xl/workbook.xml")
"""Parts that say which cells show no day; small, and always held."""

LINKS: Final = (
    rb"(vbaProject|xl(?:Intl)?Macrosheet|externalLink(?:Path)?|oleObject|package|control|connections)"
)
LINKED_AS: Final = re.compile(rb"""\bType\s*=\s*["'][^"']*/""" + LINKS + rb"""["']""")
"""A relationship by whose kind macros and the like are found, whatever their part is called."""

AFTER_SLASH: Final = re.compile(b"/" + LINKS + rb"""["']""")
"""What `LINKED_AS` needs, found faster because it begins with one known byte."""

KIND_OF_LINK: Final = {
    b"vbaProject": "xl/vbaProject",
    b"xlMacrosheet": "xl/macrosheets",
    b"xlIntlMacrosheet": "xl/macrosheets",
    b"externalLink": "xl/externalLinks",
    b"externalLinkPath": "xl/externalLinks",
    b"oleObject": "xl/embeddings",
    b"package": "xl/embeddings",
    b"control": "xl/activeX",
    b"connections": "xl/connections",
}


class Limits(TypedDict):
    """The limits of `tongcha.policy.intake.FileLimits`, as plain values that cross a pipe."""

    max_file_bytes: int
    max_parts: int
    max_part_bytes: int
    max_total_bytes: int
    max_ratio: float
    ratio_from_bytes: int
    max_sheet_box: int
    max_cells: int
    max_parquet_rows: int
    parser_memory_bytes: int
    parser_seconds: int
    forbidden_parts: dict[str, str]


class FileRefusedError(Exception):
    """A file is turned away as a whole.

    Args:
        rule: ASCII name of the rule.
        reason: the rule as Chinese text, without anything read from the file.
        fix: what the sender can do.
        table: the table it was to serve, when its header told.
    """

    def __init__(self, rule: str, reason: str, fix: str, table: str = "") -> None:
        """Keep the parts; the first three cross the pipe one by one."""
        super().__init__(rule)
        self.rule, self.reason, self.fix, self.table = rule, reason, fix, table


RESAVE: Final = "用表格软件打开核对后，另存为不含宏与链接的 XLSX 再报送"


class Box(NamedTuple):
    """How far the cells of a sheet reach and how many there are."""

    rows: int
    columns: int
    cells: int


def inspect_workbook(path: Path, limits: Limits) -> bytes:
    """Refuse a zip workbook that is hostile, broken or beyond the limits.

    Returns:
        A workbook of the very bytes that were looked at and of no others, so that the parser can't be
        led elsewhere. A small one is unpacked already; a large one takes as much memory as on disk.

    Raises:
        FileRefusedError: with the first reason found.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > limits["max_total_bytes"]:
                raise FileRefusedError("too_large", "文件超过允许的大小", "拆分为较小的文件")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                parts = list_parts(data, limits["max_parts"])
                _inspect_directory(parts, limits)
                read = [part for part in parts if part.name.casefold().startswith(READ_PARTS)]
                is_held = sum(part.size for part in read) <= HELD
                return pack(_inspect_parts(data, read, limits, is_held=is_held))
    except (BrokenZipError, OSError, ValueError) as error:
        raise FileRefusedError("truncated", "文件不完整或已损坏", "重新导出或重新传送") from error


def _inspect_directory(parts: list[Part], limits: Limits) -> None:
    names = [part.name for part in parts]
    if len(names) > limits["max_parts"] or sum(part.size for part in parts) > limits["max_total_bytes"]:
        raise FileRefusedError("too_large", "解压后超过允许的大小", "拆分为较小的文件")
    _refuse_names(names, limits["forbidden_parts"])
    if any(part.flags & IS_ENCRYPTED for part in parts):
        raise FileRefusedError("encrypted", "文件已加密", "去除密码后再报送")
    if any(_is_swollen(part, limits) for part in parts):
        raise FileRefusedError("zip_bomb", "部件解压后异常膨胀", RESAVE)


def _refuse_names(names: list[str], forbidden: dict[str, str]) -> None:
    if len({name.casefold() for name in names}) < len(names):
        raise FileRefusedError("duplicate_entries", "压缩包内有重名部件", RESAVE)
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise FileRefusedError("traversing_entries", "压缩包内部件路径越界", RESAVE)
    if "xl/workbook.xml" not in names:
        raise FileRefusedError("not_a_workbook", *_name_other(names))
    folded = {prefix.casefold(): kind for prefix, kind in forbidden.items()}
    found = [name for name in map(str.casefold, names) if name.startswith(tuple(folded))]
    if found:
        kinds = [kind for prefix, kind in folded.items() if any(name.startswith(prefix) for name in found)]
        raise FileRefusedError("forbidden_part", f"含有{'、'.join(kinds)}", RESAVE)


def _is_swollen(part: Part, limits: Limits) -> bool:
    is_bomb = part.size > limits["max_ratio"] * max(part.packed, 1) and part.size > limits["ratio_from_bytes"]
    return is_bomb or part.size > limits["max_part_bytes"]


def _name_other(names: list[str]) -> tuple[str, str]:
    """Say what a zip file without a workbook is, and what to do."""
    if any(name.startswith("word/") for name in names):
        return "是 Word 文档，不是工作簿", "把其中的表格复制到表格软件，另存为 XLSX"
    if "content.xml" in names:
        return "是 ODS 等开放文档，不是 XLSX 工作簿", "用表格软件打开后另存为 XLSX"
    if any(name.casefold().endswith((".xls", ".xlsx", ".csv", ".et")) for name in names):
        return "是压缩包，表格在里面", "解压后把表格放入文件夹，移走压缩包"
    return "不是 XLSX 工作簿", "另存为 XLSX 或 CSV"


def _inspect_parts(
    data: mmap.mmap, parts: list[Part], limits: Limits, *, is_held: bool
) -> list[tuple[Part, bytes]]:
    """Look at every part, at the sheets last: what their cells show is told by the others."""
    sheets = [part for part in parts if _is_sheet(part)]
    others = [
        _inspect_part(data, part, limits, is_held=is_held or part.name.casefold() in TELLING)
        for part in parts
        if not _is_sheet(part)
    ]
    told = {part.name.casefold(): content for part, content in others}
    dayless = find_dayless_styles(*(told.get(name, b"") for name in TELLING))
    return [*others, *(_inspect_part(data, part, limits, dayless, is_held=is_held) for part in sheets)]


def _is_sheet(part: Part) -> bool:
    name = part.name.casefold()
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _inspect_part(
    data: mmap.mmap, part: Part, limits: Limits, dayless: DaylessStyles | None = None, *, is_held: bool
) -> tuple[Part, bytes]:
    """Look at a part piece by piece; return it unpacked if it is to be held or changed, else as it stood."""
    name, body, is_sheet = part.name.casefold(), copy_body(data, part), _is_sheet(part)
    is_short = is_sheet and part.size <= CHUNK and _admits_near(part.size, limits)
    box, tail, held, tells = Box(0, 0, 0), b"", [], False
    for piece in unpack(body, part):
        if is_held:
            held.append(piece)
        text = tail + piece
        _refuse_markup(text)
        text, tail = _hold_back(text)
        if is_sheet:
            _refuse_prefixes(text)
            tells = tells or may_need_telling(text) or bool(dayless and dayless.opening.search(text))
            # a sheet of one piece without a far cell needs no measuring, which costs thrice the search
            if not is_short or NOT_NEAR.search(text):
                box = _widen_box(text, box, limits)
        elif name.endswith(".rels"):
            _refuse_links(text, limits["forbidden_parts"])
    if not (is_held or tells):
        return part, body
    whole = b"".join(held if is_held else unpack(body, part))
    if tells:
        whole = tell_failures(whole)
        whole = tell_dayless(whole, dayless) if dayless else whole
        part = part._replace(size=len(whole), crc=zlib.crc32(whole))
    return part._replace(method=STORED), whole


def _admits_near(size: int, limits: Limits) -> bool:
    """Whether a sheet of that size can break no limit as long as all its cells are near."""
    cells_fit = size // SMALLEST_CELL <= limits["max_cells"]
    return cells_fit and limits["max_sheet_box"] >= NEAR_ROWS * NEAR_COLUMNS


def _hold_back(text: bytes) -> tuple[bytes, bytes]:
    """Part what can be judged from a tag that the end of this piece cuts in two."""
    opened = text.rfind(b"<")
    if opened <= text.rfind(b">"):
        return text, b""
    if len(text) - opened > CHUNK:
        raise FileRefusedError("endless_tag", "含有长得不正常的标记", RESAVE)
    return text[:opened], text[opened:]


def _refuse_markup(text: bytes) -> None:
    # a single byte is looked for much faster than several, so its absence is asked first
    if b"!" in text and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):
        raise FileRefusedError("doctype", "含有文档类型声明（可夹带外部实体）", RESAVE)
    if b"\x00" in text:
        raise FileRefusedError("encoding", "部件编码不是 UTF-8", RESAVE)


def _refuse_links(text: bytes, forbidden: dict[str, str]) -> None:
    if not AFTER_SLASH.search(text):
        return
    kinds = [forbidden.get(KIND_OF_LINK[link]) for link in LINKED_AS.findall(text)]
    if any(kinds):
        raise FileRefusedError(
            "forbidden_part", f"含有{'、'.join(dict.fromkeys(filter(None, kinds)))}", RESAVE
        )


def _refuse_prefixes(text: bytes) -> None:
    if AFTER_COLON.search(text) and PREFIXED.search(text):
        raise FileRefusedError("prefixed_markup", "工作表使用了非常规标记", RESAVE)


def _widen_box(text: bytes, box: Box, limits: Limits) -> Box:
    """Return the box with the cells of this piece in it.

    Raises:
        FileRefusedError: a cell has no coordinates, the box is too large, or the cells are too many.
    """
    found = CELL.findall(text)
    if not found:
        return box
    letters, numbers = (set(part) for part in zip(*found, strict=True))
    if b"" in letters:
        raise FileRefusedError("unplaced_cells", "单元格没有坐标", RESAVE)
    rows = max(box.rows, *map(int, numbers))
    columns = max(box.columns, *map(_column_number, letters))
    cells = box.cells + len(found)
    if rows * columns > limits["max_sheet_box"] or cells > limits["max_cells"]:
        raise FileRefusedError(
            "stray_cell", "已用区域过大（末尾可能有误填的单元格）", "删除数据区以外的行列后另存"
        )
    return Box(rows, columns, cells)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
