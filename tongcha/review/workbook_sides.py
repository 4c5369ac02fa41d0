"""The review workbook's other sheets: the reveal, the guide, and the hidden scores and cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tongcha.review import layout
from tongcha.review.seal import name_key, seal_meta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongcha.policy.review import Reasons
    from tongcha.review.shown import ShownLink
    from tongcha.review.workbook_formats import Book, Formats

DECISION_WORDS: Final = {"accept": "可直接确认", "review": "需复核", "none": "不建议"}
REVEALED: Final = ("比对编号", "匹配权重（比特）", "概率", "机器建议", "建议理由", "证据等级", "领先比特")
REVEAL_WIDTHS: Final = (20, 16, 12, 14, 60, 12, 12)
REVEAL_NOTICE: Final = "写下结论后，本页才显示机器的看法，供事后对照；请勿据此改动结论。"


def add_reveal_sheet(book: Book, formats: Formats, links: Sequence[ShownLink]) -> None:
    """Add the machine's view of each link, empty until the verdict stands."""
    sheet = book.add_worksheet(layout.REVEAL_SHEET)
    sheet.merge_range(0, 0, 0, len(REVEALED) - 1, REVEAL_NOTICE, formats["notice"])
    for column, (head, width) in enumerate(zip(REVEALED, REVEAL_WIDTHS, strict=True)):
        sheet.write_string(1, column, head, formats["header"])
        sheet.set_column(column, column, width)
    answer = layout.name_column("结论")
    for offset, link in enumerate(links):
        sheet.write_string(offset + 2, 0, link.link_id, formats["text"])
        verdict = f"'{layout.REVIEW_SHEET}'!{answer}{layout.FIRST_ROW + offset + 1}"
        for column in range(1, len(REVEALED)):
            source = f"'{layout.SCORES_SHEET}'!{chr(ord('A') + column)}{offset + 1}"
            formula = f'=IF({verdict}="","先写结论",{source})'
            sheet.write_formula(offset + 2, column, formula, formats["number"], "先写结论")
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("")


def add_guide_sheet(book: Book, formats: Formats, reasons: Reasons) -> None:
    """Add the instructions for reviewers."""
    sheet = book.add_worksheet(layout.GUIDE_SHEET)
    sheet.set_column(0, 0, 84)
    length = f"{reasons.min_chars} 至 {reasons.max_chars} 字"
    lines = (
        "一、每行是一条比对。“场｜”是查处现场记下的，“册｜”是教师库或名册里的；红色下划线是两者不同的字。",
        "二、“逐项证据”中＋越多越支持是同一人，－越多越反对，○表示几乎没有分量；没有填写不等于不同。",
        "三、“结论”从下拉中选：同一人、不是同一人、不能确定；与当事人或者任一候选人有亲属、同事等利害关系的选“回避”，此人的其他候选也不再由您判断。",
        f"四、选“不是同一人”“不能确定”“回避”的，须写理由，{length}，写证据，不写传闻。",
        "五、复核人填“代号/签名码”，不写姓名；签名码在本人登录复核台后的首页，每批每轮不同，不告诉他人。",
        "六、一审与二审由不同的人独立完成，互不相看；意见不一的转集体研究，复核人处以顿号写全部参加人的“代号/签名码”。",
        "七、黄色格可填，其余已锁定；改动证据的行导入时会被退回并指出。",
        "八、可以只填一部分，先交先导入；重复导入不会重复登记。证据有变化的比对会退回，在新表中重新判断。",
        "九、交回并导入之后，登录复核台看“我名下的判断”，核对台账记下的是不是您所答；有出入的立即告知办案人员撤回。",
        "十、比对一致只说明可能是同一个人，不是对其行为的认定。本表含个人信息，用毕按规定销毁。",
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["guide"])
        sheet.set_row(row, 34)
    sheet.set_landscape()  # a single column wider than its page is cut off, whatever the scale
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("")


def add_scores_sheet(book: Book, links: Sequence[ShownLink]) -> None:
    """Add what the reveal draws on; very hidden, which keeps it from view and isn't security."""
    sheet = book.add_worksheet(layout.SCORES_SHEET)
    for row, link in enumerate(links):
        score, probability, decision, reason, grade, margin = link.scores
        sheet.write_string(row, 0, link.link_id)
        sheet.write_number(row, 1, score)
        sheet.write_number(row, 2, probability)
        sheet.write_string(row, 3, DECISION_WORDS[str(decision)])
        sheet.write_string(row, 4, str(reason))
        sheet.write_string(row, 5, str(grade))
        if margin is None:
            sheet.write_string(row, 6, "无次名")
        else:
            sheet.write_number(row, 6, margin)
    sheet.very_hidden()
    sheet.protect("")


def add_meta_sheet(book: Book, key: bytes, batch: str, review_round: str, count: int) -> None:
    """Add the sealed cover by which the workbook is known when it comes back."""
    for name, value in zip(layout.PROPERTIES, (batch, review_round), strict=True):
        book.set_custom_property(name, value, "text")
    sheet = book.add_worksheet(layout.META_SHEET)
    values = (layout.FORMAT, batch, review_round, str(count), name_key(key))
    names = ("format", "batch", "round", "rows", "key")
    lines = [*zip(names, values, strict=True), ("seal", seal_meta(key, values))]
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
    sheet.protect("")
