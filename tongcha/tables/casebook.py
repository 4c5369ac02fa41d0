"""Tables of the casebook: what must be put right, what is due, what may be counted; papers: `papers.py`."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Rule, Stage, Table, day, flag, number, text, whole
from tongcha.tables.papers import CORRECTIONS, DISCLOSURES, DISPUTE_ANSWERS, OUTCOMES

ISSUE_CATEGORIES = (
    "unlicensed_site",
    "teacher_tutoring",
    "pupils_attending",
    "undecided",
    "clean_patrol",
    "listing_contradiction",
    "manual",
)
ISSUE_STATES = ("open", "rectifying", "closed", "reopened", "void")
RECHECK_RESULTS = ("waiting", "kept", "reopened")
CADENCES = ("日报", "周通报", "半月报", "季通报", "专项总结")
DUE_KINDS = (
    "notice",
    "prompt",
    "referral",
    "rectification",
    "recheck",
    "pupils",
    "supervision",
    "closing",
    "dispute",
)
ORDER_STATES = ("proposed", "issued")

ISSUE_LEDGER = Table(
    "issue_ledger",
    "问题台账",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("issue_id",),
    (
        text("issue_id", "问题编号", required=True, pattern="I[0-9a-f]{12}"),
        text("category", "问题类别", required=True, one_of=ISSUE_CATEGORIES),
        text("label", "类别名称", required=True),
        text("state", "状态", required=True, one_of=ISSUE_STATES),
        text("state_label", "状态名称", required=True),
        text("case_ref", "所依事项", "比对编号、查处编号，或者学校与专项行动", required=True),
        text("school_id", "学校标识码"),
        text("area", "区划代码"),
        day("found_on", "发现日期", required=True),
        text("licence", "证照情况"),
        text("variant", "隐形变异类型"),
        text("source", "线索来源", "渠道代码，不记举报人"),
        text("source_label", "来源名称"),
        text("department", "责任部门", required=True),
        text("sentence", "说明", "待核实的事写明所依记录；不写姓名"),
    ),
    "每个已查明的问题一行，由各表与台账得出；依据撤销的自动作废。不含任何人的姓名。",
)

RECTIFICATION_LEDGER = Table(
    "rectification_ledger",
    "整改台账",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("issue_id",),
    (
        text("issue_id", "问题编号", required=True, pattern="I[0-9a-f]{12}"),
        text("state", "状态", required=True, one_of=ISSUE_STATES),
        text("measure", "整改措施", required=True),
        day("due", "整改时限", required=True),
        text("department", "责任部门", required=True),
        text("person", "责任人", "职务或者代号，不写姓名", required=True),
        text("assigned_by", "登记人", required=True),
        day("closed_on", "销号日期"),
        text("proof", "销号依据"),
        text("closed_by", "销号人"),
        whole("rechecks", "回头看次数", required=True, minimum=0),
        text("finding", "最近一次回头看所见"),
        flag("overdue", "逾期", required=True),
        whole("days_left", "剩余天数", "已销号的为空"),
    ),
    "逐项确定的整改措施、时限、责任部门与责任人；整改到位由人销号，回头看发现反弹的重开。",
)

RECHECKS = Table(
    "rechecks",
    "回头看抽查",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("event_id", "place"),
    (
        text("event_id", "台账事件", "抽取的登记", required=True, pattern="E[0-9a-f]{16}"),
        whole("place", "次序", required=True, minimum=1),
        text("issue_id", "问题编号", required=True, pattern="I[0-9a-f]{12}"),
        day("drawn_on", "抽取日期", required=True),
        text("seed", "随机种子", "同一种子和名单总抽出同样的问题", required=True),
        whole("population", "已销号问题数", required=True, minimum=1),
        text("by", "抽取人", required=True),
        day("due", "完成时限", required=True),
        text("result", "结果", required=True, one_of=RECHECK_RESULTS),
    ),
    "从已销号的问题中按种子抽取、可以重演的回头看名单。",
)

DUE_ITEMS = Table(
    "due_items",
    "期限表",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("kind", "ref"),
    (
        text("kind", "事项", required=True, one_of=DUE_KINDS),
        text("ref", "编号", required=True),
        text("label", "期限", required=True),
        text("waits_for", "等待", "下一步由谁做什么", required=True),
        day("started", "起算日", "自次日起计算；时限由人直接定到某日的为空"),
        day("due", "末日", "节假日安排未公布而不能确定的为空"),
        whole("days_left", "剩余天数", "负数为已过"),
        flag("overdue", "已过", required=True),
        text("basis", "依据", required=True),
    ),
    "所有在走的期限：学校的、本局的、接收单位的。过期不等于承认，只等于该催办或核实。",
)

BULLETINS = Table(
    "bulletins",
    "通报汇总",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("cadence", "start", "period", "measure", "dimension", "value"),
    (
        text("cadence", "通报", required=True, one_of=CADENCES),
        day("start", "起", required=True),
        day("end", "止", required=True),
        text("period", "期间", required=True),
        text("measure", "指标代码", required=True),
        text("label", "指标", required=True),
        text("dimension", "分类", "合计，或者证照情况、隐形变异类型、线索来源、学科类别", required=True),
        text("value", "类别", required=True),
        whole("count", "数量", "不显示的为空", minimum=0),
        flag("hidden", "不显示", "人数太少，显示会推知是谁", required=True),
        number("share", "占上一环节", "漏斗中占上一环节的份额", minimum=0, maximum=1),
        number("share_low", "份额下限", "95% 精确区间", minimum=0, maximum=1),
        number("share_high", "份额上限", "95% 精确区间", minimum=0, maximum=1),
    ),
    "日报、周通报、半月报、季通报与专项总结所用的汇总数；没有人，也不按地区排名。",
    (
        Rule("hidden_has_no_count", "NOT hidden OR count IS NULL", "不显示的没有数量"),
        Rule("share_needs_counts", "share IS NULL OR count IS NOT NULL", "没有数量的没有份额"),
    ),
)

SUPERVISION_ORDERS = Table(
    "supervision_orders",
    "督办通知",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("order_id",),
    (
        text("order_id", "督办编号", required=True, pattern="U[0-9a-f]{12}"),
        text("area", "区划代码", required=True, pattern="[0-9]{6}"),
        text("state", "状态", "proposed=建议，issued=已由人决定下发", required=True, one_of=ORDER_STATES),
        text("recipient_name", "接收单位", required=True),
        whole("issue_count", "问题数", required=True, minimum=1),
        whole("unassigned_count", "未定措施数", "还没有确定整改措施的", required=True, minimum=0),
        whole("overdue_count", "逾期数", "整改已经逾期的", required=True, minimum=0),
        text("sentence", "说明", required=True),
        text("event_id", "台账事件", "决定下发的登记"),
        day("decided_on", "决定日期"),
        text("by", "决定人", "登记决定的人的代号"),
        text("path", "文件", "相对发件箱的路径；建议没有文件"),
        text("sha256", "文件指纹"),
        text("facts", "内容指纹", "文书所说内容的指纹；模板用语、署名、电话的变动不改变它"),
    ),
    "逐地区的督办：达到起点的先列为建议，由人决定后才出通知；只有问题数，没有人，地区之间不比较。",
    (
        Rule(
            "issued_order_was_decided",
            "state <> 'issued' OR (event_id IS NOT NULL AND path IS NOT NULL AND sha256 IS NOT NULL)",
            "已下发的有决定登记和文件",
        ),
    ),
)

BULLETIN_FILES = Table(
    "bulletin_files",
    "通报文件",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("path",),
    (
        text("path", "文件", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "由通报汇总写成的表格。",
)

TABLES = (
    DISCLOSURES,
    CORRECTIONS,
    DISPUTE_ANSWERS,
    ISSUE_LEDGER,
    RECTIFICATION_LEDGER,
    RECHECKS,
    OUTCOMES,
    DUE_ITEMS,
    SUPERVISION_ORDERS,
    BULLETINS,
    BULLETIN_FILES,
)
