"""Build the base templates; the checked-in files under policy/templates equal what this gives.

`python -m tongcha.documents.templates policy/templates` writes them. Staff may edit the written files
in WPS or Word, or put their own beside them in the deployment's policy folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tongcha.documents.dispute_templates import build_dispute_answer
from tongcha.documents.district_templates import build_supervision_order
from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line
from tongcha.documents.receipt_template import build_receipt
from tongcha.documents.report_template import build_report
from tongcha.documents.school_templates import build_school_notice, build_work_prompt
from tongcha.documents.template_parts import (
    CLOSE,
    GAP,
    GAPS,
    KEPT_GAP,
    MARK,
    RAGGED,
    write_body,
    write_loop,
    write_when,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def build_referral_letter() -> bytes:
    """Return the 移送函, in the letter format (信函格式) of GB/T 9704-2012, 10.1."""
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        paragraph("关于移送“同查”线索的函", "Title"),
        GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *write_body(
            "根据{{ campaign_basis }}，我局将{{ batch }}批次{{ met }}"
            "与在职教师库和学校教职工名册进行了核对，并逐条经人工复核签字确认。"
            "现将其中按管理权限应由你单位办理的{{ count }}条线索移送，请依规依纪依法核查处理。",
        ),
        paragraph("一、线索概况", "Heading"),
        *write_loop(
            "lines",
            "{{ item.order }}.线索{{ item.referral_id }}：{{ item.raid_day }}{{ act }}，{{ item.place }}；"
            "现场登记的身份所涉行为类型（待查证）为“{{ item.conduct }}”；证据等级{{ item.grade }}；"
            "复核签字人{{ item.signed_by }}；查到有利事实{{ item.exculpatory_count }}项。",
        ),
        paragraph("二、移送依据", "Heading"),
        *write_loop("bases", "{{ item }}。"),
        paragraph("三、请予注意的事项", "Heading"),
        *write_body(
            "（一）身份比对一致不等于违规事实成立。所移送的仅为线索，"
            "是否有偿、是否组织或者参与培训，均须由你单位另行查证，并听取本人的陈述和申辩。",
            "（二）对当事人有利的事实已同样认真查找，逐条列于附件1，请一并核查。"
            "我局没有课后服务安排、请假记录、亲属关系、场所租赁等数据，请予查明。",
            "（三）附件2载有个人信息，只限办理本线索使用，请专人保管，不得扩散，办结后按规定归档或者销毁。",
            "（四）本函及附件不含举报人信息，也不含任何未成年人的姓名。",
            "（五）如经查身份有误，请立即告知我局，我局将撤回线索，更正由此产生的全部记录，并书面澄清。",
        ),
        paragraph("四、反馈", "Heading"),
        paragraph(
            "请自收到本函次日起{{ reply_text }}内反馈办理情况，包括查证属实、不属实、"
            "身份有误等各种结果。依据：{{ reply_basis }}。",
            "BodyKept",
        ),
        KEPT_GAP,
        paragraph("附件：1.线索清单（含支持与有利事实，姓名只写姓氏）", "Attachment", "<w:keepNext/>"),
        paragraph("　　　2.人员身份附件（限经办人）", "Attachment", "<w:keepNext/>"),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def build_correction_letter() -> bytes:
    """Return the 更正函: tells who holds an earlier paper that it no longer stands, and clears the name.

    Where all that is wrong is disputed, it asks to wait and for nothing else: nobody's name is cleared yet.
    """
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        *write_when("only_waits", paragraph("关于暂停使用有关文书的函", "Title")),
        *write_when("not only_waits", paragraph("关于撤回、更正有关文书的函", "Title")),
        GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *write_when("only_waits", *write_body("我局此前送达你单位的下列文书有异议待核实，现请暂停使用：")),
        *write_when(
            "not only_waits",
            *write_body(
                "我局此前送达你单位的下列文书，已不再成立、内容有变或者有异议待核实，"
                "现予撤回、更正或者请暂停使用："
            ),
        ),
        paragraph("{%p for item in papers %}"),
        paragraph(
            "{{ item.order }}.{{ item.paper }}（原文件指纹{{ item.fingerprint }}）：{{ item.sentence }}。",
            "Body",
            RAGGED,
        ),
        paragraph("{%p endfor %}"),
        *write_when(
            "only_waits",
            paragraph(
                "核实期间请不要依据上述内容作出任何处理，也不扩大知悉范围。"
                "核实结果由我局书面告知，不需要回复本函。",
                "BodyKept",
            ),
        ),
        *write_when(
            "not only_waits",
            *write_body(
                "撤回所涉人员的身份认定有误或者有关事实不能成立的，此前的移送、告知不得作为任何不利处理的依据。"
                "请在原知悉范围内予以澄清，消除影响，并更正由此产生的记录。",
            ),
            paragraph(
                "请自收到本函次日起{{ reply_text }}内将办理情况书面告知我局。依据：{{ reply_basis }}。",
                "BodyKept",
            ),
        ),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


BUILDERS: Final[dict[str, Callable[[], bytes]]] = {
    "referral_letter.docx": build_referral_letter,
    "school_notice.docx": build_school_notice,
    "correction_letter.docx": build_correction_letter,
    "dispute_answer.docx": build_dispute_answer,
    "work_prompt.docx": build_work_prompt,
    "supervision_order.docx": build_supervision_order,
    "report.docx": build_report,
    "receipt.docx": build_receipt,
}


def write_templates(folder: Path) -> list[Path]:
    """Write every base template into the folder; return their paths."""
    for name, build in BUILDERS.items():
        (folder / name).write_bytes(build())
    return [folder / name for name in BUILDERS]


if __name__ == "__main__":
    write_templates(Path(sys.argv[1]))
