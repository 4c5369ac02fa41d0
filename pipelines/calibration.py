"""Re-estimation of the linkage weights from everything stored, as a proposal for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.linkage.calibrate import calibrate, show_calibration
from tongcha.policy.linkage import LinkagePolicy
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pipelines.home import Home


def show_proposal(home: Home) -> None:
    """Show which weights would move and whose decision that would change.

    Raises:
        ContractError: no snapshot is stored yet.
    """
    office = build_office(home)
    snapshot = office.tables.current_snapshot()
    proposal = calibrate(
        office.tables.read_all(BY_NAME["identities"]),
        office.tables.read(BY_NAME["people"], snapshot),
        office.tables.read(BY_NAME["schools"], snapshot),
        office.policy(LinkagePolicy, "linkage"),
    )
    for line in show_calibration(proposal):
        say(line)
