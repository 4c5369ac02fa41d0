"""Page one: how often the wrong person was confirmed, in words that claim no more than was measured.

Whoever opens the bulletin, the scoreboard, the console or the end of a run reads the same sentences. A rate
stands with its number and its interval; where nobody has looked yet, that is said and no number is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

TITLE: Final = "认错人的比率"
BLIND: Final = "false_referral_rate"
TOLD: Final = "refuted_by_recipient_rate"
DECOYS: Final = {
    "false_referral_rate_by_decoys_accept": "列为“一人签字即可确认”",
    "false_referral_rate_by_decoys_review": "列为“须两人复核”",
}
UNLOOKED: Final = "尚未复验：还没有一件已确认比对经过盲核，认错人的比率无从得知，不等于没有认错。"
FINEST: Final = 0.0001
"""shares below this are written as less than it, never as nought"""
_CLEAR: Final = 0.01
_NOTHING: Final[Mapping[str, Any]] = {"hits": 0, "trials": 0, "low": None, "high": None}


def state_error_rates(review_quality: pl.DataFrame) -> list[str]:
    """Return the sentences of page one: blind second looks, what recipients said, the decoys' estimate.

    Args:
        review_quality: table of that name; may be empty, when nothing has been measured.

    Returns:
        One to three sentences in Chinese. The first is always about blind second looks; the second and
        third are left out where there is nothing to tell.
    """
    rows = {row["measure"]: row for row in review_quality.iter_rows(named=True)}
    told, decoys = rows.get(TOLD, _NOTHING), [rows.get(name, _NOTHING) for name in DECOYS]
    sentences = [_state_blind(rows.get(BLIND, _NOTHING))]
    if told["trials"]:
        sentences.append(_state_told(told))
    if all(row["trials"] for row in decoys):
        sentences.append(_state_decoys(decoys))
    return sentences


def write_share(share: float) -> str:
    """Return a share as a percentage that never rounds something to nothing.

    Example:
        >>> [write_share(share) for share in (0.0, 0.00002, 0.0034, 0.265)]
        ['0', '不足0.01%', '0.34%', '26.5%']
    """
    if share <= 0:
        return "0"
    if share < FINEST:
        return f"不足{FINEST:.2%}"
    return f"{share:.1%}" if share >= _CLEAR else f"{share:.2%}"


def _state_blind(row: Mapping[str, Any]) -> str:
    if not row["trials"]:
        return UNLOOKED
    looked = f"已确认比对经盲核{row['trials']}件"
    if not row["hits"]:
        return f"{looked}，没有发现认错的；{_with_limit(row)}。"
    return f"{looked}，认错{row['hits']}件，占{_with_interval(row)}。"


def _state_told(row: Mapping[str, Any]) -> str:
    told = f"接收单位反馈{row['trials']}件"
    if not row["hits"]:
        return f"{told}，没有说认错人的；{_with_limit(row)}。"
    return f"{told}，其中认错人{row['hits']}件，占{_with_interval(row)}。"


def _state_decoys(rows: list[Mapping[str, Any]]) -> str:
    parts = "，".join(
        f"{words}的占{_with_interval(row)}"
        if row["hits"]
        else f"{words}的没有（至多{write_share(row['high'])}）"
        for words, row in zip(DECOYS.values(), rows, strict=True)
    )
    return f"另以虚构人员估计机器一方：{rows[0]['trials']}名不存在的人中，被{parts}；这是人把关之前的数。"


def _with_limit(row: Mapping[str, Any]) -> str:
    return f"件数所限，实际比率仍可能高至{write_share(row['high'])}（95%区间上限）"


def _with_interval(row: Mapping[str, Any]) -> str:
    low, high = write_share(row["low"]), write_share(row["high"])
    return f"{write_share(row['hits'] / row['trials'])}（95%区间{low}至{high}）"
