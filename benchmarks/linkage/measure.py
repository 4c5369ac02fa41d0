"""How good a linker's answer is: best F1, recall at high precision, and slices by kind of error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures over all identities whose person is in the registry, however little they gave.

    Attributes:
        linkable: identities whose person is in the registry.
        f1: best F1 over all thresholds.
        precision: precision there.
        recall: recall there.
        recall_999: recall at a precision of at least .999.
        recall_9999: recall at a precision of at least .9999.
    """

    linkable: int
    f1: float
    precision: float
    recall: float
    recall_999: float
    recall_9999: float


def read_best(links: Path, truth: pl.DataFrame) -> pl.DataFrame:
    """Return the best pair of each identity with whether it is right, surest first."""
    best = pl.read_parquet(links).sort("score", "teacher_id", descending=[True, False])
    best = best.unique("identity_id", keep="first", maintain_order=True)
    known = truth.select(
        "identity_id", "teacher_ids", "category", "error_classes", is_in_service="in_service"
    )
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id")).fill_null(value=False)
    return (
        best.join(known, on="identity_id")
        .with_columns(is_right=right)
        .sort("score", "identity_id", descending=[True, False])
    )


def measure(best: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Walk down the scores and note the best F1 and the recall that high precision leaves."""
    linkable = int(truth["teacher_id"].is_not_null().sum())
    if best.is_empty():
        return Quality(linkable, 0, 0, 0, 0, 0)
    right = best["is_right"].to_numpy()
    ends = np.flatnonzero(np.append(np.diff(best["score"].to_numpy()) != 0, [True]))
    hits = np.cumsum(right)[ends]
    precision, recall = hits / (ends + 1), hits / linkable
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    top = int(f1.argmax())

    def at(least: float) -> float:
        return float(recall[precision >= least].max(initial=0.0))

    return Quality(linkable, float(f1[top]), float(precision[top]), float(recall[top]), at(0.999), at(0.9999))


def slice_errors(best: pl.DataFrame, truth: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Return per kind of error or person: identities, linkable ones, recall, wrong links at a threshold."""
    linked = best.filter(pl.col("score") >= threshold).select("identity_id", "is_right")
    kinds = pl.concat_list("error_classes", "category").list.unique()
    rows = truth.select("identity_id", "teacher_id", kind=kinds).explode("kind")
    joined = rows.join(linked, on="identity_id", how="left")
    linkable = pl.col("teacher_id").is_not_null()
    return (
        joined.group_by("kind")
        .agg(
            identities=pl.len(),
            linkable=linkable.sum(),
            recall=(pl.col("is_right").fill_null(value=False) & linkable).sum() / linkable.sum(),
            wrong=(~pl.col("is_right")).sum(),
        )
        .sort("identities", "kind", descending=[True, False])
    )
