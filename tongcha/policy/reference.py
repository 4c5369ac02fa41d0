"""The reference policy: what is fixed by people in `policy/reference.yaml`, typed and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart
from tongcha.policy.linkage_weights import Bits, Share  # noqa: TC001 - pydantic reads them at run time

if TYPE_CHECKING:
    from tongcha.policy.linkage import LinkagePolicy


class ListWeights(PolicyPart):
    """What differs in the weights of `policy/linkage.yaml` when a school writes down its own staff."""

    in_registry: Share
    school: Annotated[dict[Literal["fits", "same_district", "elsewhere"], Share], Field(min_length=3)]
    area: Annotated[dict[Literal["district", "city", "elsewhere"], Share], Field(min_length=3)]
    subject: Annotated[dict[Literal["same", "different"], Share], Field(min_length=2)]


class ListDecision(PolicyPart):
    """Thresholds between one person, a suspicion, and two people."""

    accept_bits: Bits
    accept_margin_bits: Bits
    suspect_bits: Bits


class ListPlace(PolicyPart):
    """When the people on a list tell which of several schools it is."""

    least: Annotated[int, Field(ge=2, le=50)]
    majority: Annotated[float, Field(gt=0.5, le=1)]


class StaffListPolicy(PolicyPart):
    """How staff lists are linked to the registry."""

    weights: ListWeights
    decision: ListDecision
    place: ListPlace

    def adapt(self, policy: LinkagePolicy) -> LinkagePolicy:
        """Return the linkage policy as it is for entries of staff lists."""
        ours = self.weights
        changed = {
            "prior": policy.prior.model_copy(update={"in_registry": ours.in_registry}),
            "school": policy.school.model_copy(update={"m": ours.school}),
            "area": policy.area.model_copy(update={"m": ours.area}),
            "subject": policy.subject.model_copy(update={"m": ours.subject}),
            "decision": policy.decision.model_copy(update={"candidates_kept": 1}),
        }
        return policy.model_copy(update=changed)


Loss = Annotated[float, Field(gt=0, le=1, description="a share of what the snapshot in use holds")]


class Volume(PolicyPart):
    """How much a new snapshot may lack of what the one in use holds.

    Attributes:
        employment: teachers without spells any more, from which the snapshot is refused.
        schools: schools gone, from which the snapshot is refused.
        staff_lists_notice: lists gone, from which that is pointed out; nothing stops.
    """

    employment: Loss
    schools: Loss
    staff_lists_notice: Loss


class ReferencePolicy(PolicyFile):
    """`policy/reference.yaml`: staff lists, volume, and which regions count as known.

    Attributes:
        staff_lists: how staff lists are linked to the registry.
        volume: losses that stop a new snapshot or are pointed out; for the registry see policy/intake.yaml.
        known_region_rows: a region of so many check-valid numbers of the registry is known.
    """

    staff_lists: StaffListPolicy
    volume: Volume
    known_region_rows: Annotated[int, Field(ge=1, le=10_000)]
