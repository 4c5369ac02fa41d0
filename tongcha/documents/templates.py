"""Build the base templates; the checked-in files under policy/templates equal what this gives.

`python -m tongcha.documents.templates policy/templates` writes them. Staff may edit the written files
in WPS or Word, or put their own beside them in the deployment's policy folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line, table
from tongcha.documents.report_template import build_report

if TYPE_CHECKING:
    from collections.abc import Callable

DATE_LINE: Final = "　　年　　月　　日"
"""Left blank: whoever seals the paper writes the day."""

_MARK: Final = (
    paragraph("{%p if mark %}"),
    paragraph("{{ mark }}", "Mark"),
    paragraph("{%p endif %}"),
)
_CLOSE: Final = (
    paragraph("{{ issuer }}", "Signature"),
    paragraph(DATE_LINE, "Signature"),
    paragraph("（联系人：{{ contact }}）", "Contact"),
)
_GAP: Final = paragraph("")
_RAGGED: Final = '<w:jc w:val="left"/>'
"""Lines with long case numbers aren't stretched to the margin."""
_KEPT_GAP: Final = paragraph("", "", "<w:keepNext/>")


def _fields(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{{ item.{name} }}}}" for name in names)


def _body(*texts: str) -> list[str]:
    return [paragraph(text, "Body") for text in texts]


def _loop(items: str, text: str) -> list[str]:
    return [
        paragraph(f"{{%p for item in {items} %}}"),
        paragraph(text, "Body", _RAGGED),
        paragraph("{%p endfor %}"),
    ]


def build_referral_letter() -> bytes:
    """Return the 移送函, in the letter format (信函格式) of GB/T 9704-2012, 10.1."""
    body = [
        *_MARK,
        paragraph("{{ number_line }}", "DocNo"),
        _GAP,
        paragraph("关于移送“同查”线索的函", "Title"),
        _GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *_body(
            "根据{{ campaign_basis }}，我局对{{ batch }}批次{{ met }}，"
            "与在职教师库和学校教职工名册进行了核对，并逐条经人工复核签字确认。"
            "现将其中按管理权限应由你单位办理的{{ count }}条线索移送，请依规依纪依法核查处理。",
        ),
        paragraph("一、线索概况", "Heading"),
        *_loop(
            "lines",
            "{{ item.order }}.线索{{ item.referral_id }}：{{ item.raid_day }}{{ act }}，{{ item.place }}；"
            "登记身份所涉行为为“{{ item.conduct }}”；证据等级{{ item.grade }}；"
            "复核签字人{{ item.signed_by }}；查到有利事实{{ item.exculpatory_count }}项。",
        ),
        paragraph("二、移送依据", "Heading"),
        *_loop("bases", "{{ item }}。"),
        paragraph("三、请予注意的事项", "Heading"),
        *_body(
            "（一）身份比对一致不等于违规事实成立。所移送的仅为线索，"
            "是否有偿、是否组织或者参与培训，均须由你单位另行查证，并听取本人的陈述和申辩。",
            "（二）对当事人有利的事实已同样认真查找，逐条列于附件1，请一并核查。"
            "我局没有课后服务安排、请假记录、亲属关系、场所租赁等数据，请予查明。",
            "（三）附件2载有个人信息，只限办理本线索使用，请专人保管，不得扩散，办结后按规定归档或者销毁。",
            "（四）本函及附件不含举报人信息，也不含任何未成年人的姓名。",
            "（五）如经查身份有误，请立即告知我局，我局将撤回线索，更正由此产生的全部记录，并书面澄清。",
        ),
        paragraph("四、反馈", "Heading"),
        *_body(
            "请自收到本函次日起{{ reply_days }}日（自然日）内反馈办理情况，包括查证属实、不属实、"
            "身份有误等各种结果。依据：{{ reply_basis }}。",
        ),
        _GAP,
        paragraph("附件：1.线索清单（含支持与有利事实，姓名已隐去）", "Attachment"),
        paragraph("　　　2.人员身份附件（限经办人）", "Attachment", "<w:keepNext/>"),
        _KEPT_GAP,
        *_CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def build_school_notice() -> bytes:
    """Return the 拟扣分告知书: the preliminary opinion that a school may contest (教育督导条例 20)."""
    teachers = table(
        (750, 2300, 1400, 1250, 3144),
        [
            ("序号", "案件编号", "查处日期", "教师", "查处当日任职的依据"),
            ("{%tr for item in teachers %}",),
            _fields("order", "link_id", "raid_day", "name", "chain"),
            ("{%tr endfor %}",),
        ],
    )  # fmt: skip
    sums = table(
        (750, 1750, 2450, 2794, 1100),
        [
            ("序号", "项目", "所依事项", "算式", "分值"),
            ("{%tr for item in sums %}",),
            _fields("order", "label", "case_ref", "sum_shown", "points"),
            ("{%tr endfor %}",),
            ("", "合计", "", "以上各项相加", "{{ total }}"),
        ],
    )  # fmt: skip
    body = [
        *_MARK,
        paragraph("{{ number_line }}", "DocNo"),
        _GAP,
        paragraph("拟扣减督导评估成绩告知书", "Title"),
        _GAP,
        paragraph("{{ school_name }}：", "Addressee"),
        *_body(
            "在{{ campaign }}中，经查处和人工复核的情况涉及你校。依照有关规定，我局拟扣减你校督导评估成绩"
            "{{ total }}分。现将所依事实、计算和依据告知你校，并听取申辩。"
            "本告知书是拟办意见，不是最终决定；申辩期内不扣分、不公布。",
        ),
        paragraph("一、计入的事实", "Heading"),
        *_body("（一）查处当日在你校任职的教师{{ teacher_count }}人次。"),
        paragraph("{%p if teachers %}"),
        teachers,
        paragraph("{%p endif %}"),
        *_body(
            "（二）在证照不全的场所登记的你校学生{{ pupil_count }}人"
            "（同一学生多次登记只计一次；只计人数，姓名不列入本告知书）。"
        ),
        paragraph("二、拟扣分的计算", "Heading"),
        sums,
        paragraph("三、依据", "Heading"),
        *_loop("clauses", "{{ item }}。"),
        *_body("规则版本：{{ policy_version }}。"),
        paragraph("四、申辩", "Heading"),
        *_body(
            "（一）你校可以自收到本告知书次日起{{ defence_text }}内，向我局提出书面申辩并附材料。"
            "依据：{{ defence_basis }}。",
            "（二）下列任何一项属实，相应分值即予撤回：该教师查处当日不在你校任职；"
            "该人身份认错；学生不是你校学生或者重复计算；所涉活动是经批准的课后服务等合法活动；计算有误。",
            "（三）不因申辩加重处理；逾期不申辩不视为承认，也不免除我局的举证责任。",
            "（四）申辩期满后我局将作出督导意见书；对决定仍有异议的，可以申请复核（{{ review_text }}内）、"
            "提出申诉（{{ appeal_text }}内）。",
        ),
        paragraph("五、整改与恢复", "Heading"),
        *_body(
            "整改到位并经销号的，恢复所扣分值的{{ restored_share }}，即{{ restored_points }}分。"
            "依据：{{ restored_clause }}。",
        ),
        paragraph("六、保密", "Heading"),
        paragraph(
            "本告知书涉及个人信息，只限你校主要负责人和经办人知悉，不得公开、张贴或者转发。", "BodyKept"
        ),
        _KEPT_GAP,
        *_CLOSE,
    ]
    head = paragraph("{{ issuer }}文件", "Issuer") + rule_line(0, 12)
    return build_document("".join(body), first_header=head, first_footer="")


def build_work_prompt() -> bytes:
    """Return the 工作提示: asks a school to look into it before anything is held against it (001)."""
    body = [
        *_MARK,
        paragraph("{{ number_line }}", "DocNo"),
        _GAP,
        paragraph("工 作 提 示", "Title"),
        _GAP,
        paragraph("{{ school_name }}：", "Addressee"),
        *_body(
            "在{{ campaign }}中，在证照不全的校外培训场所登记有你校学生{{ pupil_count }}人"
            "（同一学生多次登记只计一次，所涉查处编号：{{ raids }}）。请你校立即开展核实：",
            "（一）你校学生参加校外培训的底数，是否与上述人数相符；",
            "（二）是否有教师推荐、引导学生参加，或者向培训机构提供学生信息；",
            "（三）你校对学生和家长的提示、课后服务的安排情况。",
            "核实中请保护学生，不得公开点名，不得将参加校外培训计入学生操行等级，不得追问举报人。",
        ),
        paragraph(
            "请自收到本提示次日起{{ reply_text }}内书面回复；认为人数有误的，请说明理由。"
            "本提示只为请你校核实，不是问责，也不是扣分决定。",
            "BodyKept",
        ),
        _KEPT_GAP,
        *_CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def build_correction_letter() -> bytes:
    """Return the 更正函: tells who holds an earlier paper that it no longer stands, and clears the name."""
    body = [
        *_MARK,
        paragraph("{{ number_line }}", "DocNo"),
        _GAP,
        paragraph("关于撤回、更正有关文书的函", "Title"),
        _GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *_body("我局此前送达你单位的下列文书，经核查已不再成立或者内容有变，现予撤回、更正："),
        paragraph("{%p for item in papers %}"),
        paragraph(
            "{{ item.order }}.{{ item.paper }}（原文件指纹{{ item.fingerprint }}）：{{ item.sentence }}。",
            "Body",
            _RAGGED,
        ),
        paragraph("{%p endfor %}"),
        *_body(
            "撤回所涉人员的身份认定有误或者有关事实不能成立的，此前的移送、告知不得作为任何不利处理的依据。"
            "请在原知悉范围内予以澄清，消除影响，并更正由此产生的记录。",
        ),
        paragraph(
            "请自收到本函次日起{{ reply_text }}内将办理情况书面告知我局。依据：{{ reply_basis }}。",
            "BodyKept",
        ),
        _KEPT_GAP,
        *_CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def build_supervision_order() -> bytes:
    """Return the 督办通知 to one district: counts by class of issue, what is asked, by when (000)."""
    classes = table(
        (850, 4394, 1200, 1200, 1200),
        [
            ("序号", "问题类别", "问题数", "未定措施", "逾期"),
            ("{%tr for item in classes %}",),
            _fields("order", "label", "total", "unassigned", "overdue"),
            ("{%tr endfor %}",),
            ("", "合计", "{{ issue_count }}", "{{ unassigned_count }}", "{{ overdue_count }}"),
        ],
    )  # fmt: skip
    body = [
        *_MARK,
        paragraph("{{ number_line }}", "DocNo"),
        _GAP,
        paragraph("督 办 通 知", "Title"),
        _GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *_body(
            "截至{{ as_of }}，问题台账中属你地区（区划代码{{ area }}）尚未了结、需要督办的问题共"
            "{{ issue_count }}件，其中尚未确定整改措施的{{ unassigned_count }}件，"
            "逾期的{{ overdue_count }}件。"
            "依据{{ clause }}，现予督办（督办编号{{ order_id }}）。",
        ),
        paragraph("一、问题情况", "Heading"),
        classes,
        paragraph("二、要求", "Heading"),
        *_body(
            "（一）对每个问题逐项确定整改措施、整改时限、责任部门及责任人，实行台账管理，整改到位的申请销号。",
            "（二）标为“待核实”“待判定”的问题尚未认定，请先查清事实，不得据此处理任何人。",
            "（三）请自收到本通知次日起{{ reply_text }}内书面回复整改情况；"
            "认为问题有误或者不属你地区的，请说明理由。依据：{{ reply_basis }}。",
        ),
        paragraph("三、说明", "Heading"),
        paragraph(
            "本通知只列问题数，不涉及任何人的身份，不与其他地区比较、排名；逾期不回复不视为承认，"
            "由我局派员核实。本通知供办理使用，不得公开。",
            "BodyKept",
        ),
        _KEPT_GAP,
        *_CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


BUILDERS: Final[dict[str, Callable[[], bytes]]] = {
    "referral_letter.docx": build_referral_letter,
    "school_notice.docx": build_school_notice,
    "correction_letter.docx": build_correction_letter,
    "work_prompt.docx": build_work_prompt,
    "supervision_order.docx": build_supervision_order,
    "report.docx": build_report,
}


def write_templates(folder: Path) -> list[Path]:
    """Write every base template into the folder; return their paths."""
    for name, build in BUILDERS.items():
        (folder / name).write_bytes(build())
    return [folder / name for name in BUILDERS]


if __name__ == "__main__":
    write_templates(Path(sys.argv[1]))
