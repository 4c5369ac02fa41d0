"""How long each step may take, counted how, and on what basis."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.tables.referral import RECIPIENTS

SET_HERE: Final = "天数由本单位确定"
USED: Final = frozenset(
    {
        "appeal",
        "appeal_answer",
        "correction",
        "correction_answer",
        "defence",
        "dispute",
        "opinion",
        "rectification",
        "review_answer",
        "review_request",
        "supervision",
        "teacher_appeal",
        "teacher_review",
        "work_prompt",
    }
)
"""The limits that the program computes or prints, besides those that name their recipients."""


class Clock(PolicyPart):
    """One time limit.

    Attributes:
        clock: its ASCII name.
        label: what it limits, in Chinese.
        length: how many units.
        unit: calendar days, working days or calendar months; a text that only says 日 means calendar days.
        basis: the clause it comes from.
        certainty: where the length comes from: F = a public text, U = this bureau, and readers are told so.
        recipients: kinds of recipient of a referral whose answer it limits.
    """

    clock: str = Field(pattern=r"^[a-z_]{3,40}$")
    label: str = Field(min_length=2)
    length: int = Field(ge=1, le=365)
    unit: Literal["calendar_days", "working_days", "months"]
    basis: str = Field(min_length=4)
    certainty: Literal["F", "U"]
    recipients: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The length as an official writes it, the kind of day explicit."""
        unit = {"calendar_days": "日（自然日）", "working_days": "个工作日", "months": "个月"}[self.unit]
        return f"{self.length}{unit}"

    @property
    def cited(self) -> str:
        """The clause as readers see it; that the bureau itself set the length is said beside it."""
        return self.basis if self.certainty == "F" else f"{self.basis}；{SET_HERE}"


class ClockPolicy(PolicyFile):
    """policy/clocks.yaml."""

    clocks: tuple[Clock, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _name_each_once(self) -> Self:
        if len({c.clock for c in self.clocks}) != len(self.clocks):
            raise ValueError("时限名不得重复")
        return self

    @model_validator(mode="after")
    def _bind_each_recipient_once(self) -> Self:
        if sorted(kind for c in self.clocks for kind in c.recipients) != sorted(RECIPIENTS):
            raise ValueError("每类移送接收单位须恰好列在一项时限的 recipients 中")
        return self

    @model_validator(mode="after")
    def _know_each_name(self) -> Self:
        named = {c.clock for c in self.clocks if not c.recipients}
        wrong = (("缺少", USED - named), ("用不到", named - USED))
        told = [f"{word} {'、'.join(sorted(names))}" for word, names in wrong if names]
        if told:
            raise ValueError("clocks 中" + "；".join(told))
        return self

    def clock_of(self, recipient: str) -> Clock:
        """Return the clock by which a kind of recipient answers a referral.

        Raises:
            PolicyError: there is no such kind.
        """
        for entry in self.clocks:
            if recipient in entry.recipients:
                return entry
        raise PolicyError(f"时限政策 {self.version}", f"没有 {recipient} 的时限", "在 recipients 中补上")

    def clock(self, name: str) -> Clock:
        """Return the clock of that name.

        Raises:
            PolicyError: the policy has no such clock.
        """
        for entry in self.clocks:
            if entry.clock == name:
                return entry
        raise PolicyError(f"时限政策 {self.version}", f"没有时限 {name}", "在 clocks 中补上")
