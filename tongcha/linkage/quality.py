"""Quality of one batch's linkage in figures that stand on page one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.linkage.estimation.intervals import grouped_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.decoys.drawing import Decoys

Row = tuple[str, str, float, float | None, float | None, str]
DECISIONS: Final = {"accept": "建议确认", "review": "须两人复核", "none": "不进入复核"}
GRADES: Final = ("甲", "乙", "丙", "丁")


def measure_quality(
    candidates: pl.DataFrame,
    identities: pl.DataFrame,
    decoys: pl.DataFrame,
    dropped: Mapping[str, int],
    drawn: Decoys,
) -> pl.DataFrame:
    """Return table `link_quality` without its batch: counts, shares, and the false-link rate by decoys.

    Args:
        candidates: table `candidate_links`.
        identities: table `identities`.
        decoys: decided links of the decoys.
        dropped: keys that the frequency caps left out, by kind.
        drawn: the decoys themselves.
    """
    met = max(identities.height, 1)
    silent = identities.filter(
        pl.col("name_form").is_in(["none", "surname", "perhaps_two"])
        & pl.col("id_clean").is_null()
        & pl.col("phone_clean").is_null()
    )
    rows: list[Row] = [
        _count("identities", "现场人员数", identities.height),
        ("candidates_per_identity", "人均候选数", candidates.height / met, None, None, ""),
        *(_count(f"pairs_{d}", f"{label}的比对数", _number(candidates, d)) for d, label in DECISIONS.items()),
        (
            *("unmatchable_share", "无法比对的份额", silent.height / met, None, None),
            "没有全名、证件号和手机号的人员所占份额",
        ),
        _count("keys_dropped", "过于常见而未用的键", sum(dropped.values())),
        *_measure_decoys(decoys, drawn),
    ]
    schema = ["measure", "label", "value", "low", "high", "note"]
    types = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema, orient="row", schema_overrides=types)


def _count(measure: str, label: str, count: int) -> Row:
    return measure, label, float(count), None, None, ""


def _number(candidates: pl.DataFrame, decision: str) -> int:
    return candidates.filter(pl.col("decision") == decision).height


def _measure_decoys(decoys: pl.DataFrame, drawn: Decoys) -> list[Row]:
    """Rates of false links: share of decoys that reached each decision, and each grade among the accepted."""
    count = len(drawn.template)
    rows = [_count("decoys", "虚构人员数", count)]
    if not count:
        return rows
    reached = {
        f"false_{decision}": (f"虚构人员误入“{DECISIONS[decision]}”的比率", pl.col("decision") == decision)
        for decision in ("accept", "review")
    } | {
        f"false_grade_{place}": (
            f"虚构人员误得“{grade}”级证据并进入复核的比率",
            (pl.col("decision") != "none") & (pl.col("evidence_grade") == grade),
        )
        for place, grade in enumerate(GRADES, start=1)
    }
    note = f"{count} 名不存在的人中误连的份额，区间为 95% 精确置信区间；仿自同一人者相近，区间已相应放宽"
    return rows + [
        (measure, label, *_rate(decoys, drawn, test), note) for measure, (label, test) in reached.items()
    ]


def _rate(decoys: pl.DataFrame, drawn: Decoys, test: pl.Expr) -> tuple[float, float, float]:
    """Share of decoys with a link that passes the test, and its interval."""
    passed = decoys.filter(test)["identity_id"].unique()
    hit = drawn.identities["identity_id"].is_in(passed.implode()).to_numpy()
    return float(hit.mean()), *grouped_interval(hit, drawn.template)
