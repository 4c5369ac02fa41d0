"""Volume against the snapshot in use: what lost too much is more likely incomplete than true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.policy.reference import Volume

COUNTED: Final = {"employment": ("teacher_id", "任职经历"), "schools": ("school_id", "学校名录")}
"""table → what is counted in it, and what it is called"""


def refuse_shrunken_tables(
    stands: Mapping[str, pl.DataFrame], taken: Mapping[str, pl.DataFrame], volume: Volume
) -> None:
    """Stop a snapshot in which too many teachers lost their spells, or too many schools are gone.

    Args:
        stands: tables `employment` and `schools` of the snapshot in use; empty before the first.
        taken: the same of the new one.
        volume: the limits.

    Raises:
        InputError: a loss reaches its limit.
    """
    for name, (column, label) in COUNTED.items():
        lost, share = count_lost(stands[name][column], taken[name][column])
        most = getattr(volume, name)
        if share >= most:
            raise InputError(
                f"新快照的{label}",
                f"与在用快照相比，{lost} 个{'教师' if column == 'teacher_id' else '学校'}"
                f"不再出现（{share:.1%}），达到 {most:.0%} 的上限",
                f"核对报送是否完整；确属调整时先修改 policy/reference.yaml 的 volume.{name}",
            )


def count_lost(stands: pl.Series, taken: pl.Series) -> tuple[int, float]:
    """Return how many distinct values are no longer there, and their share of those that were."""
    before = stands.drop_nulls().unique()
    lost = int((~before.is_in(taken.unique().implode())).sum())
    return lost, lost / len(before) if len(before) else 0.0


def list_missing_lists(earlier: pl.DataFrame, entries: pl.DataFrame, notice: float) -> pl.DataFrame:
    """Return list_id of the staff lists that the earlier snapshot had, if noticeably many are gone.

    Args:
        earlier: table `staff_entries` of the snapshot before.
        entries: the same of this one.
        notice: from which share on.
    """
    gone = earlier.join(entries, on="list_id", how="anti").select("list_id").unique().sort("list_id")
    _, share = count_lost(earlier["list_id"], entries["list_id"])
    return gone.filter(pl.lit(share >= notice))
