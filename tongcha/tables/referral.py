"""Tables of the referral stage: what goes to whom, and what speaks for the person."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Stage, Table, day, text, whole
from tongcha.tables.linkage import GRADES, LINK_ID
from tongcha.tables.shared_columns import BATCH

RECIPIENTS = ("discipline_committee", "supervisory_commission", "education_authority", "penalty_team")
RECIPIENTS_SAY = (
    "discipline_committee=纪委，supervisory_commission=监委，"
    "education_authority=主管教育部门，penalty_team=行政处罚工作组"
)

REFERRALS = Table(
    "referrals",
    "移送线索",
    Stage.REFERRAL,
    Partition.BATCH,
    ("referral_id",),
    (
        BATCH,
        text("referral_id", "线索编号", required=True, pattern="R[0-9a-f]{12}"),
        LINK_ID,
        text("recipient", "接收单位类别", RECIPIENTS_SAY, required=True, one_of=RECIPIENTS),
        text("recipient_name", "接收单位", required=True),
        text("route_rule", "分流规则", "policy/routing.yaml 中的规则名", required=True),
        text("basis", "依据", required=True),
        text("raid_id", "查处编号", required=True),
        day("raid_date", "查处日期", required=True),
        text("identity_id", "人员编号", required=True),
        text("person_id", "人员标识", required=True),
        text("conduct", "行为类型", "四个严禁中的哪一项，由现场身份得出", required=True),
        text("subject_type", "学科类别"),
        text("school_id", "当日任职学校", required=True),
        text("evidence_grade", "证据等级", required=True, one_of=GRADES),
        text("signed_by", "确认人", required=True),
        whole("exculpatory_count", "有利事实数", required=True, minimum=0),
    ),
    "每条已确认比对按身份分流，一个接收单位一行。比对不是结论。",
)

EXCULPATORY_FINDINGS = Table(
    "exculpatory_findings",
    "有利事实",
    Stage.REFERRAL,
    Partition.BATCH,
    ("link_id", "finding"),
    (
        BATCH,
        LINK_ID,
        text("finding", "事实", "事实代码", required=True),
        text("sentence", "说明", required=True),
        text("origin", "出处", "得出此事实的表与行", required=True),
    ),
    "同样认真查找的、对当事人有利的事实。",
)

SEARCHED_FOR = (
    "现场登记（到场身份、证件号码如何取得、核验民警与依据）",
    "场所（证照、学科类别、执法人员数）",
    "本人登记（同名者、性别、年龄、学科、登记状态）",
    "任职经历（当日起止、借调轮岗、编外返聘、退休）",
    "学校（自称的学校、是否民办）",
)
"""what the search for facts in favour looks at"""
NOT_SEARCHED = "课后服务安排、请假、亲属关系、场所租赁"
"""what may speak for a person and no table of ours holds"""

REFERRAL_PACKAGES = Table(
    "referral_packages",
    "移送包",
    Stage.REFERRAL,
    Partition.BATCH,
    ("package_id", "path"),
    (
        BATCH,
        text("package_id", "移送包编号", required=True, pattern="P[0-9a-f]{12}"),
        text("recipient", "接收单位类别", RECIPIENTS_SAY, required=True, one_of=RECIPIENTS),
        text("recipient_name", "接收单位", required=True),
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", required=True),
        text("facts", "内容指纹", "文书所说内容的指纹；模板用语、署名、电话的变动不改变它"),
        whole("referral_count", "线索数", required=True, minimum=1),
    ),
    "每个接收单位的函与清单文件。",
)

TABLES = (REFERRALS, EXCULPATORY_FINDINGS, REFERRAL_PACKAGES)
