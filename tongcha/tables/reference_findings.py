"""Tables of the reference stage: what was turned away, what contradicts, what changed."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Stage, Table, text, whole
from tongcha.tables.shared_columns import FILE_COLUMNS, REJECTED_COLUMNS, ROWS_ADD_UP, SNAPSHOT

REJECTED_REFERENCE_ROWS = Table(
    "rejected_reference_rows",
    "参照数据退回行",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("file", "sheet", "row", "column", "rule"),
    (SNAPSHOT, *REJECTED_COLUMNS),
    "参照数据中没有收下的每一行及原因。",
)
REFERENCE_FILES = Table(
    "reference_files",
    "参照文件清单",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("file", "sheet", "table"),
    (SNAPSHOT, *FILE_COLUMNS),
    "本快照读过的每个文件（工作表）与行数对账。",
    (ROWS_ADD_UP,),
)

FINDING_KINDS = (
    "listed_elsewhere",
    "left_but_listed",
    "listed_twice",
    "possibly_same",
    "same_person",
    "one_number_two_names",
    "number_disagrees",
)
STAFF_FINDINGS = Table(
    "staff_findings",
    "名册与登记疑点",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("kind", "subject_id"),
    (
        SNAPSHOT,
        text("kind", "疑点", required=True, one_of=FINDING_KINDS),
        text("subject_id", "所涉记录", "教师编号，或 名册编号#行号", required=True),
        text("teacher_id", "教师编号", required=True),
        text("other_teacher_id", "另一登记"),
        text("list_id", "名册编号"),
        whole("row_no", "名册行号"),
        text("listed_school_id", "名册学校"),
        text("registered_school_id", "登记学校"),
        text("finding", "说明", "一句话；是数据质量问题，不是过错", required=True),
    ),
    "教师库与名册相互矛盾之处，供主管部门核对数据；不作为任何人的过错。",
)
CHANGES = ("joined", "left", "moved", "renamed", "id_corrected")
SNAPSHOT_CHANGES = Table(
    "snapshot_changes",
    "快照变化",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("teacher_id", "change"),
    (
        SNAPSHOT,
        text("previous_snapshot", "上一快照", required=True),
        text("teacher_id", "教师编号", required=True),
        text("change", "变化", required=True, one_of=CHANGES),
        text("old_school_id", "原学校"),
        text("new_school_id", "现学校"),
        text("finding", "说明", required=True),
    ),
    "与上一快照相比：新增、减少、调动、更名、证件号更正。",
)

REFERENCE_REJECTION_SHEETS = Table(
    "reference_rejection_sheets",
    "参照数据退回单",
    Stage.REFERENCE,
    Partition.SNAPSHOT,
    ("path",),
    (
        SNAPSHOT,
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "按来源文件写出的退回单，标明哪一格、为什么，可直接发还学校或主管部门。",
)
