"""How often what happens in an invented world: policy/synthetic/world.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class FoundShares(PolicyPart):
    """Who is met at a raid; whoever is left over is a full-time tutor in no register."""

    in_service: Share
    ex_teacher: Share
    hired_later: Share
    homonym: Share
    contract_staff: Share
    student: Share
    same_city: Share
    met_again: Share
    same_day_transfer: Share


class CaptureShares(PolicyPart):
    """How an identity is taken down; the rest is by word of mouth."""

    card: Share
    typed: Share
    masked: Share
    last4: Share


class CollectedShares(PolicyPart):
    """What goes wrong when an identity is taken down; the YAML states each share's base."""

    name_wrong_written: Share
    name_wrong_spoken: Share
    id_wrong: Share
    id_destroyed: Share
    alias_only: Share
    false_name: Share
    all_false: Share
    name_of_a_teacher: Share
    former_name_used: Share
    phone_given: Share
    phone_wrong: Share
    phone_false: Share
    family_phone: Share
    recycled_phone: Share
    owner_phone: Share
    others_id: Share
    others_id_teacher: Share
    sex_missing: Share
    sex_wrong: Share
    age_missing: Share
    age_off: Share
    school_none: Share
    school_short: Share
    school_alias: Share
    school_full: Share
    rare_char_lost: Share


class RegistryShares(PolicyPart):
    """What is wrong or special in the registry."""

    name_stale: Share
    former_name_known: Share
    id_wrong: Share
    id_15: Share
    id_missing: Share
    phone_missing: Share
    phone_stale: Share
    phone_switchboard: Share
    phone_spouse: Share
    duplicate: Share
    rare_char: Share
    minority_name: Share
    left: Share
    left_unmarked: Share
    twin: Share
    duplicate_split: Share
    duplicate_misspelt: Share


class StaffListShares(PolicyPart):
    """What the schools' own lists hold."""

    listed: Share
    name_drifted: Share
    id_tail: Share
    phone: Share
    still_listed: Share
    contract: Share


class PlaceShares(PolicyPart):
    """How schools are named, and how far people move."""

    women: Share
    numbered_school: Share
    plain_name: Share
    former_name: Share
    alias_listed: Share
    campuses: Share
    private: Share
    move_in_city: Share
    born_in_city: Share
    born_in_province: Share


class EmploymentShares(PolicyPart):
    """How careers run."""

    one_move: Share
    two_moves: Share
    gap: Share
    seconded: Share
    exchanged: Share
    rehired: Share
    in_september: Share
    pensioned: Share
    pension_at_55: Share


class ReviewerShares(PolicyPart):
    """How the scripted reviewer of the demo departs from the truth."""

    mistaken: Share
    unsure: Share


class WorldShares(PolicyFile):
    """The whole of policy/synthetic/world.yaml."""

    found: FoundShares
    capture: CaptureShares
    collected: CollectedShares
    registry: RegistryShares
    staff_lists: StaffListShares
    places: PlaceShares
    employment: EmploymentShares
    reviewer: ReviewerShares
