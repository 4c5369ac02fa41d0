"""Tables of papers: what was handed to whom, what of it no longer stands, and what came back."""

from __future__ import annotations

from tongcha.tables.contract import Partition, Stage, Table, day, flag, text, whole
from tongcha.tables.referral import RECIPIENTS, RECIPIENTS_SAY

DOCUMENT_KINDS = ("referral", "notice", "prompt", "pupils", "correction", "answer", "supervision")
CHANGES = ("withdrawn", "replaced", "disputed")
ANSWERS = ("成立", "不成立")
ANSWER_ROLES = ("person", "school", "holder")

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
        text("recipient", "接收单位类别", f"{RECIPIENTS_SAY}；移送包才有", one_of=RECIPIENTS),
        text("recipient_name", "接收单位", required=True),
        text("path", "文件", "相对发件箱的路径", required=True),
        text("sha256", "文件指纹", "存档以此为名", required=True),
        text("facts", "内容指纹", "文书所说内容的指纹；模板用语、署名、电话的变动不改变它"),
        text("links", "所涉比对", "文书提到的比对编号，以顿号分隔"),
        text("numbers", "文书中的编号", "线索编号或者比对编号，以顿号分隔"),
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
        text(
            "change",
            "变化",
            "withdrawn=已撤回，replaced=内容有变，disputed=有异议待核实",
            required=True,
            one_of=CHANGES,
        ),
        text("sentence", "说明", required=True),
        text("letter_id", "更正函编号", required=True, pattern="K[0-9a-f]{12}"),
        text("letter_path", "更正函", required=True),
        text("letter_sha256", "更正函指纹", required=True),
    ),
    "手中文书已不正确的每个接收单位及其更正函；从未送达的不需要更正。",
)

DISPUTE_ANSWERS = Table(
    "dispute_answers",
    "异议答复",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("letter_id",),
    (
        text("letter_id", "告知书编号", required=True, pattern="Y[0-9a-f]{12}"),
        text("event_id", "台账事件", "办结异议的登记", required=True, pattern="E[0-9a-f]{16}"),
        text("link_id", "比对编号", required=True),
        text("answer", "结果", required=True, one_of=ANSWERS),
        text(
            "role",
            "告知谁",
            "person=提出异议的当事人，school=提出异议的学校，holder=曾被请暂停使用文书的单位",
            required=True,
            one_of=ANSWER_ROLES,
        ),
        text("recipient_name", "收件人", "当事人不写姓名", required=True),
        text("numbers", "编号", "收件人所知的编号：线索编号或者比对编号", required=True),
        day("disputed_on", "提出日期", required=True),
        day("resolved_on", "办结日期", required=True),
        day("told_on", "送达日期", "尚未送达的为空"),
        text("path", "文件", "相对发件箱的路径；送达后只存档", required=True),
        text("sha256", "文件指纹", required=True),
    ),
    "异议办结后应当告知的每个人、每个单位：提出异议的，和曾被请暂停使用文书的。从未被请暂停的不告知。",
)

OUTCOMES = Table(
    "outcomes",
    "办理反馈",
    Stage.CASEBOOK,
    Partition.WHOLE,
    ("link_id", "seq"),
    (
        text("link_id", "比对编号", required=True),
        whole("seq", "台账序号", required=True, minimum=1),
        text("event_id", "台账事件", required=True),
        text("outcome", "结果代码", required=True),
        text("label", "结果", required=True),
        flag("clears", "应予澄清", required=True),
        text("recipient_name", "反馈单位", required=True),
        day("on", "反馈日期", required=True),
        text("measure", "处理", "处理种类，不写姓名"),
        text("by", "登记人", required=True),
    ),
    "接收单位反馈的办理结果，包括失实与不能成立的；应予澄清而比对未撤销的会被检查拦下提示。",
)
