"""Tables of the reference stage: who is a teacher, where and since when, by dated snapshot."""

from __future__ import annotations

from tongcha.tables.contract import (
    Partition,
    Rule,
    Sensitivity,
    Stage,
    Table,
    day,
    flag,
    text,
    whole,
)
from tongcha.tables.reference_findings import (
    REFERENCE_FILES,
    REFERENCE_REJECTION_SHEETS,
    REJECTED_REFERENCE_ROWS,
    SNAPSHOT_CHANGES,
    STAFF_FINDINGS,
)
from tongcha.tables.shared_columns import (
    AREA_FORM,
    PERSON_NUMBER,
    PROVENANCE,
    SNAPSHOT,
    refuse_person_as_number,
)

PERSONAL, SENSITIVE = Sensitivity.PERSONAL, Sensitivity.SENSITIVE

SCHOOL_ID = text("school_id", "学校标识码", required=True)

TEACHERS = Table(
    "teachers",
    "在职教师库",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("teacher_id",),
    (
        SNAPSHOT,
        text("teacher_id", "教师编号", required=True),
        text("name", "姓名", sensitivity=PERSONAL, required=True),
        text("former_name", "曾用名", sensitivity=PERSONAL),
        text("sex", "性别", one_of=("男", "女"), sensitivity=PERSONAL),
        day("birth_date", "出生日期", sensitivity=PERSONAL),
        text("id_number", "证件号码", sensitivity=SENSITIVE),
        text("phone", "手机号", sensitivity=SENSITIVE),
        text("ethnicity", "民族", sensitivity=PERSONAL),
        text("subject", "任教学科"),
        SCHOOL_ID,
        text("area", "区划代码", AREA_FORM, pattern="[0-9]{6}"),
        text("staff_type", "人员类别", "在编、编外、代课、借调等"),
        day("hire_date", "入职日期", sensitivity=PERSONAL),
        text("status", "登记状态", "登记的当前状态；是否在职以查处当日的任职经历为准"),
        text("party_member", "政治面貌", sensitivity=PERSONAL),
        text("post", "职务"),
        *PROVENANCE,
    ),
    "教师库快照，一条登记一行；同一人可能有两条登记。",
    (refuse_person_as_number("teacher_id", "教师编号"),),
)

EMPLOYMENT = Table(
    "employment",
    "任职经历",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("teacher_id", "spell_no"),
    (
        SNAPSHOT,
        text("teacher_id", "教师编号", required=True),
        whole("spell_no", "经历序号", required=True, minimum=1),
        SCHOOL_ID,
        day("start", "起始日期", "只写到月或年的，为其第一日", required=True),
        day("start_latest", "起始最晚日期", "起始只写到月或年的，为其最后一日；写明日期的为空"),
        day(
            "end",
            "终止日期",
            "空为至今；终止当日不再任职，但次日即起下一段的，当日仍算本段；只写到月或年的，为其第一日",
        ),
        day("end_latest", "终止最晚日期", "终止只写到月或年的，为其后的第一日；写明日期的为空"),
        text("staff_type", "人员类别"),
        text("end_reason", "终止原因", "调动、退休、辞职、借调期满等"),
        *PROVENANCE,
    ),
    "每人每段任职一行；倒查学校以查处当日所在的一段为准。",
    (
        Rule(
            "spell_ends_after_it_starts",
            'coalesce(end_latest, "end") IS NULL OR coalesce(end_latest, "end") >= "start"',
            "终止日期不早于起始日期",
        ),
    ),
)

SCHOOLS = Table(
    "schools",
    "学校名录",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("school_id",),
    (
        SNAPSHOT,
        SCHOOL_ID,
        text("name", "学校名称", required=True),
        text("former_name", "曾用名"),
        text("aliases", "别名", "以顿号分隔"),
        text("campuses", "校区", "以顿号分隔"),
        text("area", "区划代码", AREA_FORM, required=True, pattern="[0-9]{6}"),
        text("city", "所在市"),
        text("stage", "学段"),
        text("ownership", "办学性质", one_of=("公办", "民办")),
        text("authority", "主管部门"),
        *PROVENANCE,
    ),
    "学校名录，一校一行。",
)

STAFF_ENTRIES = Table(
    "staff_entries",
    "教职工名册",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("list_id", "row_no"),
    (
        SNAPSHOT,
        text("list_id", "名册编号", required=True),
        whole("row_no", "名册行号", required=True, minimum=1),
        text("school_written", "学校名称", "名册上的写法"),
        text("school_id", "学校标识码", "由写法解析；解析不定则为空"),
        text("area", "区划代码"),
        text("name", "姓名", sensitivity=PERSONAL, required=True),
        text("sex", "性别", one_of=("男", "女"), sensitivity=PERSONAL),
        text("id_tail", "证件后四位", sensitivity=SENSITIVE),
        text("subject", "任教学科"),
        text("phone", "手机号", sensitivity=SENSITIVE),
        text("staff_type", "人员类别"),
        text("teacher_id", "教师编号", "与教师库对上的登记；空为仅在名册"),
        *PROVENANCE,
    ),
    "各校报送名册，一人一行。",
)

LISTINGS = ("白名单", "黑名单")

INSPECTORS = Table(
    "inspectors",
    "责任督学",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("school_id", "inspector_id", "start"),
    (
        SNAPSHOT,
        SCHOOL_ID,
        text("inspector_id", "督学编号", "挂牌公示的编号", required=True, pattern="[A-Za-z0-9_-]{1,40}"),
        text("name", "姓名", sensitivity=PERSONAL),
        day("start", "起始日期", required=True),
        day("end", "终止日期", "空为至今；终止当日不再负责"),
        *PROVENANCE,
    ),
    "每所学校的责任督学与起止日期；只说明由谁联系督导，不认定其有过错。",
    (Rule("inspection_ends_after_it_starts", '"end" IS NULL OR "end" >= "start"', "终止日期不早于起始日期"),),
)

INSTITUTIONS = Table(
    "institutions",
    "机构名单",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("institution_id", "listing", "start"),
    (
        SNAPSHOT,
        text("institution_id", "机构编号", "统一社会信用代码；没有的写办学许可证号", required=True),
        text("institution_name", "机构名称", "全称", required=True),
        text("licence_no", "办学许可证号"),
        text("area", "区划代码", AREA_FORM, pattern="[0-9]{6}"),
        text("listing", "名单", "白名单、黑名单", required=True, one_of=LISTINGS),
        day("start", "列入日期", required=True),
        day("end", "移出日期", "空为仍在名单；移出当日不再列入"),
        *PROVENANCE,
    ),
    "校外培训机构黑白名单，只列机构，不列人；以查处当日是否在名单为准。",
    (
        Rule("listing_ends_after_it_starts", '"end" IS NULL OR "end" >= "start"', "移出日期不早于列入日期"),
        Rule(
            "institution_is_no_person",
            f"NOT regexp_full_match(institution_id, '{PERSON_NUMBER}')",
            "“机构编号”不能是身份证号码的样式：名单只列机构，不列人",
            "institution_id",
        ),
        Rule(
            "institution_has_a_full_name",
            "length(institution_name) >= 5 AND NOT regexp_matches(institution_name, '[·•]')",
            "“机构名称”须为机构全称（五字以上）：名单只列机构，不列人",
            "institution_name",
        ),
    ),
)

PEOPLE = Table(
    "people",
    "比对库",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("person_id",),
    (
        SNAPSHOT,
        text("person_id", "人员标识", "教师库为教师编号，仅在名册者为 名册编号#行号", required=True),
        text("origin", "来源", required=True, one_of=("registry", "staff_list")),
        text("teacher_id", "教师编号", "仅在名册者为空"),
        text("same_person_as", "同一人登记", "重复登记时指向保留的教师编号"),
        text("name", "姓名", sensitivity=PERSONAL, required=True),
        text("former_name", "曾用名", sensitivity=PERSONAL),
        text("sex", "性别", one_of=("男", "女"), sensitivity=PERSONAL),
        day("birth_date", "出生日期", sensitivity=PERSONAL),
        text("id_number", "证件号码", sensitivity=SENSITIVE),
        text("id_tail", "证件后四位", "仅在名册者才有", sensitivity=SENSITIVE),
        text("phone", "手机号", sensitivity=SENSITIVE),
        text("ethnicity", "民族", sensitivity=PERSONAL),
        text("subject", "任教学科"),
        text("school_id", "学校标识码"),
        text("area", "区划代码"),
        text("staff_type", "人员类别"),
        day("hire_date", "入职日期", sensitivity=PERSONAL),
        text("status", "登记状态"),
        text("party_member", "政治面貌", sensitivity=PERSONAL),
        text("post", "职务"),
        flag("is_current", "名册在列", "某校最新名册上有此人"),
    ),
    "教师库全部登记，加上只在学校名册上出现的人。",
)

READ_TABLES = (
    TEACHERS,
    EMPLOYMENT,
    SCHOOLS,
    STAFF_ENTRIES,
    INSPECTORS,
    INSTITUTIONS,
    PEOPLE,
    STAFF_FINDINGS,
    SNAPSHOT_CHANGES,
    REJECTED_REFERENCE_ROWS,
    REFERENCE_FILES,
)
"""What one reading of a snapshot gives; the rest is made from it."""

TABLES = (*READ_TABLES, REFERENCE_REJECTION_SHEETS)
