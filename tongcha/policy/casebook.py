"""How the casebook classifies, samples, counts and publishes."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - pydantic resolves the annotation at run time
from typing import Self

from pydantic import Field, model_validator

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.tables.casebook import ISSUE_CATEGORIES


class Category(PolicyPart):
    """A class of problems, and the department that answers for putting it right."""

    category: str
    label: str = Field(min_length=2)
    department: str = Field(min_length=2, description="默认责任部门")


class Source(PolicyPart):
    """A channel of clues; never who gave them."""

    source: str = Field(pattern="^[A-Z]{2,6}$", description="渠道代码，与 sites.source 一致")
    label: str = Field(min_length=2)


class RecheckRule(PolicyPart):
    """How many closed issues are looked at again, and by when."""

    share: Decimal = Field(gt=0, le=1, decimal_places=2, description="抽取份额")
    at_least: int = Field(ge=1, le=1000, description="至少抽几件，不足则全抽")
    within_days: int = Field(ge=1, le=180, description="抽取后多少日（自然日）内完成")


class PatrolRule(PolicyPart):
    """When a patrol that found nothing is held against the raid that followed, and how addresses are read."""

    within_days: int = Field(ge=1, le=365, description="巡查后多少日（自然日）内查处的列为待核实")
    shortest_address: int = Field(ge=1, le=20, description="折算后不足几个字的不算地址")
    address_prefixes: tuple[str, ...] = Field(default=(), description="地址开头略去的字样")
    address_folds: dict[str, str] = Field(default={}, description="地址中写法不同、意思相同的字样")


class SupervisionRule(PolicyPart):
    """From what on a supervision order to a district is proposed to a person."""

    issues_at_least: int = Field(ge=1, le=1000, description="未了结的问题达到几件")
    overdue_at_least: int = Field(ge=1, le=1000, description="或者逾期的达到几件")
    clause: str = Field(min_length=6, description="依据")


class OutcomeCode(PolicyPart):
    """What a recipient may report back."""

    outcome: str = Field(pattern="^[a-z_]{3,40}$")
    label: str = Field(min_length=2)
    clears: bool = Field(description="是否等于为当事人澄清")


class RetentionRule(PolicyPart):
    """How long what was taken of people, and what was handed over, may be kept."""

    close_within_days: int = Field(ge=1, le=730, description="末次查处后多少日（自然日）内办结批次")
    archive_months: int = Field(ge=36, le=360, description="已送达文书存档满多少个月后可以删除，至少三年")
    basis: str = Field(min_length=6)


class CasebookPolicy(PolicyFile):
    """policy/casebook.yaml."""

    categories: tuple[Category, ...]
    sources: tuple[Source, ...]
    recheck: RecheckRule
    patrols: PatrolRule
    supervision: SupervisionRule
    outcomes: tuple[OutcomeCode, ...] = Field(min_length=1)
    small_cell: int = Field(ge=3, le=50, description="小于此数的人数在通报中不显示")
    retention: RetentionRule

    @model_validator(mode="after")
    def _cover_every_category(self) -> Self:
        if sorted(c.category for c in self.categories) != sorted(ISSUE_CATEGORIES):
            raise ValueError("categories 须恰好覆盖每个问题类别")
        if len({s.source for s in self.sources}) != len(self.sources):
            raise ValueError("来源代码不得重复")
        return self

    def outcome(self, code: str) -> OutcomeCode:
        """Return the outcome of that code.

        Raises:
            PolicyError: the policy knows no such outcome.
        """
        for entry in self.outcomes:
            if entry.outcome == code:
                return entry
        raise PolicyError(
            f"反馈结果 {code}", "不在 outcomes 中", "只能是 " + "、".join(o.outcome for o in self.outcomes)
        )
