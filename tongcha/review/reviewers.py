"""The deployment's list of people: who may judge in which round, who may record cases, in which districts."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from tongcha.errors import HomeError
from tongcha.policy.base import PolicyPart
from tongcha.yaml_files import MisfitError, read_model

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["一审", "二审", "集体研究", "复验", "查看", "办案"]
Area = Annotated[str, Field(pattern="^[0-9]{6}$")]
RECORDER: Final = "办案"
"""The role of whoever records steps, outcomes, rulings and withdrawals; judging doesn't include it."""


class Reviewer(PolicyPart):
    """One person.

    Attributes:
        code: what stands in workbooks and the ledger.
        name: display name; never leaves the home folder.
        roles: rounds the person may judge in; 查看 looks only, 办案 records cases.
        areas: districts the person answers for (六位区划代码; ending in 00, everything below it). Empty: all.
        disabled_on: the day since which the person may neither judge nor record. What the ledger holds of
            them by then stands; a day that somebody writes into a workbook later proves nothing.
    """

    code: str = Field(pattern="^[A-Za-z0-9_-]{2,20}$")
    name: str = Field(min_length=1, max_length=40)
    roles: tuple[Role, ...]
    areas: tuple[Area, ...] = ()
    disabled_on: date | None = None

    @property
    def may_record(self) -> bool:
        """Whether the person may record case steps."""
        return RECORDER in self.roles and self.disabled_on is None

    def covers(self, area: str | None) -> bool:
        """Whether an area is the person's business; one that isn't known is the city's alone."""
        return not self.areas or any(lies_within(area, own) for own in self.areas)


def lies_within(area: str | None, district: str) -> bool:
    """Whether a code is that district's own or, by GB/T 2260, of a level below it (trailing 00)."""
    level = district
    while level.endswith("00"):
        level = level[:-2]
    return area is not None and area.startswith(level)


class Reviewers(PolicyPart):
    """Everyone who may review or record; whoever isn't listed is refused."""

    reviewers: tuple[Reviewer, ...]

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        codes = [reviewer.code for reviewer in self.reviewers]
        if len(set(codes)) < len(codes):
            raise ValueError("有两人用同一个 code")
        return self

    def find(self, code: str) -> Reviewer | None:
        """Return the person of that code, if listed."""
        return next((reviewer for reviewer in self.reviewers if reviewer.code == code), None)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read `reviewers.yaml`.

        Raises:
            HomeError: the file is missing, isn't YAML, or breaks its schema.
        """
        fix = (
            "每人写 code、name、roles（一审、二审、集体研究、复验、查看、办案），"
            "可写 areas（六位区划代码）、disabled_on（停用日期）"
        )
        try:
            return read_model(path, cls)
        except MisfitError as misfit:
            raise HomeError(misfit.name_culprit(f"复核人名单 {path.name}"), misfit.rule, fix) from misfit
