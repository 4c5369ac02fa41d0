"""Referrals of the acts worked by hand, and what their dossiers are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import load_workbook

from tests.intake_files import POLICY as INTAKE
from tests.responsibility import hand_worked as world
from tongcha.referral.exculpatory import find_exculpatory
from tongcha.referral.package import Dossiers, write_packages
from tongcha.referral.routing import route_referrals

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.routing import RoutingPolicy


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
        spell_rules=world.LINKAGE.employment,
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
        identities=tables["identities"],
    )
    return flip(referrals, reverse=reverse), dossiers


def find(confirmed=None, **tables: pl.DataFrame) -> pl.DataFrame:
    given = {
        "identities": world.build_identities(),
        "people": world.build_people(),
        "employment": world.build_employment(),
        "schools": world.build_schools(),
        "sites": world.build_sites(),
    } | tables
    return find_exculpatory(
        confirmed=world.build_confirmed() if confirmed is None else confirmed,
        rules=world.ROUTING.facts,
        spell_rules=world.LINKAGE.employment,
        school_names=INTAKE.school_names,
        **given,
    )


def write(
    out: Path,
    *,
    reverse: bool = False,
    policy: RoutingPolicy = world.ROUTING,
    demo: bool = True,
    batch: str = world.BATCH,
    referrals: pl.DataFrame | None = None,
    clocks: ClockPolicy = world.CLOCKS,
) -> pl.DataFrame:
    built, dossiers = build_inputs(reverse=reverse)
    return write_packages(
        referrals=built if referrals is None else referrals,
        dossiers=dossiers,
        policy=policy,
        clocks=clocks,
        templates=world.TEMPLATES,
        batch=batch,
        out=out,
        demo=demo,
    )


def read_cells(path: Path) -> str:
    book = load_workbook(path)
    return "\n".join(str(v) for page in book for row in page.iter_rows(values_only=True) for v in row if v)
