"""The linkage policy: what is fixed by people in `policy/linkage.yaml`, typed and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.policy.linkage_weights import (
    Age,
    Area,
    Birth,
    Bits,
    IdLevel,
    IdNumber,
    Name,
    NameLevel,
    Phone,
    Prior,
    School,
    Sex,
    Share,
    Subject,
)

Certain = Literal["甲", "乙"]
"""grades that one signature may confirm; the others never"""
RungSeen = NameLevel | Literal["wildcard", "surname_only", "surname_sounds", "surname_same"]
Said = Annotated[str, Field(min_length=1)]
"""an empty one would stand in every text"""
AgeLevel = Literal["same", "one", "two", "far", "very_far"]


class Grades(PolicyPart):
    """Which levels count as agreement when the evidence is graded."""

    close_names: tuple[RungSeen, ...] = Field(min_length=1)
    near_numbers: tuple[IdLevel, ...] = Field(min_length=1)
    close_ages: tuple[AgeLevel, ...] = Field(min_length=1)
    contrary_ages: tuple[AgeLevel, ...]
    close_areas: tuple[Literal["district", "city", "elsewhere"], ...] = Field(min_length=1)


class Decision(PolicyPart):
    """Thresholds of the three decisions."""

    accept_bits: Bits
    accept_margin_bits: Bits
    accept_grades: tuple[Certain, ...] = Field(min_length=1)
    names_with_phone: tuple[NameLevel, ...] = Field(
        min_length=1, description="names that a phone alone bears out; others need the school as well"
    )
    contested_bits: Annotated[float, Field(ge=0, le=10)] = Field(
        description="an identity isn't accepted once others at the raid take this much from its claim"
    )
    review_bits: Bits
    review_ranks: Annotated[int, Field(ge=1, le=20)]
    candidates_kept: Annotated[int, Field(ge=1, le=100)]


class Subjects(PolicyPart):
    """When two people met at raids are taken for one."""

    close_names: tuple[RungSeen, ...] = Field(min_length=1)
    years_apart: Annotated[float, Field(ge=0, le=20)] = Field(
        description="claimed ages that differ by more contradict a shared phone"
    )


class Strangers(PolicyPart):
    """What is known of people met who are on no record."""

    namesakes: Share = Field(description="those who bear the name of somebody on record about as old")
    namesake_years: Annotated[float, Field(gt=0, le=20)] = Field(
        description="how far apart in age namesakes are, as a standard deviation"
    )
    phones: Share = Field(description="of those who gave a phone, those whose phone is somebody's on record")
    neighbours: Share = Field(description="those whose namesake, card or phone is of the city of the raid")


class Decoys(PolicyPart):
    """How many invented people are linked along with each batch to measure the false-link rate."""

    count: Annotated[int, Field(ge=0, le=100_000)]


class Ages(PolicyPart):
    """Ages at which people on record are met."""

    youngest: Annotated[int, Field(ge=14, le=40)]
    oldest: Annotated[int, Field(ge=41, le=100)]


class Blocking(PolicyPart):
    """Which keys are used to find people: those that few enough registry rows carry."""

    caps: dict[str, Annotated[int, Field(ge=1, le=100_000)]] = Field(
        description="a key that more people have isn't used"
    )
    together: dict[str, Annotated[int, Field(ge=1, le=100_000)]] = Field(
        description="keys of a kind that find more people for one identity aren't used"
    )
    ages: Ages = Field(description="tried where somebody told a surname and no age")
    age_slack: Annotated[int, Field(ge=0, le=10)] = Field(
        description="years that a told age may be off: people are looked for so far around it, and a "
        "complete number that shows an age further off may be a stranger's"
    )


class EmploymentRules(PolicyPart):
    """How spells are read as of a day, where they don't say all that they should."""

    responsible: Literal["employer", "host"] = Field(description="who answers for somebody lent out")
    lent: tuple[Said, ...] = Field(min_length=1, description="人员类别含这些字样的为借出")
    gone: tuple[Said, ...] = Field(min_length=1, description="离任原因含这些字样的，已经离任")
    moved: tuple[Said, ...] = Field(min_length=1, description="离任原因含这些字样的，调往他校")


class LinkagePolicy(PolicyFile):
    """`policy/linkage.yaml`: m per comparison level with origin, grades, thresholds, caps."""

    prior: Prior
    id_number: IdNumber
    name: Name
    phone: Phone
    birth: Birth
    age: Age
    sex: Sex
    area: Area
    school: School
    subject: Subject
    employment: EmploymentRules
    grades: Grades
    decision: Decision
    subjects: Subjects
    strangers: Strangers
    decoys: Decoys
    blocking: Blocking
