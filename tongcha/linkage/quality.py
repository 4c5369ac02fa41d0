"""Quality of one batch's linkage in figures that stand on page one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def measure_quality(
    candidates: pl.DataFrame, identities: pl.DataFrame, dropped: Mapping[str, int], batch: str
) -> pl.DataFrame:
    """Return table `link_quality`: counts, shares and what the frequency caps left out."""
    met = max(identities.height, 1)
    best = candidates.filter(pl.col("rank") == 1)
    none = identities.filter(
        pl.col("name_form").is_in(["none", "surname"])
        & pl.col("id_clean").is_null()
        & pl.col("phone_clean").is_null()
    )
    rows: list[tuple[str, str, float, str]] = [
        ("identities", "现场人员数", float(identities.height), ""),
        ("candidates_per_identity", "人均候选数", candidates.height / met, ""),
        *(
            (f"decision_{decision}", label, float((best["decision"] == decision).sum()), "")
            for decision, label in (("accept", "建议确认"), ("review", "须两人复核"), ("none", "不进入复核"))
        ),
        ("unmatchable_share", "无法比对的份额", none.height / met, "没有全名、证件号和手机号的人员所占份额"),
        ("keys_dropped", "过于常见而未用的键", float(sum(dropped.values())), ""),
    ]
    return pl.DataFrame(rows, ["measure", "label", "value", "note"], orient="row").with_columns(
        batch=pl.lit(batch), low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64)
    )
