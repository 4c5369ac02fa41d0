"""The only type that outward stages accept: links that people confirmed and the gate let through."""

from __future__ import annotations

from typing import Final, Self

import polars as pl

from tongcha.errors import GateError
from tongcha.tables.review import CONFIRMED_LINKS

_SEAL: Final = object()
FIX: Final = "重新运行 act，由关口重新产生"


class ConfirmedLinks:
    """Rows of table `confirmed_links` that are proven to have passed the gate.

    There are three ways to get one: from the gate, by `reload` (which proves each row again), and by
    `combine`. A frame of candidates is another type, so the type checker refuses to let it out; and the
    constructor refuses whoever isn't one of the three.
    """

    __slots__ = ("_frame",)

    def __init__(self, frame: pl.DataFrame, *, seal: object) -> None:
        """Refuse any maker but the gate.

        Raises:
            GateError: the caller isn't the gate.
        """
        if seal is not _SEAL:
            raise GateError("已确认比对", "只能由关口产生", FIX)
        self._frame = CONFIRMED_LINKS.conform(frame)

    @property
    def frame(self) -> pl.DataFrame:
        """Table `confirmed_links`."""
        return self._frame

    def __len__(self) -> int:
        """Return the number of links."""
        return self._frame.height

    @classmethod
    def reload(cls, frame: pl.DataFrame, judgements: pl.DataFrame) -> Self:
        """Take a stored table back in, proving each row again by today's judgements.

        Args:
            frame: table `confirmed_links` as stored.
            judgements: table `judgements` of the same batch or batches, computed from the ledger now.

        Raises:
            GateError: a row isn't carried by enough current judgements of different people who said
                `same` on the evidence that it names.
        """
        stored = CONFIRMED_LINKS.conform(frame)
        current = judgements.filter(pl.col("is_current") & (pl.col("verdict") == "same"))
        proofs = {row["event_id"]: row for row in current.iter_rows(named=True)}
        for row in stored.iter_rows(named=True):
            _refuse_unproven(row, [proofs.get(event_id) for event_id in row["judgement_ids"].split("、")])
        return cls(stored, seal=_SEAL)


def seal_links(frame: pl.DataFrame) -> ConfirmedLinks:
    """Make confirmed links of rows that the gate has just examined; for `tongcha.review.gate` alone."""
    return ConfirmedLinks(frame, seal=_SEAL)


def _refuse_unproven(row: dict[str, object], proofs: list[dict[str, object] | None]) -> None:
    link = f"比对 {row['link_id']}"
    found = [proof for proof in proofs if proof is not None]
    if len(found) < len(proofs):
        raise GateError(link, "所列判断在台账中不存在、已失效或结论不是“同一人”", FIX)
    if any(p["link_id"] != row["link_id"] or p["evidence_hash"] != row["evidence_hash"] for p in found):
        raise GateError(link, "所列判断针对的是另一比对或另一版本的证据", FIX)
    if "、".join(str(proof["reviewer"]) for proof in found) != row["signed_by"]:
        raise GateError(link, "签字人与所列判断不一致", FIX)
    if len({proof["reviewer"] for proof in found}) < (1 if row["decision"] == "accept" else 2):
        raise GateError(link, "签字人数不足", FIX)
