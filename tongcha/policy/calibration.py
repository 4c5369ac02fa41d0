"""`policy/calibration.yaml`: how much evidence a proposal to change m needs."""

from __future__ import annotations

from pydantic import Field

from tongcha.policy.base import PolicyFile


class CalibrationPolicy(PolicyFile):
    """The whole of `policy/calibration.yaml`."""

    carries: float = Field(ge=0, le=100_000, description="现行值相当于多少对已核验的比对")
    least_pairs: int = Field(ge=1, le=1_000_000, description="一项的有效对数少于此则维持原值")
    least_second_looks: int = Field(ge=1, le=1_000_000, description="一人签字件中至少须有多少件经复验")
