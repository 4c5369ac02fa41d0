"""Re-estimate m from pairs that the ID number alone verifies, and show what adopting it would change.

No training inside a run: this prints a proposal, and people change `policy/linkage.yaml` or don't. A number
that was taken down in full, passes its check digit and is on record once verifies a pair; how often the
other fields agree on such pairs is their m (knowledge: no expectation maximisation is needed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.decisions import decide_pairs
from tongcha.linkage.links import list_links
from tongcha.linkage.scoring import score_pairs
from tongcha.linkage.source import PeopleFrame

if TYPE_CHECKING:
    from tongcha.linkage.scoring import Scored
    from tongcha.policy.linkage import LinkagePolicy

NAMED: Final = ("card", "typed")
"""ways of taking an identity whose name ladder ID numbers can verify"""
FIELDS: Final = ("phone", "age", "sex", "area", "school")
CARRIES: Final = 100.0
"""the policy's own value counts as much as this many pairs, so that few pairs can't overturn it"""
LEAST: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Calibration:
    """A proposal.

    Attributes:
        pairs: pairs that the ID number verified.
        proposed: the policy with m re-estimated.
        changes: field, level, old, new per m that moves.
        decisions: identity_id, person_id, before, after per first candidate whose decision would change.
    """

    pairs: int
    proposed: LinkagePolicy
    changes: pl.DataFrame
    decisions: pl.DataFrame


def calibrate(
    identities: pl.DataFrame, people: pl.DataFrame, schools: pl.DataFrame, policy: LinkagePolicy
) -> Calibration:
    """Estimate m from the ID-verified pairs of these tables; change nothing.

    Args:
        identities: table `identities`.
        people: table `people`.
        schools: table `schools`.
        policy: the policy in force.
    """
    identities, schools = identities.sort("identity_id"), schools.sort("school_id")
    source = PeopleFrame(people.sort("person_id"))
    scored = score_pairs(identities, source, schools, policy)
    links = list_links(scored, identities, policy)
    verified = _verify(links, identities)
    proposed = _propose(verified, policy)
    before = _decide(scored, identities, policy)
    after = _decide(score_pairs(identities, source, schools, proposed), identities, proposed)
    changed = before.join(after, on=["identity_id", "person_id"], suffix="_after").filter(
        pl.col("decision") != pl.col("decision_after")
    )
    return Calibration(
        verified.height,
        proposed,
        _list_changes(policy, proposed),
        changed.select("identity_id", "person_id", before="decision", after="decision_after").sort(
            "identity_id"
        ),
    )


def _decide(scored: Scored, identities: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    links = decide_pairs(scored, identities, policy)
    return links.filter(pl.col("rank") == 1).select("identity_id", "person_id", "decision")


def _verify(links: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    same = links.filter(pl.col("id_number") == "exact").with_columns(times=pl.len().over("identity_id"))
    capture = identities.select("identity_id", "capture")
    return same.filter(pl.col("times") == 1).join(capture, on="identity_id")


def _propose(verified: pl.DataFrame, policy: LinkagePolicy) -> LinkagePolicy:
    whole = policy.model_dump()
    for capture in NAMED:
        pairs = verified.filter(pl.col("capture") == capture)
        whole["name"]["m"][capture] = _estimate(
            pairs["name"], whole["name"]["m"][capture], merge="surname_same"
        )
    for field in FIELDS:
        whole[field]["m"] = _estimate(verified[field], whole[field]["m"])
    return type(policy).model_validate(whole)


def _estimate(levels: pl.Series, held: dict[str, float], merge: str = "") -> dict[str, float]:
    """Mix counted shares with the values held so far, as if those came from `CARRIES` pairs."""
    seen = levels.replace({merge: "different"}).value_counts()
    count = dict(zip(seen[levels.name].to_list(), seen["count"].to_list(), strict=True))
    total = sum(count.get(level, 0) for level in held)
    raw = {level: (count.get(level, 0) + CARRIES * m) / (total + CARRIES) for level, m in held.items()}
    return {level: float(np.clip(round(share, 5), LEAST, 1 - LEAST)) for level, share in raw.items()}


def _list_changes(old: LinkagePolicy, new: LinkagePolicy) -> pl.DataFrame:
    before, after = old.model_dump(), new.model_dump()
    rows = [
        (f"name.{capture}", level, before["name"]["m"][capture][level], share)
        for capture in NAMED
        for level, share in after["name"]["m"][capture].items()
    ] + [
        (field, level, before[field]["m"][level], share)
        for field in FIELDS
        for level, share in after[field]["m"].items()
    ]
    frame = pl.DataFrame(rows, ["field", "level", "old", "new"], orient="row")
    return frame.filter((pl.col("old") - pl.col("new")).abs() >= LEAST)


def show_calibration(calibration: Calibration) -> list[str]:
    """Return the proposal as lines in Chinese: every m that moves, and the decisions that would change."""
    lines = [f"以证件号核验过的比对 {calibration.pairs} 条，建议调整如下（未作任何改动）："]
    for field, level, old, new in calibration.changes.iter_rows():
        lines.append(f"  {field}.{level}：{old:.5f} → {new:.5f}（{np.log2(new / old):+.2f} 比特）")
    lines.append(f"若采纳，{calibration.decisions.height} 名现场人员的机器建议会改变：")
    for identity, person, before, after in calibration.decisions.iter_rows():
        lines.append(f"  {identity} 与 {person}：{before} → {after}")
    return lines
