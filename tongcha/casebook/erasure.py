"""Erasing the people who were met and are nobody's case; rows and what is counted from them stay.

Nothing stays of a person but a keyed hash, by which the bureau can answer that very person (PIPL 45) and
nobody can be found (PIPL 19, 47).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

NO_TRAIT: Final = "无"
"""Digest of a person of whom neither a whole number nor a phone was taken."""
WHOLE: Final = r"^\s*([0-9]{15}|[0-9]{17}[0-9Xx])\s*$"
"""a number that somebody can ask by; four digits of one fit many people and hide the phone"""
_ERASED_OF_PEOPLE: Final = (
    "checked_by", "name", "id_number", "phone", "sex", "age", "claimed_school", "claimed_subject",
    "name_clean", "id_clean", "phone_clean",
)  # fmt: skip
_ERASED_OF_LINKS: Final = ("teacher_id", "rival_id", "in_service", "responsible_school_id", "spell_no")


@dataclass(frozen=True, slots=True)
class BatchTables:
    """The tables of one batch that hold what was taken of people; each is the table of its name."""

    identities: pl.DataFrame
    candidate_links: pl.DataFrame
    link_evidence: pl.DataFrame
    pupils: pl.DataFrame


def erase_people(
    tables: BatchTables, kept: Collection[str], key: bytes, pupil_keys: pl.DataFrame
) -> BatchTables:
    """Return the tables without what was taken of anyone but those kept; erasing twice changes nothing.

    Rows stay, so that every count stays: identities with a digest instead of the person, links without
    whom they led to, evidence without values, pupils without name and grade.

    Args:
        tables: the batch's tables.
        kept: identities that stay whole.
        key: secret of the deployment for closed batches.
        pupil_keys: table `pupil_schools`, for the keys that pupils are counted by.
    """
    gone = tables.identities.filter(pl.col("digest").is_not_null())["identity_id"]
    goes = ~pl.col("identity_id").is_in(sorted(set(kept) - set(gone)))
    links = _erase_links(tables.candidate_links, goes & ~pl.col("identity_id").is_in(gone.to_list()), key)
    stays = tables.candidate_links.filter(~goes)["link_id"]
    evidence = tables.link_evidence.with_columns(
        pl.when(pl.col("link_id").is_in(stays.to_list())).then(pl.col(name)).alias(name)
        for name in ("identity_value", "person_value")
    )
    return BatchTables(
        _erase_identities(tables.identities, goes, key),
        BY_NAME["candidate_links"].conform(links),
        BY_NAME["link_evidence"].conform(evidence),
        _erase_pupils(tables.pupils, pupil_keys),
    )


def digest_person(id_number: str | None, phone: str | None, key: bytes) -> str:
    """Return what is kept of an erased person: a keyed hash of the number, else of the phone, else 无."""
    for kind, value in (("证", id_number), ("机", phone)):
        if value:
            text = f"{kind}\x1f{value.strip().upper()}"
            return f"{kind}{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]}"
    return NO_TRAIT


def list_values(
    identities: pl.DataFrame, pupils: pl.DataFrame, kept: Collection[str]
) -> dict[str, list[str]]:
    """Return what has to be gone: `numbers` (ID numbers, phones) and `names`, of people and of pupils.

    Args:
        identities: table of that name before it is erased.
        pupils: table of that name before it is erased.
        kept: identities that stay whole; what they share with others isn't looked for.
    """
    goes = ~pl.col("identity_id").is_in(sorted(kept))
    found = {}
    for kind, columns in (
        ("numbers", ("id_number", "id_clean", "phone", "phone_clean")),
        ("names", ("name", "name_clean")),
    ):
        mine = {v for c in columns for v in identities.filter(goes)[c].drop_nulls().to_list()}
        theirs = {v for c in columns for v in identities.filter(~goes)[c].drop_nulls().to_list()}
        found[kind] = mine - theirs
    found["names"] |= set(pupils["name"].drop_nulls().to_list())
    return {kind: sorted(values) for kind, values in found.items()}


def _erase_identities(identities: pl.DataFrame, goes: pl.Expr, key: bytes) -> pl.DataFrame:
    whole = pl.when(pl.col("id_number").str.contains(WHOLE)).then("id_number")
    traits = identities.select(
        pl.coalesce("id_clean", whole), pl.coalesce("phone_clean", "phone"), "digest"
    ).iter_rows()
    digests = [known or digest_person(number, phone, key) for number, phone, known in traits]
    made = identities.with_columns(pl.Series("digest", digests, dtype=pl.String))
    return BY_NAME["identities"].conform(
        made.with_columns(
            pl.when(goes).then("digest"),
            *(pl.when(~goes).then(pl.col(name)).alias(name) for name in _ERASED_OF_PEOPLE),
        )
    )


def _erase_links(links: pl.DataFrame, goes: pl.Expr, key: bytes) -> pl.DataFrame:
    """Cut every link of an erased person off from whom it led to; a cleared teacher leaves no record."""
    known = {person: _hash_id(person, key) for person in links["person_id"].unique().sort()}
    return links.with_columns(
        *(pl.when(~goes).then(pl.col(name)).alias(name) for name in _ERASED_OF_LINKS),
        person_id=pl.when(goes).then(pl.col("person_id").replace_strict(known)).otherwise("person_id"),
        employment_state=pl.when(goes).then(pl.lit("unknown")).otherwise("employment_state"),
    )


def _hash_id(person_id: str, key: bytes) -> str:
    return "erased-" + hmac.new(key, f"人\x1f{person_id}".encode(), hashlib.sha256).hexdigest()[:16]


def _erase_pupils(pupils: pl.DataFrame, pupil_schools: pl.DataFrame) -> pl.DataFrame:
    place = ["batch", "raid_id", "pupil_no"]
    keys = pupil_schools.select(*place, counted="pupil_key")
    keyed = pupils.join(keys, on=place, how="left", maintain_order="left")
    counted = pl.when(pl.col("name").is_not_null()).then("counted")  # the others never counted
    made = keyed.with_columns(pupil_key=pl.coalesce("pupil_key", counted)).drop("counted")
    unnamed = pl.lit(None, pl.String)
    return BY_NAME["pupils"].conform(made.with_columns(name=unnamed, grade=unnamed))
