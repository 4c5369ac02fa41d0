"""Tables of the casebook: what was handed to whom, what must be put right, and what is due."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Stage, Table, day, text, whole

DOCUMENT_KINDS = ("referral", "notice", "prompt", "pupils", "correction")
CHANGES = ("withdrawn", "replaced")

DISCLOSURES = Table(
    "disclosures",
    "对外提供记录",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("seq",),
    (
        whole("seq", "台账序号", required=True, minimum=1),
        text("event_id", "台账事件", required=True, pattern="E[0-9a-f]{16}"),
        text("document_id", "文书编号", required=True),
        text("kind", "文书种类", required=True, one_of=DOCUMENT_KINDS),
        text("recipient_name", "接收单位", required=True),
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", "存档以此为名", required=True),
        text("links", "所涉比对", "文书提到的比对编号，以顿号分隔"),
        text("fields", "所含项目", "文书中的个人信息项目，以顿号分隔"),
        text("settles", "所更正的文件", "更正函所更正的文件，以顿号分隔"),
        text("basis", "依据", required=True),
        day("on", "送达日期", required=True),
        text("receipt", "送达方式与回执", required=True),
        text("by", "送达人", "送达人的代号", required=True),
    ),
    "谁在何日把哪份文件、哪些项目交给了谁；只由人登记，发件箱里有文件不等于已经送达。",
)

CORRECTIONS = Table(
    "corrections",
    "待更正文书",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("recipient_name", "path"),
    (
        text("recipient_name", "接收单位", required=True),
        text("path", "已送达的文件", required=True),
        text("sha256", "已送达文件的指纹", required=True),
        text("change", "变化", "withdrawn=已撤回，replaced=内容有变", required=True, one_of=CHANGES),
        text("sentence", "说明", required=True),
        text("letter_id", "更正函编号", required=True, pattern="K[0-9a-f]{12}"),
        text("letter_path", "更正函", required=True),
        text("letter_sha256", "更正函指纹", required=True),
    ),
    "手中文书已不正确的每个接收单位及其更正函；从未送达的不需要更正。",
)

TABLES = (DISCLOSURES, CORRECTIONS)
