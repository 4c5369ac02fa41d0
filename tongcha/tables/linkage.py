"""Tables of the linkage stage: machine proposals and every bit of evidence behind them."""

from __future__ import annotations

from tongcha.tables.contract import (
    Partition,
    Rule,
    Sensitivity,
    Stage,
    Table,
    flag,
    number,
    text,
    whole,
)
from tongcha.tables.shared_columns import BATCH

PERSONAL, SENSITIVE = Sensitivity.PERSONAL, Sensitivity.SENSITIVE

LINK_ID = text(
    "link_id", "比对编号", "由批次、人员编号与人员标识算出", required=True, pattern="L[0-9a-f]{16}"
)
DECISIONS = ("accept", "review", "none")
GRADES = ("甲", "乙", "丙", "丁")
EMPLOYMENT_STATES = ("in_service", "left", "not_yet", "gap", "undated", "conflict", "unknown")

CANDIDATE_LINKS = Table(
    "candidate_links",
    "候选比对",
    Stage.LINKAGE,
    Partition.BATCH,
    ("link_id",),
    (
        BATCH,
        LINK_ID,
        text("identity_id", "人员编号", required=True),
        text("raid_id", "查处编号", required=True),
        text("person_id", "人员标识", required=True),
        text("teacher_id", "教师编号", "仅在名册者为空"),
        number("score", "匹配权重", "比特；等于证据各行之和", required=True),
        number(
            "probability", "概率", "计入竞争候选与查无此人后的后验概率", required=True, minimum=0, maximum=1
        ),
        text(
            "decision",
            "机器建议",
            "accept=一人签字即可确认，review=两人复核，none=不进入复核",
            required=True,
            one_of=DECISIONS,
        ),
        text("reason", "建议理由", "一句话说明为何如此分类", required=True),
        whole("rank", "名次", "同一人员的候选按权重排序", required=True, minimum=1),
        number("margin_bits", "领先比特", "与次名之差；无次名则为空"),
        text("rival_id", "竞争候选", "最接近的另一候选的人员标识"),
        text(
            "evidence_grade", "证据等级", "甲>乙>丙>丁，见 policy/linkage.yaml", required=True, one_of=GRADES
        ),
        text("employment_state", "查处当日任职", required=True, one_of=EMPLOYMENT_STATES),
        flag("in_service", "当日在职", "查处当日是否在职；不能判定则为空"),
        text("responsible_school_id", "当日任职学校", "查处当日所在学校；不能判定则为空"),
        whole("spell_no", "所依任职段"),
        text("evidence_hash", "证据指纹", "复核人所见内容的指纹；内容变了判断即重开", required=True),
        text("snapshot", "参照快照", required=True),
        text("policy_hash", "政策指纹", required=True),
    ),
    "每个进入比较的（现场人员，库中人员）一行；只是建议，不是结论。",
    (
        Rule("accept_is_first", "decision <> 'accept' OR rank = 1", "建议确认的必须排第一"),
        Rule(
            "in_service_names_a_school",
            "in_service IS NULL OR NOT in_service OR responsible_school_id IS NOT NULL",
            "判定在职的必须写明学校",
        ),
    ),
)

LINK_EVIDENCE = Table(
    "link_evidence",
    "比对证据",
    Stage.LINKAGE,
    Partition.BATCH,
    ("link_id", "seq"),
    (
        BATCH,
        LINK_ID,
        whole("seq", "序号", required=True, minimum=0),
        text("field", "证据项", "prior、证件号、姓名、手机号、学校、年龄等", required=True),
        text("level", "比较等级", required=True),
        text("identity_value", "现场值", sensitivity=SENSITIVE),
        text("person_value", "库中值", sensitivity=SENSITIVE),
        number("bits", "比特", "正为支持，负为反对", required=True),
        text("sentence", "说明", "一句中文；不含个人信息", required=True),
    ),
    "每条候选的证据逐项一行，相加等于匹配权重。",
)

LINK_QUALITY = Table(
    "link_quality",
    "比对质量",
    Stage.LINKAGE,
    Partition.BATCH,
    ("measure",),
    (
        BATCH,
        text("measure", "指标", required=True),
        text("label", "名称", required=True),
        number("value", "数值"),
        number("low", "区间下限"),
        number("high", "区间上限"),
        text("note", "说明"),
    ),
    "本批次比对的质量指标：候选数、各类建议数、无法比对的份额、诱饵误连率与区间。",
)

BASES = ("number", "person", "phone", "alone")

SUBJECTS = Table(
    "subjects",
    "同一人归并",
    Stage.LINKAGE,
    Partition.BATCH,
    ("identity_id",),
    (
        BATCH,
        text("identity_id", "人员编号", required=True),
        text("subject_id", "归并编号", "由首次遇到的记录算出", required=True, pattern="S[0-9a-f]{16}"),
        text(
            "basis",
            "归并依据",
            "number=证件号与姓名相同，person=都建议确认为库中同一人，phone=手机号与姓名相同，alone=未与他条归并",
            required=True,
            one_of=BASES,
        ),
        whole("meetings", "遇到次数", "含本条，计至本批次", required=True, minimum=1),
        flag("again_here", "同场重复登记", "同一场查处中另有一条归并为同一人", required=True),
        text("other_raids", "另见于", "归并为同一人的其他查处编号，以顿号分隔", sensitivity=PERSONAL),
    ),
    "本批次现场人员与此前各批次的人归并为同一人的结果，在不在库都归并；只供人查阅，从不据此移送或者扣分。",
    (
        Rule(
            "alone_was_met_once",
            "basis <> 'alone' OR (meetings = 1 AND NOT again_here AND other_raids IS NULL)",
            "未归并的只遇到一次",
        ),
    ),
)

TABLES = (CANDIDATE_LINKS, LINK_EVIDENCE, LINK_QUALITY, SUBJECTS)
