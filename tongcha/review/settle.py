"""How judgements settle a link: two people, the second blind to the first; a panel where they differ."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.tables.review import REVERIFICATION, ROUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tongcha.policy.review import ReviewPolicy, Signatures

FIRST, SECOND, PANEL = ROUNDS
WAITING: Final = ("待一审", "待二审", "待集体研究")
ROUND_OF_STATE: Final = dict(zip(WAITING, ROUNDS, strict=True))
STATE_OF_VERDICT: Final = {"same": "已确认", "different": "已否定", "unsure": "存疑"}
SETTLED_SCHEMA: Final = pl.Schema(
    {
        "link_id": pl.String,
        "decision": pl.String,
        "state": pl.String,
        "signatures_needed": pl.Int64,
        "signatures_held": pl.Int64,
        "signed_by": pl.String,
        "judgement_ids": pl.String,
        "decided_on": pl.Date,
        "reopened": pl.Boolean,
    }
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One current judgement on one link."""

    event_id: str
    round: str
    reviewer: str
    verdict: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a link stands.

    Attributes:
        state: one of the queue's states.
        needed: how many different people must agree in the round that it is in.
        voices: the judgements that brought it there: the agreeing ones once it is settled.
    """

    state: str
    needed: int
    voices: tuple[Voice, ...]


def settle(judgements: pl.DataFrame, candidate_links: pl.DataFrame, policy: ReviewPolicy) -> pl.DataFrame:
    """Return where each proposed link stands.

    Args:
        judgements: table `judgements`; only current rows count.
        candidate_links: table `candidate_links`; links decided `none` don't enter.
        policy: how many must agree.

    Returns:
        One row per link proposed as `accept` or `review`, sorted by link_id: link_id, decision, state,
        signatures_needed, signatures_held, signed_by and judgement_ids (joined by 、 in the order of the
        rounds; of the agreeing judgements once settled), decided_on (the last of them), reopened
        (a judgement lapsed because the evidence changed, and none has replaced it).
    """
    voices = _collect_voices(judgements)
    lapsed = _find_lapsed(judgements)
    proposed = candidate_links.filter(pl.col("decision") != "none").select("link_id", "decision")
    is_judged = pl.col("link_id").is_in(sorted(voices))
    rows = []
    for link_id, decision in proposed.filter(is_judged).iter_rows():
        settlement = settle_link(decision, voices[link_id], policy.signatures)
        reopened = link_id in lapsed and settlement.state in WAITING
        rows.append(_write_row(link_id, decision, settlement, reopened=reopened))
    judged = pl.DataFrame(rows, schema=SETTLED_SCHEMA, orient="row")
    waiting = _list_untouched(proposed.filter(~is_judged), lapsed, policy.signatures)
    return pl.concat([judged, waiting]).sort("link_id")


def _list_untouched(proposed: pl.DataFrame, lapsed: set[str], needs: Signatures) -> pl.DataFrame:
    """The links that nobody has a say on yet, all at once: in a large batch they are most."""
    nobody = settle_link("review", (), needs)
    needed = {decision: settle_link(decision, (), needs).needed for decision in ("accept", "review")}
    return proposed.select(
        "link_id",
        "decision",
        state=pl.lit(nobody.state),
        signatures_needed=pl.col("decision").replace_strict(needed, return_dtype=pl.Int64),
        signatures_held=pl.lit(0, pl.Int64),
        signed_by=pl.lit(""),
        judgement_ids=pl.lit(""),
        decided_on=pl.lit(None, pl.Date),
        reopened=pl.col("link_id").is_in(sorted(lapsed)),
    )


def settle_link(decision: str, voices: Sequence[Voice], needs: Signatures) -> Settlement:
    """Settle one link from its current judgements; a contrary re-verification brings it before the panel."""
    settled = _settle_rounds(decision, voices, needs)
    opposite = {"已确认": "different", "已否定": "same"}.get(settled.state)
    contrary = tuple(v for v in voices if v.round == REVERIFICATION and v.verdict == opposite)
    if not contrary or any(v.round == PANEL for v in settled.voices):
        return settled
    return _settle_panel(voices, (*settled.voices, *contrary), needs.panel)


def _settle_rounds(decision: str, voices: Sequence[Voice], needs: Signatures) -> Settlement:
    firsts, seconds = _all_of(voices, FIRST), _all_of(voices, SECOND)
    if not firsts:
        return Settlement("待一审", _needed(decision, "same", needs), ())
    verdicts = {voice.verdict for voice in firsts + seconds}
    if len(verdicts) > 1:
        return _settle_panel(voices, firsts + seconds, needs.panel)
    pairs = [(one, other) for one in firsts for other in seconds if one.reviewer != other.reviewer]
    if not pairs:
        first = min(firsts, key=_order)
        needed = _needed(decision, first.verdict, needs)
        if needed == 1:
            return Settlement(STATE_OF_VERDICT[first.verdict], 1, (first,))
        return Settlement("待二审", needed, (first,))
    if "unsure" not in verdicts:
        pair = min(pairs, key=lambda two: [_order(voice) for voice in two])
        return Settlement(STATE_OF_VERDICT[pair[0].verdict], needs.review, pair)
    return _settle_panel(voices, firsts + seconds, needs.panel)


def _settle_panel(voices: Sequence[Voice], earlier: tuple[Voice, ...], needed: int) -> Settlement:
    """A panel settles when enough people agree and one of them had judged the link in no other round."""
    panel = _all_of(voices, PANEL)
    before = {voice.reviewer for voice in voices if voice.round != PANEL}
    people = {voice.reviewer for voice in panel}
    if len(people) < needed or people <= before:
        return Settlement("待集体研究", needed, panel)
    verdicts = {voice.verdict for voice in panel}
    verdict = verdicts.pop() if len(verdicts) == 1 else "unsure"
    agreeing = tuple(voice for voice in earlier if voice.verdict == verdict)
    return Settlement(STATE_OF_VERDICT[verdict], needed, agreeing + panel)


def _needed(decision: str, verdict: str, needs: Signatures) -> int:
    if decision != "accept":
        return needs.review
    return {"same": needs.accept_same, "different": needs.accept_different}.get(verdict, needs.review)


def _all_of(voices: Sequence[Voice], *rounds: str) -> tuple[Voice, ...]:
    """Every judgement of these rounds, in the order of the rounds."""
    return tuple(voice for review_round in rounds for voice in voices if voice.round == review_round)


def _order(voice: Voice) -> tuple[date, str]:
    """Which of those who judged alike in a round is named: a date that they typed settles nothing."""
    return voice.decided_on, voice.reviewer


def _collect_voices(judgements: pl.DataFrame) -> Mapping[str, list[Voice]]:
    columns = ("link_id", "event_id", "round", "reviewer", "verdict", "decided_on")
    collected: dict[str, list[Voice]] = defaultdict(list)
    current = judgements.filter("is_current").select(columns).sort("link_id", "round", "reviewer")
    for link_id, *rest in current.iter_rows():
        collected[link_id].append(Voice(*rest))
    return collected


def _find_lapsed(judgements: pl.DataFrame) -> set[str]:
    return set(judgements.filter(pl.col("standing") == "stale")["link_id"])


def _write_row(link_id: str, decision: str, settlement: Settlement, *, reopened: bool) -> tuple[object, ...]:
    voices = settlement.voices
    return (
        link_id,
        decision,
        settlement.state,
        settlement.needed,
        len({voice.reviewer for voice in voices}),
        "、".join(voice.reviewer for voice in voices),
        "、".join(voice.event_id for voice in voices),
        max((voice.decided_on for voice in voices), default=None),
        reopened,
    )
