"""The lists inside a referral package, as rows of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.masks import number_same
from tongcha.documents.sheets import Sheet
from tongcha.tables.referral import NOT_SEARCHED

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_A_FINDING: Final = "比对一致不等于违规事实成立。本表只是线索，须由接收单位查证并听取本人陈述申辩。"
FIELD_LABELS: Final = {
    "name": ("姓名", 12.0),
    "sex": ("性别", 6.0),
    "id_number": ("证件号码", 24.0),
    "phone": ("手机号", 16.0),
    "teacher_id": ("教师编号", 18.0),
    "school": ("当日任职学校", 30.0),
    "post": ("职务", 14.0),
    "party_member": ("政治面貌", 14.0),
}
_EVIDENCE: Final = ("referral_id", "field", "effect", "sentence")
_NOT_OF_THE_PERSON: Final = ("先验", "竞争候选")
"""Evidence rows about the crowd (how many people there are, who else comes close), not about this person."""


def list_clues(clues: pl.DataFrame) -> Sheet:
    """Return the clue list: one row per referral, the name reduced to 张某."""
    shown = clues.with_columns(masked=pl.Series(number_same(clues["name"].to_list()), dtype=pl.String))
    columns = (
        ("线索编号", 15.0, "referral_id"), ("姓名", 9.0, "masked"), ("当日任职学校", 18.0, "school"),
        ("查处编号", 12.0, "raid_id"), ("查处日期", 12.0, "raid_date"), ("场所地址", 20.0, "address"),
        ("证照情况", 10.0, "licence"), ("学科类别", 10.0, "subject_type"),
        ("行为类型（待查证）", 20.0, "conduct"), ("身份怎样取得", 14.0, "taken"),
        ("证据等级", 9.0, "evidence_grade"),
        ("复核签字人", 11.0, "signed_by"), ("有利事实数", 11.0, "exculpatory_count"),
    )  # fmt: skip
    return Sheet(
        "线索清单",
        "附件1　线索清单",
        NOT_A_FINDING,
        tuple((label, width) for label, width, _ in columns),
        _as_text(shown, [name for *_, name in columns]),
    )


def list_evidence(clues: pl.DataFrame, evidence: pl.DataFrame) -> Sheet:
    """Return what speaks for and against the identity, as sentences without weights."""
    rows = (
        clues.select("order", "referral_id", "link_id")
        .join(evidence.filter(pl.col("field").is_in(_NOT_OF_THE_PERSON).not_()), on="link_id")
        .with_columns(
            effect=pl.when(pl.col("bits") > 0).then(pl.lit("支持"))
            .when(pl.col("bits") < 0).then(pl.lit("反对")).otherwise(pl.lit("无作用"))
        )
        .sort("order", "seq")
    )  # fmt: skip
    rows = pl.concat([rows.select(_EVIDENCE), list_recordings(clues)])
    columns = (("线索编号", 17.0), ("证据项", 14.0), ("作用", 8.0), ("说明", 70.0))
    return Sheet(
        "身份证据",
        "附件1　线索清单：身份比对的证据（支持与反对）",
        "只说明此人是谁，不说明其做了什么；比对一致不等于违规事实成立。",
        columns,
        _as_text(rows, list(_EVIDENCE)),
    )


def list_recordings(clues: pl.DataFrame) -> pl.DataFrame:
    """Return a row per clue whose site has a recording: number and fingerprint, never the recording."""
    known = pl.coalesce("recorder_sha256", pl.lit("未登记"))
    text = "执法记录文件 {}（指纹 {}），由执法单位保管，可凭编号调阅"
    return (
        clues.drop_nulls("recorder_file")
        .sort("order")
        .select(
            "referral_id",
            field=pl.lit("执法记录"),
            effect=pl.lit("可调阅"),
            sentence=pl.format(text, "recorder_file", known),
        )
    )


def list_facts(clues: pl.DataFrame, findings: pl.DataFrame, *, shows_origin: bool) -> Sheet:
    """Return the exculpatory facts; the record they come from only where the recipient may see it."""
    rows = (
        clues.select("order", "referral_id", "link_id").join(findings, on="link_id").sort("order", "finding")
    )
    columns = [("线索编号", 17.0, "referral_id"), ("有利事实", 70.0, "sentence")]
    if shows_origin:
        columns.append(("出处", 36.0, "origin"))
    return Sheet(
        "有利事实",
        "附件1　线索清单：对当事人有利的事实",
        f"请一并核查。{NOT_SEARCHED}等我局没有数据，未能查找。",
        tuple((label, width) for label, width, _ in columns),
        _as_text(rows, [name for *_, name in columns]),
    )


def list_identities(clues: pl.DataFrame, fields: Sequence[str]) -> Sheet:
    """Return the attachment: exactly the fields that the policy grants this recipient."""
    columns = (("线索编号", 17.0), *(FIELD_LABELS[name] for name in fields))
    return Sheet(
        "人员身份",
        "附件2　人员身份附件",
        f"{NOT_A_FINDING}含个人信息，只限办理本线索的经办人使用，不得复制扩散。",
        columns,
        _as_text(clues, ["referral_id", *fields]),
    )


def _as_text(frame: pl.DataFrame, names: list[str]) -> list[list[str]]:
    texts = frame.select(pl.col(name).cast(pl.String).fill_null("—") for name in names)
    return [list(row) for row in texts.iter_rows()]
