"""The hand-worked schools and acts as a casebook: a real ledger, the functions in the order of the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tests.intake_files import POLICY as INTAKE
from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.casebook.disclosures import list_held, read_disclosures, record_delivery
from tongcha.casebook.dispute_answers import write_dispute_answers
from tongcha.casebook.papers import (
    list_answer_papers,
    list_correction_papers,
    list_referral_papers,
    list_school_papers,
)
from tongcha.ledger.store import Ledger
from tongcha.policy.casebook import CasebookPolicy
from tongcha.referral.exculpatory import find_exculpatory
from tongcha.referral.package import Dossiers, write_packages
from tongcha.referral.routing import route_referrals
from tongcha.responsibility.corrections import list_corrections, name_disputed, write_corrections
from tongcha.responsibility.deductions import compute_deductions
from tongcha.responsibility.notices import NoticePolicies, write_notices
from tongcha.responsibility.rulings import settle_responsibilities
from tongcha.responsibility.steps import read_reliefs
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import find_disputed
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.policy.routing import RoutingPolicy

AT = "2026-11-20T09:00:00+08:00"
TODAY = date(2026, 11, 20)
POLICY = CasebookPolicy.load(world.ROOT / "policy" / "casebook.yaml")
POLICIES = NoticePolicies(world.DEDUCTIONS, world.CLOCKS)


@dataclass
class Bureau:
    """A ledger and an outbox; `settle` computes everything that follows from them."""

    ledger: Ledger
    out: Path
    routing: RoutingPolicy = world.ROUTING
    policies: NoticePolicies = POLICIES
    templates: Path = world.TEMPLATES

    @classmethod
    def found(cls, root: Path) -> Bureau:
        return cls(Ledger(f"sqlite:///{root / 'ledger.sqlite'}"), root / "outbox")

    def settle(self) -> dict[str, pl.DataFrame]:
        """Return the tables by name, as the jobs `act` and `settle` would make them."""
        events = self.ledger.events()
        gone = {int(link[1:], 16) for link in find_withdrawn(events) | find_disputed(events)}
        acts = tuple(act for act in world.ACTS if int(act[0][1:]) not in gone)
        confirmed = world.build_confirmed(acts)
        site = {"identities": world.build_identities(), "sites": world.build_sites()}
        base = {"people": world.build_people(), "schools": world.build_schools()}
        found = find_exculpatory(
            confirmed=confirmed,
            employment=world.build_employment(),
            rules=self.routing.facts,
            spell_rules=world.LINKAGE.employment,
            school_names=INTAKE.school_names,
            **site,
            **base,
        )
        made = {
            "sites": site["sites"],
            "schools": base["schools"],
            "referrals": route_referrals(
                confirmed=confirmed, findings=found, policy=self.routing, **site, **base
            ),
            "school_responsibilities": settle_responsibilities(attribute(acts), events, base["schools"]),
        }
        made["referral_packages"] = write_packages(
            referrals=made["referrals"],
            dossiers=Dossiers(
                found,
                world.build_evidence(),
                base["people"],
                base["schools"],
                site["sites"],
                site["identities"],
            ),
            policy=self.routing,
            clocks=world.CLOCKS,
            templates=self.templates,
            batch=world.BATCH,
            out=self.out,
            demo=True,
        )
        made["score_deductions"] = compute_deductions(
            school_responsibilities=made["school_responsibilities"],
            pupil_schools=world.build_pupil_schools(),
            sites=site["sites"],
            policy=self.policies.deductions,
            reliefs=read_reliefs(events),
        )
        made["school_notices"] = write_notices(
            score_deductions=made["score_deductions"],
            school_responsibilities=made["school_responsibilities"],
            policies=self.policies,
            templates=self.templates,
            out=self.out,
            demo=True,
            **base,
        )
        made["disclosures"] = read_disclosures(events)
        made["dispute_answers"] = write_dispute_answers(
            events=events,
            disclosures=made["disclosures"],
            policy=self.routing,
            clocks=world.CLOCKS,
            templates=self.templates,
            out=self.out,
            demo=True,
        )
        made["corrections"] = write_corrections(
            corrections=list_corrections(
                disclosures=list_held(made["disclosures"]),
                standing=self.list_standing(made),
                disputed=name_disputed(find_disputed(events)),
            ),
            policy=self.routing,
            clocks=world.CLOCKS,
            templates=self.templates,
            out=self.out,
            demo=True,
        )
        return made

    def list_standing(self, made: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """Return the packages and notices that stand."""
        referral = list_referral_papers(
            referral_packages=made["referral_packages"], referrals=made["referrals"], policy=self.routing
        )
        school = list_school_papers(
            school_notices=made["school_notices"],
            work_prompts=BY_NAME["work_prompts"].empty(),
            pupil_lists=BY_NAME["pupil_lists"].empty(),
            score_deductions=made["score_deductions"],
            schools=made["schools"],
            minors_clause="条款",
        )
        return pl.concat([referral, school, list_answer_papers(made["dispute_answers"])])

    def list_papers(self) -> pl.DataFrame:
        """Return what may be handed over."""
        made = self.settle()
        return pl.concat([self.list_standing(made), list_correction_papers(made["corrections"])])

    def deliver(self, document_id: str, *, is_open: bool = True) -> None:
        """Let D1 hand a document over today."""
        events = record_delivery(
            papers=self.list_papers(),
            document_id=document_id,
            is_open=is_open,
            on=TODAY,
            by="D1",
            receipt="直接送达，回执",
            made_by={"代码版本": "0"},
        )
        self.ledger.append_all(events, at=AT)

    def documents_of(self, link_id: str) -> dict[str, str]:
        """Return the documents that mention a link: number → recipient."""
        papers = self.list_papers()
        own = papers.filter(pl.col("links").str.contains(link_id).fill_null(value=False))
        return dict(own.select("document_id", "recipient_name").iter_rows())
