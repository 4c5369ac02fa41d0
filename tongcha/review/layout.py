"""The review workbook's layout: one place that writer, reader and form-filling scripts share."""

from __future__ import annotations

from typing import Final

REVIEW_SHEET: Final = "复核"
REVEAL_SHEET: Final = "揭示"
GUIDE_SHEET: Final = "说明"
SCORES_SHEET: Final = "_scores"
META_SHEET: Final = "_meta"
FORMAT: Final = "tongcha-review-1"
PROPERTIES: Final = ("同查批次", "同查轮次")
"""document properties that tell people and scripts which book this is; nothing is believed of them"""

HEADERS: Final = (
    "序号",
    "比对编号",
    "查处",
    "姓名",
    "证件号码",
    "手机号",
    "性别年龄",
    "学校",
    "学科",
    "人员情况",
    "当日任职",
    "逐项证据",
    "最接近的另一人",
    "结论",
    "理由",
    "复核人",
    "日期",
    "证据指纹",
    "校验码",
)
COLUMN: Final = {header: position for position, header in enumerate(HEADERS)}
"""position of each column, from 0"""
LINK_COLUMN: Final = COLUMN["比对编号"]
SHOWN: Final = HEADERS[2 : COLUMN["结论"]]
"""what the reviewer sees, and what the row's seal covers"""
PAIRED: Final = SHOWN[1:8]
"""columns that show the collected value over the registry's"""
MARKED: Final = ("姓名", "证件号码", "手机号", "性别年龄", "学科")
"""columns whose differing characters are marked; a short form of a school would be red all over"""
INPUTS: Final = HEADERS[COLUMN["结论"] : COLUMN["日期"] + 1]
"""what the reviewer fills in"""

TITLE_ROW, NOTICE_ROW, DEFAULTS_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3, 4
"""rows of the sheet, from 0"""
DEFAULT_REVIEWER_COLUMN: Final = COLUMN["姓名"]
DEFAULT_DATE_COLUMN: Final = COLUMN["手机号"]

RECUSAL: Final = "回避"
VERDICT_OF_ANSWER: Final = {"同一人": "same", "不是同一人": "different", "不能确定": "unsure"}
ANSWER_OF_VERDICT: Final = {verdict: answer for answer, verdict in VERDICT_OF_ANSWER.items()}
ANSWERS: Final = (*VERDICT_OF_ANSWER, RECUSAL)

NOTICE: Final = (
    "本表所列是机器比对出的候选。比对一致不等于认定，更不等于违规；"
    "请只凭所示证据判断“是不是同一个人”，不要向他人打听或传播。本人与当事人有利害关系的，结论选“回避”。"
)
COLLECTED, REGISTERED, ABSENT = "场｜", "册｜", "（无）"


def name_workbook(batch: str, review_round: str) -> str:
    """Return the file name of a batch's workbook for a round."""
    return f"{batch}-{review_round}.xlsx"


def name_column(header: str) -> str:
    """Return the letter of a column, as the office suite shows it."""
    return chr(ord("A") + COLUMN[header])
