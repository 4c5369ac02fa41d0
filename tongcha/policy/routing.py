"""Where a confirmed link goes by legal status, and which fields each recipient may see."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.tables.intake import LICENCES, ROLES
from tongcha.tables.referral import RECIPIENTS

Answer = Literal["yes", "no", "unknown", "any"]
Field_ = Literal["name", "sex", "id_number", "phone", "teacher_id", "school", "post", "party_member"]


class Conduct(PolicyPart):
    """What a role at the site amounts to among the four bans."""

    role: str = Field(description="现场身份，见 identities.role")
    conduct: str = Field(min_length=4, description="行为类型")
    refer: bool = Field(description="此身份能否移送；到场不等于有偿补课")


class Route(PolicyPart):
    """One rule: if the person's status fits, the link goes to this recipient."""

    rule: str = Field(pattern=r"^[a-z_]{3,40}$", description="规则名")
    recipient: Literal["discipline_committee", "supervisory_commission", "education_authority"]
    party: Answer = "any"
    manager: Answer = "any"
    basis: str = Field(min_length=6, description="条款依据")


class PenaltyRoute(PolicyPart):
    """The additional route for subject tutoring at a site without the full licences."""

    rule: str = Field(pattern=r"^[a-z_]{3,40}$")
    licences: tuple[str, ...] = Field(min_length=1)
    subject_types: tuple[str, ...] = Field(min_length=1)
    basis: str = Field(min_length=6)

    @model_validator(mode="after")
    def _know_the_licences(self) -> Self:
        if not set(self.licences) <= set(LICENCES):
            raise ValueError("证照情况只能取 " + "、".join(LICENCES))
        return self


class FactRules(PolicyPart):
    """What counts as a fact in the person's favour, and what leaves a school's part to a person."""

    near_days: int = Field(ge=1, le=180, description="任职段在查处前后多少日内起止的，须再核实")
    officers_needed: int = Field(ge=2, le=5, description="取证至少几名执法人员")
    age_slack: int = Field(ge=0, le=10, description="现场登记的年龄可以差几岁")
    not_permanent: tuple[str, ...] = Field(min_length=1, description="含这些字样的适用其他处分规定")
    rehired: tuple[str, ...] = Field(min_length=1, description="含这些字样的是否属于在职教师由人判定")
    gone: tuple[str, ...] = Field(min_length=1, description="登记状态含这些字样的为已离开")


class Recipient(PolicyPart):
    """Who receives and what may be shown to them; by when they answer stands in policy/clocks.yaml."""

    recipient: str
    name: str = Field(description="接收单位全称；空则用当日任职学校的主管部门")
    identity_fields: tuple[Field_, ...] = Field(min_length=1, description="身份附件允许出现的项目")


class RoutingPolicy(PolicyFile):
    """policy/routing.yaml."""

    issuer: str = Field(min_length=4, description="移送单位全称")
    contact: str = Field(min_length=1, description="联系人与电话")
    campaign_basis: str = Field(min_length=6, description="同查行动的依据")
    party_members: tuple[str, ...] = Field(min_length=1, description="政治面貌中属于中共党员的写法")
    manager_posts: tuple[str, ...] = Field(min_length=1, description="职务中含这些字样的为从事管理的人员")
    teaching_posts: tuple[str, ...] = Field(description="虽含上述字样但不算从事管理的职务")
    manager_ownership: tuple[str, ...] = Field(min_length=1, description="适用的办学性质")
    conducts: tuple[Conduct, ...]
    facts: FactRules
    routes: tuple[Route, ...] = Field(min_length=1)
    penalty: PenaltyRoute
    recipients: tuple[Recipient, ...]

    @model_validator(mode="after")
    def _cover_everything(self) -> Self:
        if {c.role for c in self.conducts} != set(ROLES):
            raise ValueError("conducts 须恰好覆盖每种现场身份")
        if {r.recipient for r in self.recipients} != set(RECIPIENTS):
            raise ValueError("recipients 须恰好覆盖每类接收单位")
        last = self.routes[-1]
        if (last.party, last.manager) != ("any", "any"):
            raise ValueError("routes 的最后一条须不设条件，以免有人无处可去")
        if len({r.rule for r in self.routes} | {self.penalty.rule}) != len(self.routes) + 1:
            raise ValueError("规则名不得重复")
        return self

    @property
    def banned_roles(self) -> list[str]:
        """Roles at the site that are one of the four bans; presence alone is none."""
        return [conduct.role for conduct in self.conducts if conduct.refer]

    def recipient(self, code: str) -> Recipient:
        """Return the recipient of that code.

        Raises:
            PolicyError: the policy knows no such recipient.
        """
        for entry in self.recipients:
            if entry.recipient == code:
                return entry
        raise PolicyError(f"分流政策 {self.version}", f"没有接收单位 {code}", "在 recipients 中补上")
