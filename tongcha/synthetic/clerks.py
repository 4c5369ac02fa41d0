"""What clerks call the columns; each school and each team has its own words (all in policy/intake.yaml)."""

from __future__ import annotations

from typing import Final

SPELL_HEADERS: Final = {
    "teacher_id": "教师号",
    "spell_no": "任职序号",
    "school_id": "学校代码",
    "start": "开始日期",
    "end": "结束日期",
    "staff_type": "编制类别",
    "end_reason": "变动原因",
}
SCHOOL_HEADERS: Final = {
    "school_id": "学校代码",
    "name": "学 校 名 称",
    "former_name": "原校名",
    "aliases": "学校简称",
    "campuses": "校区",
    "area": "行政区划代码",
    "city": "地市",
    "stage": "办学层次",
    "ownership": "办学性质",
    "authority": "主管单位",
}
LIST_HEADERS: Final = (
    {
        "list_id": "名册编号",
        "row_no": "名册行号",
        "school_written": "学校",
        "name": "姓 名",
        "sex": "性别",
        "id_tail": "身份证后四位",
        "subject": "任教学科",
        "phone": "联系电话",
        "staff_type": "人员类别",
    },
    {
        "row_no": "行号",
        "list_id": "名册号",
        "name": "教师姓名",
        "sex": "性 别",
        "subject": "学科",
        "phone": "手机号码",
        "id_tail": "证件后4位",
        "staff_type": "用工形式",
        "school_written": "所在学校",
    },
    {
        "row_no": "名册序号",
        "list_id": "名册编号",
        "school_written": "工作单位",
        "name": "教职工姓名",
        "sex": "性别",
        "subject": "所教学科",
        "staff_type": "编制",
        "phone": "移动电话",
        "id_tail": "身份证号码",
    },
)
SITE_HEADERS: Final = {
    "raid_id": "查处编号",
    "raid_date": "检查日期",
    "address": "场所地点",
    "area": "行政区划",
    "licence": "办学证照",
    "variant": "隐形变异情形",
    "subject_type": "培训类别",
    "team": "执法组",
    "officers": "执法人员证号",
    "source": "线索来源",
}
PERSON_HEADERS: Final = (
    {
        "identity_id": "核验编号",
        "raid_id": "查处编号",
        "raid_date": "核验日期",
        "site_area": "场所区划",
        "capture": "核验方式",
        "checked_by": "民警警号",
        "ground": "核验依据",
        "name": "姓 名",
        "id_number": "身份证号码",
        "phone": "联系电话",
        "sex": "性别",
        "age": "年龄",
        "claimed_school": "自称单位",
        "claimed_subject": "所教学科",
        "role": "现场身份",
    },
    {
        "identity_id": "人员编号",
        "name": "姓名",
        "sex": "性别",
        "age": "年龄\n（周岁）",
        "id_number": "证件号码",
        "capture": "采集方式",
        "phone": "手机号",
        "claimed_school": "自称学校",
        "claimed_subject": "自称学科",
        "role": "现场身份",
        "raid_id": "查处编号",
        "raid_date": "查处日期",
        "site_area": "区划代码",
        "checked_by": "核验民警",
        "ground": "核验依据",
    },
)
PUPIL_HEADERS: Final = {
    "raid_id": "查处编号",
    "pupil_no": "学生编号",
    "name": "学生姓名",
    "school_written": "就读学校",
    "grade": "年级",
}
CAPTURE_WORDS: Final = {"card": "读卡", "typed": "手录", "masked": "遮挡", "last4": "后四位", "oral": "口述"}
WHOLE_NUMBER: Final = frozenset({"身份证号码"})
"""Under such a header the tail stands behind fourteen stars."""
