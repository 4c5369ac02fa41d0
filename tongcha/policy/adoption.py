"""Who adopted a policy: nothing leaves the bureau under a policy that nobody adopted.

The shipped values are examples. A bureau fills `adopted_by`, `adopted_on` and `document_no`; the
demo marks its copy with `adopt_as_example`, and every document then carries a visible mark.
"""

from __future__ import annotations

from typing import Final, TypeVar

from tongcha.errors import PolicyError
from tongcha.policy.base import PolicyFile

EXAMPLE: Final = "示例"
EXAMPLE_MARK: Final = "演示·示例，不具效力"
EXAMPLE_POINTS_MARK: Final = "演示·示例分值，不具效力"

Policy = TypeVar("Policy", bound=PolicyFile)


def adopt_as_example(policy: Policy) -> Policy:
    """Return the policy with an adoption that says openly that it is only an example."""
    return policy.model_copy(
        update={
            "adopted_by": f"{EXAMPLE}市教育局（{EXAMPLE}）",
            "adopted_on": "2026-01-01",
            "document_no": f"{EXAMPLE}〔2026〕0号",
        }
    )


def is_example(policy: PolicyFile) -> bool:
    """Whether the adoption is only the demo's."""
    return EXAMPLE in f"{policy.adopted_by}{policy.document_no}"


def require_adoption(policy: PolicyFile, label: str, *, demo: bool) -> None:
    """Refuse a policy that nobody adopted, and an example anywhere but in the demo.

    Args:
        policy: the policy that the document rests on.
        label: its Chinese name for the message.
        demo: whether this is the demo with invented data.

    Raises:
        PolicyError: nobody adopted it, or an example adoption is used outside the demo.
    """
    if not policy.is_adopted:
        raise PolicyError(
            label,
            "尚未经本单位审定，或者审定日期未到，不能据以出具文书",
            "填写 adopted_by、adopted_on（不晚于今天）、document_no 后再办理",
        )
    if is_example(policy) and not demo:
        raise PolicyError(label, "审定信息为示例，只能用于演示", "换成本单位的审定单位、日期和文号")
