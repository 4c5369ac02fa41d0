"""Re-estimate m from pairs that the ID number alone verifies, and show what adopting it would change.

No training inside a run: this gives a proposal, and people change `policy/linkage.yaml` or don't. A number
that was taken down in full, passes its check digit and is on record once verifies a pair; how often the
other fields agree on such pairs is their m (knowledge: no expectation maximisation is needed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tongcha.linkage.estimation.estimates import OTHERS, adopt_estimates, estimate_levels, list_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tongcha.policy.calibration import CalibrationPolicy
    from tongcha.policy.linkage import LinkagePolicy

    Relink = Callable[[LinkagePolicy], pl.DataFrame]
    """policy → what the engine would decide of every batch (`relink_batch`, one below the other)"""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A proposal.

    Attributes:
        pairs: pairs that it was estimated on.
        proposed: the policy with m re-estimated.
        changes: field, level, old, new, pairs, low, high, path per m that moves.
        decisions: link_id, before, after per candidate link whose decision would change.
    """

    pairs: int
    proposed: LinkagePolicy
    changes: pl.DataFrame
    decisions: pl.DataFrame


def calibrate(relink: Relink, policy: LinkagePolicy, rules: CalibrationPolicy) -> Calibration:
    """Estimate m from the ID-verified pairs of all batches; change nothing.

    Args:
        relink: what the engine would decide under a policy.
        policy: the policy in force.
        rules: how much evidence a proposal needs.
    """
    linked = relink(policy)
    exact = linked.filter(pl.col("id_number") == "exact")
    verified = exact.filter(pl.len().over("batch", "identity_id") == 1).with_columns(weight=pl.lit(1.0))
    return propose_policy(estimate_levels(verified, policy, rules, OTHERS), linked, relink, policy)


def propose_policy(
    estimates: pl.DataFrame, linked: pl.DataFrame, relink: Relink, policy: LinkagePolicy
) -> Calibration:
    """Return the policy that estimates lead to, and whose decision it would change.

    Args:
        estimates: from `estimate_levels`.
        linked: what the engine decides under the policy in force.
        relink: what the engine would decide under a policy.
        policy: the policy in force.
    """
    proposed = adopt_estimates(policy, estimates)
    pairs = round(max(estimates["pairs"], default=0.0))
    return Calibration(pairs, proposed, list_changes(estimates), compare_decisions(linked, relink(proposed)))


def compare_decisions(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return link_id, before, after of each link that two runs decide differently, sorted.

    A link that is among the candidates kept by only one of them counts as `none` in the other.
    """
    one, other = (frame.select("link_id", "decision") for frame in (before, after))
    both = one.join(other, on="link_id", how="full", suffix="_after", coalesce=True).fill_null("none")
    return (
        both.filter(pl.col("decision") != pl.col("decision_after"))
        .select("link_id", before="decision", after="decision_after")
        .sort("link_id")
    )


def show_changes(changes: pl.DataFrame) -> list[str]:
    """Return how many m move and each of them, as lines in Chinese."""
    if changes.is_empty():
        return [
            "不建议调整任何数：各项的有效对数不足（policy/calibration.yaml 的 least_pairs），或变动太小。"
        ]
    return [
        f"建议调整 {changes.height} 个数：",
        *(_show_change(row) for row in changes.iter_rows(named=True)),
    ]


def _show_change(row: Mapping[str, Any]) -> str:
    return (
        f"  {row['field']}.{row['level']}：{row['old']:.5f} → {row['new']:.5f}"
        f"（{np.log2(row['new'] / row['old']):+.2f} 比特；有效 {row['pairs']:.0f} 对，"
        f"所见份额 95% 区间 {row['low']:.3f} 至 {row['high']:.3f}）"
    )


def show_decisions(decisions: pl.DataFrame) -> list[str]:
    """Return how many decisions would change from what to what, as lines in Chinese."""
    counted = decisions.group_by("before", "after").len().sort("before", "after")
    lines = [f"  {before} → {after}：{count} 条" for before, after, count in counted.iter_rows()]
    return [f"若采纳，{decisions.height} 条候选比对的机器建议会改变{'：' if lines else '。'}", *lines]


def show_calibration(calibration: Calibration) -> list[str]:
    """Return the proposal as lines in Chinese: every m that moves, and the decisions that would change."""
    head = f"证件号核验过的比对 {calibration.pairs} 条。以下只是建议，未作任何改动。"
    return [head, *show_changes(calibration.changes), *show_decisions(calibration.decisions)]
