"""The base template of what answers a dispute: to whoever raised it, and to who was asked to wait."""

from __future__ import annotations

from tongcha.documents.layout import build_document
from tongcha.documents.ooxml import paragraph, rule_line
from tongcha.documents.template_parts import CLOSE, GAP, GAPS, KEPT_GAP, MARK, RAGGED, write_body, write_when


def build_dispute_answer() -> bytes:
    """Return the 异议核实结果告知书: the answer, why, what follows, and the further way to complain."""
    body = [
        *MARK,
        paragraph("{{ number_line }}", "DocNo"),
        *GAPS,
        paragraph("异议核实结果告知书", "Title"),
        GAP,
        paragraph("{{ recipient_name }}：", "Addressee"),
        *_when_ragged(
            "role == 'holder'",
            "我局此前因有人提出异议，请你单位暂停使用涉及编号{{ numbers }}的文书。"
            "该异议（登记编号{{ dispute_id }}）已由没有参加过有关比对复核的人员核实，"
            "于{{ resolved_day }}办结。现将结果告知你单位：",
        ),
        *_when_ragged(
            "role != 'holder'",
            "{{ dispute_day }}对编号{{ numbers }}的比对提出的异议（登记编号{{ dispute_id }}），"
            "我局已由没有参加过该比对复核的人员核实，于{{ resolved_day }}办结。现将结果告知如下：",
        ),
        paragraph("一、核实结果", "Heading"),
        paragraph("异议{{ answer }}。理由：{{ reason }}。", "Body", RAGGED),
        paragraph("二、结果的效力", "Heading"),
        *_when(
            "is_upheld",
            "该比对已经撤回，由此形成的线索、扣分和告知一并撤回。我局向收到过有关文书的单位发出更正函，"
            "要求停止使用、退回或者销毁，并在原知悉范围内予以澄清。",
        ),
        *_when(
            "not is_upheld and role == 'holder'",
            "请你单位暂停使用的文书，除我局另行更正的以外，恢复使用。"
            "比对一致不等于违规事实成立，是否违规仍须由你单位另行查证，并听取本人的陈述和申辩。",
        ),
        *_when(
            "not is_upheld and role != 'holder'",
            "该比对仍按原复核结论办理。比对一致不等于违规事实成立，是否违规由有权机关另行查证，"
            "并听取陈述和申辩。",
        ),
        *_when(
            "not is_upheld and has_notice",
            "涉及你校的扣分告知书由我局重新送达，申辩期自重新送达次日起从头计算。",
        ),
        paragraph("三、对结果有不同意见的", "Heading"),
        *_when(
            "role == 'holder'",
            "你单位对本结果有不同意见，或者在办理中发现身份有误的，请随时书面告知我局。"
            "经查确有错误的，我局撤回线索，更正由此产生的全部记录，并书面澄清。",
        ),
        *_when(
            "role != 'holder' and is_upheld",
            "认为撤回、更正不到位的，可以随时书面告知我局。",
        ),
        *_when(
            "role == 'person' and is_upheld",
            "认为我局处理个人信息侵害权益的，可以向履行个人信息保护职责的部门投诉、举报。"
            "依据：《个人信息保护法》第六十五条。",
        ),
        *_when(
            "role != 'holder' and not is_upheld",
            "（一）有新的事实或者材料的，可以随时再次向我局提出，我局重新指定人员核实。",
        ),
        *_when(
            "role == 'person' and not is_upheld",
            "（二）认为我局处理个人信息侵害权益的，可以向履行个人信息保护职责的部门投诉、举报；"
            "对我局拒绝更正不服的，可以依法向人民法院提起诉讼。"
            "依据：《个人信息保护法》第五十条、第六十五条。",
            "（三）本告知书只答复是否认错人，不认定违规，也不是处分。如以后受到处分，不服的可以自知道处分决定"
            "次日起{{ review_text }}内向作出处分决定的单位申请复核；对复核结果不服的，"
            "可以自接到复核决定次日起{{ appeal_text }}内向该单位的主管部门或者同级事业单位人事综合管理部门"
            "提出申诉。"
            "依据：{{ review_basis }}；{{ appeal_basis }}。",
        ),
        *_when(
            "role == 'school' and not is_upheld and not has_notice",
            "（二）以后收到拟扣分告知书的，按告知书写明的期限和途径申辩。",
        ),
        *_when(
            "role == 'school' and not is_upheld and has_notice",
            "（二）对拟扣分意见，可以自告知书重新送达次日起{{ defence_text }}内向我局书面申辩；"
            "对决定不服的，可以自收到决定次日起{{ review_text }}内向作出决定的教育督导机构申请复核；"
            "对复核决定不服或者不申请复核的，可以在{{ appeal_text }}内向上一级教育督导机构提出申诉。"
            "依据：{{ defence_basis }}；{{ review_basis }}；{{ appeal_basis }}。",
        ),
        paragraph("四、保密", "Heading"),
        *_when("role == 'person'", "本告知书不写姓名，由送达人核对身份后当面送交本人。"),
        paragraph("本告知书只限收件人办理本事项使用，不得公开、张贴或者转发。", "BodyKept"),
        KEPT_GAP,
        *CLOSE,
    ]
    head = paragraph("{{ issuer }}", "Issuer") + rule_line(24, 6)
    return build_document("".join(body), first_header=head, first_footer=rule_line(6, 24))


def _when(condition: str, *texts: str) -> list[str]:
    """Return body paragraphs that stand only where a condition holds."""
    return write_when(condition, *write_body(*texts))


def _when_ragged(condition: str, text: str) -> list[str]:
    """Return such a paragraph with long numbers in it; stretched to the margin its words stand apart."""
    return write_when(condition, paragraph(text, "Body", RAGGED))
