"""By what staff lists are linked in tests: the policies that ship."""

from __future__ import annotations

from pathlib import Path

from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.entries import Linking

POLICY = Path(__file__).resolve().parents[1] / "policy"
REFERENCE = ReferencePolicy.load(POLICY / "reference.yaml")
LINKING = Linking(REFERENCE.staff_lists, LinkagePolicy.load(POLICY / "linkage.yaml"))
