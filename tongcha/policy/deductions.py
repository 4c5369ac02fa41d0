"""What a school may lose, rule by rule: points, bands, cap, campaigns. Points are exact decimals."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic resolves the annotation at run time
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.tables.intake import LICENCES

Points = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]


class Phase(PolicyPart):
    """One phase of a campaign, both days included."""

    name: str = Field(min_length=2)
    start: date
    end: date


class Campaign(PolicyPart):
    """A campaign with its phases; a raid belongs to it when its date lies in one of them."""

    campaign: str = Field(min_length=4)
    phases: tuple[Phase, ...] = Field(min_length=1)

    @property
    def start(self) -> date:
        """First day of the first phase."""
        return min(p.start for p in self.phases)

    @property
    def end(self) -> date:
        """Last day of the last phase."""
        return max(p.end for p in self.phases)


class TeacherRule(PolicyPart):
    """Points per act of a confirmed in-service teacher, and the addition for a repeated act."""

    points: Points = Field(gt=0)
    repeat_points: Points = Field(description="同一人在同一专项行动内再次经确认在场，每次另加")
    clause: str = Field(min_length=6)
    repeat_clause: str = Field(min_length=6)


class Band(PolicyPart):
    """From how many pupils on a school loses how many points (whole band, not per head)."""

    at_least: int = Field(ge=1)
    points: Points


class PupilRule(PolicyPart):
    """Points by the number of distinct verified pupils of the school in one campaign."""

    bands: tuple[Band, ...] = Field(min_length=1)
    licences: tuple[str, ...] = Field(min_length=1, description="只计这些证照情况的场所")
    clause: str = Field(min_length=6)

    @model_validator(mode="after")
    def _rise(self) -> Self:
        floors = [b.at_least for b in self.bands]
        amounts = [b.points for b in self.bands]
        if floors != sorted(set(floors)) or amounts != sorted(amounts):
            raise ValueError("人数档须由少到多，分值不得倒挂")
        if not set(self.licences) <= set(LICENCES):
            raise ValueError("证照情况只能取 " + "、".join(LICENCES))
        return self

    def band_of(self, count: int) -> tuple[Band | None, str]:
        """Return the band that a head count falls into, and how a reader would name it."""
        reached = [b for b in self.bands if count >= b.at_least]
        if not reached:
            return None, f"不足 {self.bands[0].at_least} 人"
        band = reached[-1]
        above = [b.at_least for b in self.bands if b.at_least > band.at_least]
        return band, f"{band.at_least}—{above[0] - 1} 人" if above else f"{band.at_least} 人以上"


class Relief(PolicyPart):
    """A share of what stands that is given back, once per school and campaign."""

    share: Decimal = Field(ge=0, le=1, decimal_places=2)
    clause: str = Field(min_length=6)


class CapRule(PolicyPart):
    """The most that a school can lose in one campaign."""

    points: Points = Field(gt=0)
    clause: str = Field(min_length=6)


class HonoursRule(PolicyPart):
    """From how many points on the loss of annual honours is proposed to a person."""

    at_least: Points
    clause: str = Field(min_length=6)


class Escalation(PolicyPart):
    """From how many points on a measure against the unit is proposed to a person."""

    at_least: Points
    measure: str = Field(min_length=2)
    clause: str = Field(min_length=6)


class DeductionPolicy(PolicyFile):
    """policy/deductions.yaml."""

    issuer: str = Field(min_length=4, description="出具告知书的机关全称")
    contact: str = Field(min_length=1)
    valid_from: date
    valid_to: date
    campaigns: tuple[Campaign, ...]
    ordinary: str = Field(min_length=2, description="不在任何专项行动内的查处归入的名目，前面加年份")
    teacher: TeacherRule
    pupils: PupilRule
    cap: CapRule
    self_report: Relief
    rectification: Relief
    honours: HonoursRule
    escalations: tuple[Escalation, ...] = ()

    @model_validator(mode="after")
    def _keep_campaigns_apart(self) -> Self:
        spans = sorted((c.start, c.end) for c in self.campaigns)
        pairs = pairwise(spans)
        if any(later[0] <= earlier[1] for earlier, later in pairs):
            raise ValueError("专项行动的日期不得重叠，否则同一查处会扣两次")
        if self.valid_to < self.valid_from:
            raise ValueError("有效期止不得早于起")
        return self

    @property
    def stamp(self) -> str:
        """Version and digest, as printed on every deduction."""
        return f"{self.version}#{self.digest}"

    def campaign_of(self, raid_date: date) -> str:
        """Return the campaign that a raid on that day belongs to.

        Raises:
            PolicyError: these rules weren't in force on that day, so they can't price it.
        """
        if not self.valid_from <= raid_date <= self.valid_to:
            raise PolicyError(
                f"扣分规则 {self.version}",
                f"有效期为 {self.valid_from} 至 {self.valid_to}，不适用于 {raid_date} 的查处",
                "换用查处当日有效的规则版本",
            )
        for entry in self.campaigns:
            if entry.start <= raid_date <= entry.end:
                return entry.campaign
        return f"{raid_date.year}年{self.ordinary}"
