"""The base template of what goes to a district: the order by counts."""

from __future__ import annotations

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line, table
from tongcha.documents.template_parts import CLOSE, GAP, GAPS, KEPT_GAP, MARK, list_fields, write_body


def build_supervision_order() -> bytes:
    """Return the 督办通知 to one district: counts by class of issue, what is asked, by when (000)."""
    classes = table(
        (850, 4394, 1200, 1200, 1200),
        [
            ("序号", "问题类别", "问题数", "未定措施", "逾期"),
            ("{%tr for item in classes %}",),
            list_fields("order", "label", "total", "unassigned", "overdue"),
            ("{%tr endfor %}",),
            ("", "合计", "{{ issue_count }}", "{{ unassigned_count }}", "{{ overdue_count }}"),
        ],
    )  # fmt: skip
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        paragraph("督 办 通 知", "Title"),
        GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *write_body(
            "截至{{ as_of }}，问题台账中属你地区（区划代码{{ area }}）尚未了结、需要督办的问题共"
            "{{ issue_count }}件，其中尚未确定整改措施的{{ unassigned_count }}件，"
            "逾期的{{ overdue_count }}件。"
            "依据{{ clause }}，现予督办（督办编号{{ order_id }}）。",
        ),
        paragraph("一、问题情况", "Heading"),
        classes,
        paragraph("二、要求", "Heading"),
        *write_body(
            "（一）对每个问题逐项确定整改措施、整改时限、责任部门及责任人，实行台账管理，整改到位的申请销号。",
            "（二）涉及教师的，是经人工确认身份的线索，违规是否成立以有权机关的办理结论为准；"
            "标为“待核实”的尚未认定，请先查清事实。均不得仅凭本通知处理任何人。",
            "（三）请自收到本通知次日起{{ reply_text }}内书面回复整改情况；"
            "认为问题有误或者不属你地区的，请说明理由。依据：{{ reply_basis }}。",
        ),
        paragraph("三、说明", "Heading"),
        paragraph(
            "本通知只列问题数，不涉及任何人的身份，不与其他地区比较、排名；逾期不回复不视为承认，"
            "由我局派员核实。本通知供办理使用，不得公开。",
            "BodyKept",
        ),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))
