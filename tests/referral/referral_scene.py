"""Referrals of the acts worked by hand, and what their dossiers are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.intake_files import POLICY as INTAKE
from tests.responsibility import hand_worked as world
from tongcha.referral.exculpatory import find_exculpatory
from tongcha.referral.package import Dossiers
from tongcha.referral.routing import route_referrals

if TYPE_CHECKING:
    import polars as pl


def flip(frame: pl.DataFrame, *, reverse: bool) -> pl.DataFrame:
    return frame.reverse() if reverse else frame


def build_inputs(*, reverse: bool = False) -> tuple[pl.DataFrame, Dossiers]:
    tables = {
        "identities": flip(world.build_identities(), reverse=reverse),
        "people": flip(world.build_people(), reverse=reverse),
        "schools": flip(world.build_schools(), reverse=reverse),
        "sites": flip(world.build_sites(), reverse=reverse),
    }
    confirmed = world.build_confirmed()
    findings = find_exculpatory(
        rules=world.ROUTING.facts,
        lent=world.LINKAGE.lent,
        school_names=INTAKE.school_names,
        confirmed=confirmed,
        employment=flip(world.build_employment(), reverse=reverse),
        **tables,
    )
    referrals = route_referrals(confirmed=confirmed, findings=findings, policy=world.ROUTING, **tables)
    dossiers = Dossiers(
        findings=findings,
        evidence=flip(world.build_evidence(), reverse=reverse),
        people=tables["people"],
        schools=tables["schools"],
        sites=tables["sites"],
    )
    return flip(referrals, reverse=reverse), dossiers
