"""`policy/review.yaml`: who must sign, how often, and what a link needs before it may leave."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tongcha.policy.base import PolicyFile, PolicyPart

Grade = Literal["甲", "乙"]
"""the grades that may leave: below them nothing but a name and what anybody may share agrees"""
QueueKey = Literal["state", "evidence_grade", "raid_date"]


class Signatures(PolicyPart):
    """How many different people must agree; nothing is ever settled by nobody."""

    accept_same: int = Field(ge=1, le=5, description="机器建议 accept 且判断为同一人")
    accept_different: int = Field(ge=1, le=2, description="机器建议 accept 而判断为不是同一人")
    review: int = Field(ge=2, le=2, description="其余比对；两轮各一人")
    panel: int = Field(ge=2, le=9, description="集体研究")

    @model_validator(mode="after")
    def _has_as_many_rounds(self) -> Self:
        if self.accept_same > self.review:
            raise ValueError("signatures.accept_same 不得大于 signatures.review")
        return self


class Reasons(PolicyPart):
    """When a verdict needs a written reason."""

    required_for: tuple[Literal["same", "different", "unsure"], ...]
    min_chars: int = Field(ge=1, le=50)
    max_chars: int = Field(ge=50, le=2000)


class QueueRules(PolicyPart):
    """In which order links wait, and how much people can do."""

    order: tuple[QueueKey, ...]
    overdue_days: int = Field(ge=1, le=365)
    minutes_per_judgement: float = Field(gt=0, le=240)
    longest_look_minutes: float = Field(gt=0, le=480, description="打开超过此时长才判断的，不计入逐件用时")
    hours_per_week: float = Field(gt=0, le=10_000)


class ReferralRules(PolicyPart):
    """What the evidence must be before a confirmed link may leave."""

    lowest_grade: Grade
    rival_margin_bits: float = Field(ge=1, le=40, description="领先次名的比特数")
    filed_lists: Literal["verify", "refer"] = Field(
        default="verify", description="清查兼职：verify=先由学校或者本人核实，refer=不经核实即可办理"
    )
    weekly_cap: Annotated[int, Field(ge=1, le=100_000)] | Literal["by_hours"] | None = Field(
        default=None, description="每周移送上限；null 为不限，by_hours 为按复核工时算出"
    )


class Reverification(PolicyPart):
    """The seeded random sample of settled links that is judged again, blind."""

    share: float = Field(ge=0, le=1, description="份额")
    seed: int = Field(ge=0)


class ReviewPolicy(PolicyFile):
    """The whole of `policy/review.yaml`."""

    signatures: Signatures
    reasons: Reasons
    queue: QueueRules
    referral: ReferralRules
    reverification: Reverification

    @model_validator(mode="after")
    def _leaves_room_for_one(self) -> Self:
        if self.weekly_cap is not None and self.weekly_cap < 1:
            raise ValueError("queue.hours_per_week 不足以复核一件，referral.weekly_cap 不得为 by_hours")
        return self

    @property
    def weekly_cap(self) -> int | None:
        """How many links may be referred in an ISO week; None when that isn't limited."""
        cap = self.referral.weekly_cap
        return self.referrals_per_week if cap == "by_hours" else cap

    @property
    def referrals_per_week(self) -> int:
        """How many two-person reviews fit into the hours of a week."""
        minutes = self.queue.minutes_per_judgement * self.signatures.review
        return int(self.queue.hours_per_week * 60 // minutes)
