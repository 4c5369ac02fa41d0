"""The base templates of what goes to schools: the notice that they may contest, and the prompt before it."""

from __future__ import annotations

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line, table
from tongcha.documents.template_parts import (
    CLOSE,
    GAP,
    GAPS,
    KEPT_GAP,
    MARK,
    list_fields,
    write_body,
    write_loop,
)


def build_school_notice() -> bytes:
    """Return the 拟扣分告知书: the preliminary opinion that a school may contest (教育督导条例 20)."""
    teachers = table(
        (750, 2300, 1400, 1150, 3244),
        [
            ("序号", "比对编号", "查处日期", "教师", "查处当日任职的依据"),
            ("{%tr for item in teachers %}",),
            list_fields("order", "link_id", "raid_day", "name", "chain"),
            ("{%tr endfor %}",),
        ],
    )  # fmt: skip
    sums = table(
        (750, 1750, 2450, 2794, 1100),
        [
            ("序号", "项目", "所依事项", "算式", "分值"),
            ("{%tr for item in sums %}",),
            list_fields("order", "label", "case_ref", "sum_shown", "points"),
            ("{%tr endfor %}",),
            ("", "合计", "", "以上各项相加", "{{ total }}"),
        ],
    )  # fmt: skip
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        paragraph("拟扣减督导评估成绩告知书", "Title"),
        GAP,
        paragraph("{{ school_name }}：", "Addressee"),
        *write_body(
            "在{{ campaign }}中，经查处和人工复核的情况涉及你校。依照有关规定，我局拟扣减你校督导评估成绩"
            "{{ total }}分。现将所依事实、计算和依据告知你校，并听取申辩。"
            "本告知书是拟办意见，不是最终决定；申辩期内不扣分、不公布。",
        ),
        paragraph("一、计入的事实", "Heading"),
        *write_body("（一）查处当日在你校任职的教师{{ teacher_count }}人次。"),
        paragraph("{%p if teachers %}"),
        teachers,
        *write_body(
            "身份比对一致不等于违规事实成立。上列教师只是经人工确认身份的线索，"
            "是否违规由有权机关另行查证，本告知书不作认定。",
        ),
        paragraph("{%p endif %}"),
        *write_body(
            "（二）在证照不全的场所登记的你校学生{{ pupil_count }}人"
            "（同一学生多次登记只计一次；只计人数，姓名不列入本告知书）。"
        ),
        paragraph("二、拟扣分的计算", "Heading"),
        sums,
        paragraph("三、依据", "Heading"),
        *write_loop("clauses", "{{ item }}。"),
        *write_body("规则版本：{{ policy_version }}。"),
        paragraph("四、申辩", "Heading"),
        *write_body(
            "（一）你校可以自收到本告知书次日起{{ defence_text }}内，向我局提出书面申辩并附材料。"
            "依据：{{ defence_basis }}。",
            "（二）下列任何一项属实，相应分值即予撤回：该教师查处当日不在你校任职；"
            "该人身份认错；有权机关查明违规事实不成立；学生不是你校学生或者重复计算；"
            "所涉活动是经批准的课后服务等合法活动；计算有误。"
            "认为身份认错的，请写明比对编号，随时可以提出，不受申辩期限限制；"
            "我局核实答复之前，与该比对有关的一律不计、不送。",
            "（三）不因申辩加重处理；逾期不申辩不视为承认，也不免除我局的举证责任。",
            "（四）申辩期满后我局将作出督导意见书。对决定不服的，可以自收到决定次日起{{ review_text }}内，"
            "向作出决定的教育督导机构书面申请复核；对复核决定不服的，自收到复核决定次日起，"
            "不申请复核的，自收到决定次日起，可以在{{ appeal_text }}内向上一级教育督导机构书面提出申诉。"
            "复核、申诉期间不停止决定的执行。依据：{{ review_basis }}；{{ appeal_basis }}。",
            "（五）因更正而重新送达本告知书的：尚未作出决定的，申辩期自重新送达次日起从头计算；"
            "已经作出决定的，只更正分值和依据，不重新起算申辩期。",
        ),
        paragraph("五、整改与恢复", "Heading"),
        *write_body(
            "整改到位并经销号的，恢复所扣分值的{{ restored_share }}，即{{ restored_points }}分。"
            "依据：{{ restored_clause }}。",
        ),
        paragraph("六、保密", "Heading"),
        paragraph(
            "本告知书涉及个人信息，只限你校主要负责人和经办人知悉，不得公开、张贴或者转发。", "BodyKept"
        ),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def build_work_prompt() -> bytes:
    """Return the 工作提示: asks a school to look into it before anything is held against it (001)."""
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        paragraph("工 作 提 示", "Title"),
        GAP,
        paragraph("{{ school_name }}：", "Addressee"),
        *write_body(
            "在{{ campaign }}中，在证照不全的校外培训场所登记有你校学生{{ pupil_count }}人"
            "（同一学生多次登记只计一次，所涉查处编号：{{ raids }}）。请你校立即开展核实：",
            "（一）你校学生参加校外培训的底数，是否与上述人数相符；",
            "（二）是否有教师推荐、引导学生参加，或者向培训机构提供学生信息；",
            "（三）你校对学生和家长的提示、课后服务的安排情况。",
            "核实中请保护学生，不得公开点名，不得将参加校外培训计入学生操行等级，不得追问举报人。",
        ),
        paragraph(
            "请自收到本提示次日起{{ reply_text }}内书面回复；认为人数有误的，请说明理由。"
            "依据：{{ reply_basis }}。本提示只为请你校核实，不是问责，也不是扣分决定。",
            "BodyKept",
        ),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))
