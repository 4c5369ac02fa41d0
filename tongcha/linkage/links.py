"""Scored pairs as a frame: identifiers, levels by name, posterior, rank, rival, twin record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.comparison.fields import (
    AGE_LEVELS,
    AREA_LEVELS,
    BIRTH_LEVELS,
    ID_LEVELS,
    PHONE_LEVELS,
    SCHOOL_LEVELS,
    SEX_LEVELS,
    SUBJECT_LEVELS,
)
from tongcha.linkage.comparison.names import NAME_LEVELS
from tongcha.linkage.encoding.values import NUMBER_BAD
from tongcha.linkage.ranking.rivals import NOBODY
from tongcha.linkage.weights.numbers import tells

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import Levels
    from tongcha.linkage.scoring import Scored
    from tongcha.policy.linkage import LinkagePolicy

LADDERS: Final = {
    "id_number": ID_LEVELS,
    "name": NAME_LEVELS,
    "phone": PHONE_LEVELS,
    "birth": BIRTH_LEVELS,
    "age": AGE_LEVELS,
    "sex": SEX_LEVELS,
    "area": AREA_LEVELS,
    "school": SCHOOL_LEVELS,
    "subject": SUBJECT_LEVELS,
}


def list_links(scored: Scored, identities: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Return the best candidates of each identity, in order of (identity, rank).

    Returns:
        pair (position in `scored.pairs`), identity_id, raid_id, raid_date, person_id, teacher_id,
        score, probability, rank, margin_bits, rival_id, rivalry_bits, excluded_bits, twin_id,
        person_school (where the record says they work), id_tells, id_failed, and one column of level names
        per field ("absent" where a side lacks it).
    """
    ranked = scored.ranked
    kept = np.flatnonzero(ranked.rank <= policy.decision.candidates_kept)
    pair = ranked.order[kept]
    met, row = scored.pairs.identity[pair], scored.record[pair]
    rival, twin = ranked.rival[kept], ranked.twin[kept]
    person = scored.people["person_id"]
    frame = pl.DataFrame(
        {
            "pair": pair,
            "identity_id": identities["identity_id"].gather(met),
            "raid_id": identities["raid_id"].gather(met),
            "raid_date": identities["raid_date"].gather(met),
            "person_id": person.gather(row),
            "teacher_id": scored.people["teacher_id"].gather(row),
            "score": ranked.score[kept],
            "probability": 1 / (1 + np.exp2(-ranked.score[kept])),
            "rank": ranked.rank[kept],
            "margin_bits": pl.Series(ranked.margin[kept], nan_to_null=True).replace([np.inf], [None]),
            "rival_id": person.gather(scored.record[np.maximum(rival, 0)]),
            "rivalry_bits": ranked.rivalry[kept],
            "excluded_bits": scored.excluded[pair],
            "twin_id": person.gather(scored.record[np.maximum(twin, 0)]),
            "person_school": scored.people["school_id"].cast(pl.String).gather(row),
            "id_tells": tells(scored.compared, policy.id_number)[pair],
            "id_failed": scored.compared.met.number_state[pair] == NUMBER_BAD,
        }
        | {field: _names(scored.compared.levels[field][pair], ladder) for field, ladder in LADDERS.items()}
    )
    return frame.with_columns(
        rival_id=pl.when(pl.Series(rival != NOBODY)).then("rival_id"),
        twin_id=pl.when(pl.Series(twin != NOBODY)).then("twin_id"),
    )


def link_ids(batch: str, identity_id: pl.Series, person_id: pl.Series) -> pl.Series:
    """Return "L" and 16 hex digits of sha256(batch|identity_id|person_id)."""
    pairs = zip(identity_id.to_list(), person_id.to_list(), strict=True)
    digests = [hashlib.sha256(f"{batch}|{i}|{p}".encode()).hexdigest()[:16] for i, p in pairs]
    return pl.Series("link_id", [f"L{digest}" for digest in digests], dtype=pl.String)


def _names(levels: Levels, ladder: tuple[str, ...]) -> pl.Series:
    named = pl.Series([*ladder, "absent"])
    return named.gather(np.where(levels < 0, len(ladder), levels).astype(np.int64))
