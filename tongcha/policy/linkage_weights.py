"""The weights of each field in `policy/linkage.yaml`: m per level, u where the registry can't be counted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tongcha.policy.base import PolicyPart

Share = Annotated[float, Field(gt=0, lt=1, description="a probability strictly between 0 and 1")]
Bits = Annotated[float, Field(ge=-60, le=60, description="a weight in bits, log2 of an odds ratio")]
People = Annotated[float, Field(gt=0, le=100, description="a number of people")]
Capture = Literal["card", "typed", "masked", "last4", "oral"]
IdLevel = Literal["exact", "near", "partial", "partial_near", "conflict", "different"]
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
    "surname_same",
    "different",
]
KinLevel = Literal["surname_only", "dropped", "one_differs", "surname_same"]
IdRungs = Annotated[dict[IdLevel, Share], Field(min_length=6)]
NameRungs = Annotated[dict[NameLevel, Share], Field(min_length=13)]


class Prior(PolicyPart):
    """What is believed before any field is compared."""

    in_registry: Share


class IdNumber(PolicyPart):
    """Weights of the ID number."""

    m: Annotated[dict[Capture, IdRungs], Field(min_length=5)]
    borrowed: Share = Field(description="people who show someone else's number")
    near_u: Share = Field(description="a number one edit away is a given stranger's")
    near_people: People = Field(description="as many people at least have a number one edit away")
    telling_parts: Annotated[tuple[Literal["birth", "tail"], ...], Field(min_length=1)] = Field(
        description="a number seen in part backs a name if one of these is seen whole"
    )
    digit_u: Annotated[dict[Literal["region", "birth", "tail"], Share], Field(min_length=3)] = Field(
        description="a visible digit of this part is a stranger's as well"
    )
    least_u: Share = Field(description="no partial number is rarer than this")
    slip_places: Annotated[int, Field(ge=2, le=18)] = Field(
        description="one place may differ by a slip if so many are visible on both sides"
    )


class Name(PolicyPart):
    """Weights of the name ladder by how the name was taken, and u where the registry can't be counted."""

    m: Annotated[dict[Literal["card", "typed", "oral"], NameRungs], Field(min_length=3)]
    surname_only_m: Share
    surname_sounds_m: Share
    u: dict[NameLevel, Share]
    variant_share: Share = Field(description="bearers of a written variant, per bearer of the name itself")
    variant_people: People = Field(description="as many people at least bear a written variant")
    wildcard_share: Share = Field(description="people of the surname who fit a name with a character lost")
    former_share: Share = Field(description="people who formerly bore a name, per bearer of it")
    floor_given_id: Share
    floor_given_phone: Share
    floor_given_listed: Share
    kin_bits: Annotated[dict[KinLevel, Bits], Field(min_length=4)] = Field(
        description="most that a name which relatives may bear adds to an equal phone"
    )


class Phone(PolicyPart):
    """Weights of the phone."""

    m: Annotated[dict[Literal["exact", "listed", "near", "different"], Share], Field(min_length=4)]
    shared: Share = Field(description="people who give a relative's or recycled number")
    near_u: Share
    near_people: People = Field(description="as many people at least have a number one digit away")
    floor_given_id: Share


class Birth(PolicyPart):
    """Weights of the birth date."""

    m: Annotated[dict[Literal["day", "month_or_year", "different"], Share], Field(min_length=3)]
    near_days: Annotated[float, Field(ge=1, le=400)] = Field(
        description="as many days share two of year, month and day with a date"
    )


class Age(PolicyPart):
    """Weights of the age."""

    m: Annotated[dict[Literal["same", "one", "two", "far", "very_far"], Share], Field(min_length=5)]
    most_u: Share = Field(description="most people whom one level of agreement may cover")
    least_far_u: Share = Field(description="fewest people who are of quite another age")
    lean: People = Field(description="as many collected ages weigh as much as the registry does")
    beside: Annotated[float, Field(ge=0, le=1 / 3)] = Field(
        description="of each collected age, what is counted for either neighbouring year"
    )
    least_share: Share = Field(description="no age is rarer than this among the people met")


class Sex(PolicyPart):
    """Weights of the sex."""

    m: Annotated[dict[Literal["same", "different"], Share], Field(min_length=2)]
    least_u: Share = Field(description="fewest people of the other sex")


class Area(PolicyPart):
    """Weights of the district."""

    m: Annotated[dict[Literal["district", "city", "elsewhere"], Share], Field(min_length=3)]
    most_given_phone: Bits = Field(description="most that the district adds once the phone agrees")
    most_given_region: Bits = Field(description="most that it adds once the region of the ID number agrees")


class School(PolicyPart):
    """Weights of the claimed school."""

    m: Annotated[dict[Literal["fits", "same_district", "elsewhere"], Share], Field(min_length=3)]
    fits_from: Annotated[float, Field(gt=0, le=1)] = Field(
        description="a claim fits if so many of its characters occur in order in a name of the school"
    )
    few: Annotated[int, Field(ge=1, le=100)] = Field(
        description="a claim that fits more schools isn't used to find people"
    )
    few_widely: Annotated[int, Field(ge=1, le=1_000)] = Field(
        description="the same in the whole province, for who told a surname only"
    )
    unheard_share: Share = Field(description="people behind a claim that fits no school of the province")
    same_district_u: Share = Field(description="a stranger's school is in the claimed school's district")


class Subject(PolicyPart):
    """Weights of the claimed subject."""

    m: Annotated[dict[Literal["same", "different"], Share], Field(min_length=2)]
    least_u: Share = Field(description="fewest people who teach a subject, or another one")
    even_share: Share = Field(description="people who teach a subject, before any is counted")
    lean: People = Field(description="that share weighs as much as so many people")
