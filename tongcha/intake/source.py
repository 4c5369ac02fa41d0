"""The lawful source of a batch: without purpose, basis, agreement and expiry nothing is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tongcha.errors import SourceError
from tongcha.tables.intake import BATCH_KINDS
from tongcha.yaml_files import MisfitError, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "source.yaml"
MAX_BYTES: Final = 65536
ON_SITE, FILED = BATCH_KINDS
LABELS: Final = {
    "purpose": "使用目的",
    "legal_basis": "法律依据",
    "agreement_id": "数据共享协议编号",
    "expires_on": "有效期至",
    "impact_assessment_id": "个人信息保护影响评估编号",
}


@dataclass(frozen=True, slots=True)
class Source:
    """What `source.yaml` says (PIPL 6, 13, 55: purpose, basis, impact assessment).

    Attributes:
        purpose: what the data may be used for.
        legal_basis: the clause that allows it.
        agreement_id: number of the sharing agreement.
        expires_on: last day on which the batch may be processed.
        impact_assessment_id: number of the impact assessment.
        kind: a raid, or the sweep of filed staff (清查兼职), which no police check stands behind.
    """

    purpose: str
    legal_basis: str
    agreement_id: str
    expires_on: dt.date
    impact_assessment_id: str
    kind: str = ON_SITE

    @property
    def is_filed(self) -> bool:
        """Whether the batch is a list that firms filed, and not what was met on the spot."""
        return self.kind == FILED


def read_source(folder: Path, *, today: dt.date) -> Source:
    """Read a batch's `source.yaml`.

    Args:
        folder: the batch's folder.
        today: the day of processing.

    Raises:
        SourceError: missing, unreadable, incomplete, expired, or of a kind that nobody knows.
    """
    culprit = f"批次 {folder.name} 的 {FILE}"
    path = folder / FILE
    if not path.is_file():
        raise SourceError(culprit, "文件不存在，批次没有合法来源说明", "按模板补上后再报送")
    values = _read_values(path, culprit)
    missing = [label for key, label in LABELS.items() if not str(values.get(key) or "").strip()]
    if missing:
        raise SourceError(culprit, f"缺少{'、'.join(missing)}", "补全后再报送")
    expires_on = _read_day(values["expires_on"], culprit)
    if expires_on < today:
        raise SourceError(culprit, f"已于 {expires_on} 到期", "续签协议并更新有效期，或停止使用该批次")
    kind = str(values.get("kind") or ON_SITE).strip()
    if kind not in BATCH_KINDS:
        raise SourceError(
            culprit, "批次种类 kind 不认识", f"只能是：{'、'.join(BATCH_KINDS)}；不写为{ON_SITE}"
        )
    texts = {key: str(values[key]).strip() for key in LABELS if key != "expires_on"}
    return Source(**texts, expires_on=expires_on, kind=kind)


def _read_values(path: Path, culprit: str) -> dict[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(culprit, "文件过大", "按模板重新填写")
        values = read_yaml(path)
    except MisfitError as misfit:
        raise SourceError(
            misfit.name_culprit(culprit), misfit.rule, "按模板用 UTF-8 编码重新填写"
        ) from misfit
    if not isinstance(values, dict):
        raise SourceError(culprit, "不是“键：值”的格式", "按模板重新填写")
    return values


def _read_day(value: object, culprit: str) -> dt.date:
    try:
        return value if type(value) is dt.date else dt.date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise SourceError(culprit, "“有效期至”不是日期", "写成 2027-12-31 的样式") from error
