"""The linkage policy: what is fixed by people in `policy/linkage.yaml`, typed and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart

Share = Annotated[float, Field(gt=0, lt=1, description="a probability strictly between 0 and 1")]
Bits = Annotated[float, Field(ge=-60, le=60, description="a weight in bits, log2 of an odds ratio")]
Capture = Literal["card", "typed", "masked", "last4", "oral"]
IdLevel = Literal["exact", "near", "partial", "conflict"]
NameLevel = Literal[
    "exact",
    "variant",
    "tone",
    "syllable",
    "fuzzy",
    "lookalike",
    "swapped",
    "dropped",
    "one_differs",
    "former",
    "surname_differs",
    "different",
]


class Prior(PolicyPart):
    """What is believed before any field is compared."""

    in_registry: Share


class IdNumber(PolicyPart):
    """Weights of the ID number; `borrowed` is the share of people who show someone else's."""

    m: dict[Capture, dict[IdLevel, Share]]
    borrowed: Share
    near_u: Share


class Name(PolicyPart):
    """Weights of the name ladder by how the name was taken, and u where the registry can't be counted."""

    m: dict[Literal["card", "typed", "oral"], dict[NameLevel, Share]]
    surname_only_m: Share
    surname_sounds_m: Share
    u: dict[NameLevel, Share]
    floor_given_id: Share
    floor_given_phone: Share
    floor_given_listed: Share


class Phone(PolicyPart):
    """Weights of the phone; `shared` is the share of people who give a relative's or recycled number."""

    m: dict[Literal["exact", "listed", "near", "different"], Share]
    shared: Share
    near_u: Share
    floor_given_id: Share


class Levels(PolicyPart):
    """A field whose u is counted and whose m depends on the level alone."""

    m: dict[str, Share]


class Decision(PolicyPart):
    """Thresholds of the three decisions."""

    accept_bits: Bits
    accept_margin_bits: Bits
    review_bits: Bits
    review_ranks: Annotated[int, Field(ge=1, le=20)]
    duplicate_bits: Bits
    candidates_kept: Annotated[int, Field(ge=1, le=100)]


class Decoys(PolicyPart):
    """How many invented people are linked along with each batch to measure the false-link rate."""

    count: Annotated[int, Field(ge=0, le=100_000)]
    namesakes: Share


class Blocking(PolicyPart):
    """Frequency caps: a key that more registry rows carry isn't used to find people."""

    caps: dict[str, Annotated[int, Field(ge=1, le=100_000)]]


class LinkagePolicy(PolicyFile):
    """`policy/linkage.yaml`: m per comparison level with origin, thresholds, caps."""

    prior: Prior
    id_number: IdNumber
    name: Name
    phone: Phone
    birth: Levels
    age: Levels
    sex: Levels
    area: Levels
    school: Levels
    subject: Levels
    responsible: Literal["employer", "host"]
    decision: Decision
    decoys: Decoys
    blocking: Blocking
