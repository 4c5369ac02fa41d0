"""Tables of the review stage: what waits for people, what they said, what is confirmed."""

from __future__ import annotations

from tongcha.tables.contract import (
    Partition,
    Sensitivity,
    Stage,
    Table,
    day,
    flag,
    number,
    text,
    whole,
)
from tongcha.tables.linkage import DECISIONS, EMPLOYMENT_STATES, GRADES, LINK_ID
from tongcha.tables.shared_columns import BATCH

ROUNDS = ("一审", "二审", "集体研究")
REVERIFICATION = "复验"
EVERY_ROUND = (*ROUNDS, REVERIFICATION)
VERDICTS = ("same", "different", "unsure")
STANDINGS = ("current", "superseded", "stale", "recused", "retracted")
QUEUE_STATES = ("待一审", "待二审", "待集体研究", "已确认", "已否定", "存疑")

REVIEW_QUEUE = Table(
    "review_queue",
    "复核队列",
    Stage.REVIEW,
    Partition.BATCH,
    ("link_id",),
    (
        BATCH,
        LINK_ID,
        whole("position", "次序", required=True, minimum=1),
        text("decision", "机器建议", required=True, one_of=DECISIONS),
        text("evidence_grade", "证据等级", required=True, one_of=GRADES),
        whole("signatures_needed", "需签字人数", required=True, minimum=1),
        whole("signatures_held", "已签字人数", required=True, minimum=0),
        text("state", "状态", required=True, one_of=QUEUE_STATES),
        flag("reopened", "重开", "证据变化使原判断失效", required=True),
        text("evidence_hash", "证据指纹", required=True),
    ),
    "需要人判断的比对，一条一行；由候选与台账算出。",
)

REVIEW_WORKBOOKS = Table(
    "review_workbooks",
    "复核表文件",
    Stage.REVIEW,
    Partition.BATCH,
    ("path",),
    (
        BATCH,
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "等人填写的复核表，每轮一个文件；没有待办的轮次没有文件。",
)

JUDGEMENTS = Table(
    "judgements",
    "复核判断",
    Stage.REVIEW,
    Partition.BATCH,
    ("event_id",),
    (
        BATCH,
        text("event_id", "台账事件", required=True),
        LINK_ID,
        text("round", "轮次", required=True, one_of=EVERY_ROUND),
        text("reviewer", "复核人", "复核人代号", required=True),
        text("verdict", "结论", required=True, one_of=VERDICTS),
        text("reason", "理由", sensitivity=Sensitivity.PERSONAL),
        text("evidence_hash", "所见证据指纹", required=True),
        day("decided_on", "判断日期", required=True),
        text(
            "standing",
            "效力",
            "current=现行，superseded=被同一人后来的判断取代，stale=所见证据已变，"
            "recused=复核人已回避，retracted=已撤回",
            required=True,
            one_of=STANDINGS,
        ),
        flag("is_current", "现行", "效力为 current", required=True),
    ),
    "台账中对本批次作出的全部判断。",
)

REVIEW_RETURNS = Table(
    "review_returns",
    "回传结果",
    Stage.REVIEW,
    Partition.BATCH,
    ("file", "row"),
    (
        BATCH,
        text("file", "文件", required=True),
        whole("row", "行号", "0 表示整个文件", required=True, minimum=0),
        text("link_id", "比对编号"),
        text("outcome", "处理", required=True, one_of=("recorded", "known", "refused", "blank")),
        text("reason", "原因", required=True),
    ),
    "回传的复核表逐行处理结果；被拒的写明原因。",
)

CONFIRMED_LINKS = Table(
    "confirmed_links",
    "已确认比对",
    Stage.REVIEW,
    Partition.BATCH,
    ("link_id",),
    (
        BATCH,
        LINK_ID,
        text("identity_id", "人员编号", required=True),
        text("raid_id", "查处编号", required=True),
        day("raid_date", "查处日期", required=True),
        text("person_id", "人员标识", required=True),
        text("teacher_id", "教师编号"),
        text("decision", "机器建议", required=True, one_of=DECISIONS),
        text("evidence_grade", "证据等级", required=True, one_of=GRADES),
        text("employment_state", "查处当日任职", required=True, one_of=EMPLOYMENT_STATES),
        text("responsible_school_id", "当日任职学校", required=True),
        whole("spell_no", "所依任职段"),
        text("signed_by", "签字人", "按轮次以顿号分隔的复核人代号", required=True),
        text("judgement_ids", "判断事件", "支持本确认的台账事件，以顿号分隔", required=True),
        day("confirmed_on", "确认日期", required=True),
        text("evidence_hash", "证据指纹", required=True),
    ),
    "通过全部关口、可以对外使用的比对。",
)

WITHHELD_LINKS = Table(
    "withheld_links",
    "暂缓比对",
    Stage.REVIEW,
    Partition.BATCH,
    ("link_id", "requirement"),
    (
        BATCH,
        LINK_ID,
        text("requirement", "关口", "未满足的关口的英文名", required=True),
        text("reason", "缺少什么", required=True),
    ),
    "有人判断为同一人、但还缺关口条件的比对，逐项写明缺什么。",
)

DOSSIERS = Table(
    "dossiers",
    "案卷",
    Stage.REVIEW,
    Partition.BATCH,
    ("link_id",),
    (
        BATCH,
        LINK_ID,
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "每条已确认比对一页案卷：证据、反证、竞争候选、任职、有利事实、出处与未知之处。",
)

REVIEW_QUALITY = Table(
    "review_quality",
    "复核质量",
    Stage.REVIEW,
    Partition.WHOLE,
    ("measure",),
    (
        text("measure", "指标", required=True),
        text("label", "名称", required=True),
        number("value", "数值"),
        number("low", "区间下限"),
        number("high", "区间上限"),
        whole("hits", "命中数", "份额的分子；不是份额的指标为空", minimum=0),
        whole("trials", "总数", "份额的分母；0 表示还没有可数的", minimum=0),
        text("note", "说明"),
    ),
    "复核的质量与负荷：一致程度、各复核人被改判的份额、盲核得出的误移送率与区间、积压与逾期。",
)

TABLES = (
    REVIEW_QUEUE,
    REVIEW_WORKBOOKS,
    JUDGEMENTS,
    REVIEW_RETURNS,
    CONFIRMED_LINKS,
    WITHHELD_LINKS,
    DOSSIERS,
    REVIEW_QUALITY,
)
