"""Tables of the intake stage: what was met at a raid, and what had to be turned away."""

from __future__ import annotations

from tongcha.tables.contract import (
    Partition,
    Rule,
    Sensitivity,
    Stage,
    Table,
    day,
    text,
    whole,
)
from tongcha.tables.id_statuses import STATUS_LABELS, STATUSES
from tongcha.tables.shared_columns import (
    AREA_FORM,
    BATCH,
    FILE_COLUMNS,
    PROVENANCE,
    REJECTED_COLUMNS,
    ROWS_ADD_UP,
    refuse_person_as_number,
)

_SAID_OF_STATUSES = "；".join(f"{status}={said}" for status, said in STATUS_LABELS.items())
PERSONAL, SENSITIVE, MINOR = Sensitivity.PERSONAL, Sensitivity.SENSITIVE, Sensitivity.MINOR

CAPTURES = ("card", "typed", "masked", "last4", "oral")
ROLES = ("授课", "举办", "介绍", "其他")
LICENCES = ("有照有证", "有照无证", "无照无证")
UNLICENSED = LICENCES[1:]
"""Without the full licences: what the campaign is about."""
SUBJECT_TYPES = ("学科类", "非学科类", "待鉴定")
BATCH_KINDS = ("现场查处", "清查兼职")
"""A raid, or the sweep of licensed firms' filed staff (003): no police check, so another weight."""
FILED_GROUND = "机构备案名单，没有现场核验"
"""What stands as the ground of every identity of a sweep, before whatever the firm wrote."""
PATROL_RESULTS = ("正常", "发现问题", "未能进入")
CODE = "[A-Za-z0-9_-]{1,40}"
CODE_FORM = "字母、数字、-、_，不超过 40 位"

SITES = Table(
    "sites",
    "查处场所",
    Stage.INTAKE,
    Partition.BATCH,
    ("raid_id",),
    (
        BATCH,
        text("raid_id", "查处编号", CODE_FORM, required=True, pattern=CODE),
        day("raid_date", "查处日期", required=True),
        text("address", "场所地址", sensitivity=PERSONAL),
        text("area", "区划代码", AREA_FORM, pattern="[0-9]{6}"),
        text("licence", "证照情况", one_of=LICENCES),
        text("variant", "隐形变异类型"),
        text("subject_type", "学科类别", one_of=SUBJECT_TYPES),
        text("team", "联合执法组"),
        text("officers", "执法证号", "参加检查的执法人员证号，以顿号分隔", sensitivity=PERSONAL),
        text("source", "线索来源", "只记渠道代码，不记举报人"),
        text(
            "kind",
            "批次种类",
            "由 source.yaml 的 kind 得出；清查兼职是机构备案名单，不是现场查处",
            one_of=BATCH_KINDS,
        ),
        text("institution_id", "机构编号", "统一社会信用代码或者办学许可证号"),
        text("institution_name", "机构名称", "牌匾或者证照上的全称", sensitivity=PERSONAL),
        text("recorder_file", "执法记录文件号", "只记编号，不收音像", pattern="[A-Za-z0-9_.-]{1,80}"),
        text("recorder_sha256", "执法记录指纹", "音像文件的 SHA-256，小写", pattern="[0-9a-f]{64}"),
        *PROVENANCE,
    ),
    "每次查处的场所一行；清查兼职批次为每家备案机构一行。",
    (
        Rule(
            "recorder_fingerprint_has_its_file",
            "recorder_sha256 IS NULL OR recorder_file IS NOT NULL",
            "有执法记录指纹的须写明文件号",
            "recorder_sha256",
        ),
        refuse_person_as_number("raid_id", "查处编号"),
    ),
)

PATROLS = Table(
    "patrols",
    "巡查记录",
    Stage.INTAKE,
    Partition.BATCH,
    ("patrol_id",),
    (
        BATCH,
        text("patrol_id", "巡查编号", "没有的以文件名与行号代替", required=True),
        day("patrol_date", "巡查日期", required=True),
        text("area", "区划代码", AREA_FORM, pattern="[0-9]{6}"),
        text("address", "场所地址", sensitivity=PERSONAL),
        text("institution_id", "机构编号", "统一社会信用代码或者办学许可证号"),
        text("patrolled_by", "巡查人代号", "只写代号，不写姓名", sensitivity=PERSONAL, pattern=CODE),
        text("result", "巡查结果", "正常、发现问题、未能进入", required=True, one_of=PATROL_RESULTS),
        *PROVENANCE,
    ),
    "随查处批次报送的网格巡查记录；与查处结果不一致的只列为待核实的问题，不认定任何人。",
    (
        Rule(
            "patrol_names_a_place",
            "address IS NOT NULL OR institution_id IS NOT NULL",
            "“场所地址”与“机构编号”至少填一项",
        ),
    ),
)

IDENTITIES = Table(
    "identities",
    "现场人员",
    Stage.INTAKE,
    Partition.BATCH,
    ("identity_id",),
    (
        BATCH,
        text("identity_id", "人员编号", CODE_FORM, required=True, pattern=CODE),
        text("raid_id", "查处编号", required=True),
        day("raid_date", "查处日期", required=True),
        text("site_area", "场所区划", AREA_FORM, pattern="[0-9]{6}"),
        text("capture", "采集方式", "读卡、手录、遮挡、后四位、口述", required=True, one_of=CAPTURES),
        text("checked_by", "核验民警", "核验证件的民警警号", sensitivity=PERSONAL),
        text("ground", "核验依据"),
        text("name", "姓名", "原样保留", sensitivity=PERSONAL),
        text("id_number", "证件号码", "原样保留", sensitivity=SENSITIVE),
        text("phone", "手机号", "原样保留", sensitivity=SENSITIVE),
        text("sex", "性别", one_of=("男", "女"), sensitivity=PERSONAL),
        whole("age", "年龄", "周岁", minimum=0, maximum=120, sensitivity=PERSONAL),
        text("claimed_school", "自称学校", sensitivity=PERSONAL),
        text("claimed_subject", "自称学科", sensitivity=PERSONAL),
        text("role", "现场身份", one_of=ROLES),
        text("name_clean", "规整姓名", "去除不可见字符、括注后的姓名", sensitivity=PERSONAL),
        text(
            "name_form",
            "姓名形式",
            "全名、仅姓氏、拉丁字母、疑似两人（不作姓名比对）、无",
            one_of=("full", "surname", "latin", "perhaps_two", "none"),
        ),
        text("id_clean", "规整证件号", "校验通过的 18 位号码或同类证件号", sensitivity=SENSITIVE),
        text("id_status", "证件状态", _SAID_OF_STATUSES, one_of=STATUSES),
        text("phone_clean", "规整手机号", "11 位", sensitivity=SENSITIVE),
        text(
            "digest",
            "去标识摘要",
            "批次办结后未移送人员只留此项：证件号或手机号的加密摘要；其余各项清空",
            pattern="[证机][0-9a-f]{32}|无",
        ),
        *PROVENANCE,
    ),
    "现场登记的每个人一行；多数不是教师。",
    (
        Rule("raid_date_is_not_before_2000", "raid_date >= DATE '2000-01-01'", "查处日期不早于 2000 年"),
        Rule(
            "card_has_number",
            "capture <> 'card' OR id_number IS NOT NULL OR digest IS NOT NULL",
            "读卡采集须有证件号码",
        ),
        Rule(
            "erased_is_empty",
            "digest IS NULL OR coalesce(name, id_number, phone, name_clean, id_clean, phone_clean) IS NULL",
            "办结后删除的人员不留姓名、号码",
        ),
        refuse_person_as_number("identity_id", "人员编号"),
    ),
)

PUPILS = Table(
    "pupils",
    "现场学生",
    Stage.INTAKE,
    Partition.BATCH,
    ("raid_id", "pupil_no"),
    (
        BATCH,
        text("raid_id", "查处编号", required=True),
        text("pupil_no", "学生序号", "只写序号，不写姓名、学籍号", required=True, pattern=CODE),
        text("name", "姓名", sensitivity=MINOR),
        text("school_written", "所在学校", "登记时的写法", sensitivity=MINOR),
        text("grade", "年级", sensitivity=MINOR),
        text("pupil_key", "去重键", "批次办结后姓名、年级删去，只留计数用的加密摘要"),
        *PROVENANCE,
    ),
    "现场登记的学生一人一行；姓名只用于去重与通报本校，不进入教师线索。",
    (refuse_person_as_number("pupil_no", "学生序号"),),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "退回行",
    Stage.INTAKE,
    Partition.BATCH,
    ("file", "sheet", "row", "column", "rule"),
    (BATCH, *REJECTED_COLUMNS),
    "查处材料中没有收下的每一行及原因；什么都不会无声消失。",
)
INTAKE_FILES = Table(
    "intake_files",
    "收件清单",
    Stage.INTAKE,
    Partition.BATCH,
    ("file", "sheet", "table"),
    (BATCH, *FILE_COLUMNS),
    "本批次读过的每个文件（工作表）与行数对账。",
    (ROWS_ADD_UP,),
)

REJECTION_SHEETS = Table(
    "rejection_sheets",
    "退回单",
    Stage.INTAKE,
    Partition.BATCH,
    ("path",),
    (
        BATCH,
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "按来源文件写出的退回单，标明哪一格、为什么；只有存疑的格而没有退回的行时，为核实单。可直接发还报送单位。",
)

READ_TABLES = (SITES, IDENTITIES, PUPILS, PATROLS, REJECTED_ROWS, INTAKE_FILES)
"""What one reading of a batch gives; the rest is made from it."""

TABLES = (*READ_TABLES, REJECTION_SHEETS)
