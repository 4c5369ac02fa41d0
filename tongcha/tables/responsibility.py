"""Tables of the responsibility stage: which school answers for what, and what it may lose."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Stage, Table, day, flag, points, text, whole
from tongcha.tables.linkage import EMPLOYMENT_STATES, LINK_ID

ATTRIBUTION_STATES = ("attributed", "question", "struck")
PUPIL_STATES = ("resolved", "ambiguous", "unknown")

SCHOOL_RESPONSIBILITIES = Table(
    "school_responsibilities",
    "学校责任",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("link_id",),
    (
        text("batch", "批次", required=True),
        LINK_ID,
        text(
            "act_id",
            "行为编号",
            "同一人同一次查处为一个行为，只计一次",
            required=True,
            pattern="A[0-9a-f]{12}",
        ),
        text("person_id", "人员标识", required=True),
        text("raid_id", "查处编号", required=True),
        day("raid_date", "查处日期", required=True),
        text(
            "state",
            "状态",
            "attributed=已定，question=须由人判定，struck=申辩或者申诉成立、不再计入",
            required=True,
            one_of=ATTRIBUTION_STATES,
        ),
        text("school_id", "学校标识码", "不能判定则为空"),
        text("school_name", "学校名称"),
        text("authority", "主管部门"),
        text("employment_state", "查处当日任职", required=True, one_of=EMPLOYMENT_STATES),
        whole("spell_no", "所依任职段"),
        text("chain", "责任链", "学校→主管部门，写明所依的任职段", required=True),
        text("question", "待判定问题", "不再计入的写明所依的登记"),
        text("inspector_id", "责任督学", "查处当日负责该校的督学编号；只说明由谁联系，不认定其有过错"),
        text("inspector_question", "督学待核实", "当日没有或者有多名责任督学时，请督导室核实"),
    ),
    "每条已确认比对对应查处当日的任职学校。",
)

PUPIL_SCHOOLS = Table(
    "pupil_schools",
    "学生归属",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("batch", "raid_id", "pupil_no"),
    (
        text("batch", "批次", required=True),
        text("raid_id", "查处编号", required=True),
        text("pupil_no", "学生序号", required=True),
        text("pupil_key", "去重键", "同校同名同年级的键，加密摘要", required=True),
        text("state", "状态", required=True, one_of=PUPIL_STATES),
        text("school_id", "学校标识码"),
    ),
    "每名学生归到哪所学校；只计数，不含姓名。",
)

SCORE_DEDUCTIONS = Table(
    "score_deductions",
    "扣分项",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("deduction_id",),
    (
        text("deduction_id", "扣分编号", required=True, pattern="D[0-9a-f]{12}"),
        text("school_id", "学校标识码", required=True),
        text("campaign", "专项行动", required=True),
        text("rule", "规则", "policy/deductions.yaml 中的规则名", required=True),
        text("clause", "条款依据", required=True),
        text("case_ref", "所依事项", "比对编号、查处编号，或者准予减免的台账事件", required=True),
        whole("count", "数量", required=True, minimum=1),
        points("points", "扣分", "正数为扣，负数为封顶冲减", required=True),
        text("sum_shown", "算式", required=True),
        text("policy_version", "规则版本", required=True),
    ),
    "逐项扣分，相加即为学校总扣分；每项指向一条规则和一件事。",
)

SCHOOL_NOTICES = Table(
    "school_notices",
    "学校告知书",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("notice_id",),
    (
        text("notice_id", "告知书编号", required=True, pattern="N[0-9a-f]{12}"),
        text("school_id", "学校标识码", required=True),
        text("campaign", "专项行动", required=True),
        points("points", "拟扣分", required=True),
        whole("teacher_count", "教师人次", required=True, minimum=0),
        whole("pupil_count", "学生人数", required=True, minimum=0),
        whole("reply_days", "申辩期限", "自送达次日起算的天数", required=True, minimum=1),
        text("path", "文件", required=True),
        text("sha256", "文件指纹", required=True),
        text("facts", "内容指纹", "文书所说内容的指纹；模板用语、署名、电话的变动不改变它"),
    ),
    "拟扣分告知书，一校一份；学校可以申辩。",
)

SCOREBOARD = Table(
    "scoreboard",
    "督导计分",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("school_id", "campaign"),
    (
        text("school_id", "学校标识码", required=True),
        text("campaign", "专项行动", required=True),
        text("school_name", "学校名称", required=True),
        text("area", "区划代码"),
        whole("teacher_count", "教师人次", required=True, minimum=0),
        whole("pupil_count", "学生人数", required=True, minimum=0),
        points("points", "拟扣分", required=True),
        points("capped_points", "封顶冲减", required=True),
    ),
    "每校一行，与扣分项逐项对得上；不排名。",
)

NOTICE_STEPS = Table(
    "notice_steps",
    "告知书步骤",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("notice_id", "seq"),
    (
        text("notice_id", "告知书编号", required=True, pattern="N[0-9a-f]{12}"),
        whole("seq", "台账序号", required=True, minimum=1),
        text("event_id", "台账事件", required=True),
        text("step", "步骤", required=True),
        day("on", "日期", required=True),
        text("by", "登记人", "登记此步骤的人的代号", required=True),
    ),
    "人在台账中登记的送达、申辩、决定、复核、申诉等步骤。",
)

NOTICE_STATES = Table(
    "notice_states",
    "告知书状态",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("notice_id",),
    (
        text("notice_id", "告知书编号", required=True),
        text("state", "状态代码", required=True),
        text("label", "状态", required=True),
        day("since", "自"),
        text("clock", "正在计算的期限"),
        day("started", "起算日", "自次日起计算"),
        day("due", "期限末日", "节假日安排未公布而不能确定的为空"),
        whole("days_left", "剩余天数", "负数为已过"),
        flag("overdue", "本局逾期", required=True),
        text("waits_for", "等待", "下一步由谁做什么", required=True),
        text("basis", "期限与依据"),
    ),
    "每份告知书现在处于哪一步、哪个期限在走、该谁办理。",
)

MEASURE_PROPOSALS = Table(
    "measure_proposals",
    "措施建议",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("proposal_id",),
    (
        text("proposal_id", "建议编号", required=True, pattern="M[0-9a-f]{12}"),
        text("school_id", "学校标识码", required=True),
        text("campaign", "专项行动", required=True),
        text("measure", "建议措施", required=True),
        text("clause", "条款依据", required=True),
        points("points", "现有扣分", required=True),
        points("threshold", "起点分值", required=True),
        text("sentence", "说明", required=True),
    ),
    "达到起点分值的措施建议；只是建议，由人决定，系统不据此办理。",
)

WORK_PROMPTS = Table(
    "work_prompts",
    "工作提示",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("prompt_id",),
    (
        text("prompt_id", "提示编号", required=True, pattern="Q[0-9a-f]{12}"),
        text("school_id", "学校标识码", required=True),
        text("campaign", "专项行动", required=True),
        whole("pupil_count", "学生人数", required=True, minimum=1),
        text("path", "文件", required=True),
        text("sha256", "文件指纹", required=True),
        text("facts", "内容指纹", "文书所说内容的指纹；模板用语、署名、电话的变动不改变它"),
    ),
    "扣分之前先请学校自行核实的书面提示，一校一份；只写人数。",
)

PUPIL_LISTS = Table(
    "pupil_lists",
    "本校学生名单",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("list_id",),
    (
        text("list_id", "名单编号", required=True, pattern="S[0-9a-f]{12}"),
        text("school_id", "学校标识码", required=True),
        whole("pupil_count", "学生人数", required=True, minimum=1),
        day("destroy_by", "销毁期限", required=True),
        text("path", "文件", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "通报给学生本校的名单，默认不出具；到期的文件由系统删除，表中只列现存的。",
)

SCOREBOARD_FILES = Table(
    "scoreboard_files",
    "督导计分文件",
    Stage.RESPONSIBILITY,
    Partition.WHOLE,
    ("path",),
    (
        text("path", "文件", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "督导计分的表格与图，供督导室内部使用。",
)

TABLES = (
    SCHOOL_RESPONSIBILITIES,
    PUPIL_SCHOOLS,
    SCORE_DEDUCTIONS,
    SCHOOL_NOTICES,
    SCOREBOARD,
    NOTICE_STEPS,
    NOTICE_STATES,
    MEASURE_PROPOSALS,
    WORK_PROMPTS,
    PUPIL_LISTS,
    SCOREBOARD_FILES,
)
