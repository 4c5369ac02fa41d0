"""The special rules for minors' information that PIPL 31 demands: denied unless the bureau says otherwise."""

from __future__ import annotations

from pydantic import Field

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile


class MinorPolicy(PolicyFile):
    """policy/minors.yaml."""

    issuer: str = Field(min_length=4)
    names_to_school: bool = Field(description="是否把本校学生名单通报本校；默认否，只计人数")
    legal_opinion_no: str = Field(description="法制机构对未满十四周岁学生信息处理的意见文号")
    retention_days: int = Field(ge=1, le=90, description="名单送达后多少日（自然日）内销毁")
    clause: str = Field(min_length=6)

    def require_release(self) -> None:
        """Refuse the release of names unless every condition is met.

        Raises:
            PolicyError: names aren't to be released, or no legal opinion stands behind it.
        """
        culprit = "未成年人信息规则 policy/minors.yaml"
        if not self.names_to_school:
            raise PolicyError(culprit, "没有开放学生名单的通报", "扣分只需人数；确需通报的，报批后再开放")
        if not self.legal_opinion_no:
            raise PolicyError(culprit, "缺少法制机构的意见文号", "取得书面意见后填写 legal_opinion_no")
