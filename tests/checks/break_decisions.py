"""Breakers of the rules on links and on what people decided."""

from __future__ import annotations

import polars as pl

from tests.checks.breakers import breaks, change
from tests.scenario import BATCH, CONFIRMED


@breaks("evidence_sums_to_score")
def add_a_bit(tables, _office):
    change(tables, "candidate_links", score=pl.col("score") + 0.001)


@breaks("every_link_belongs_to_an_identity")
def link_a_stranger(tables, _office):
    change(tables, "candidate_links", identity_id=pl.lit("I9"))


@breaks("every_identity_has_at_most_one_accept")
def accept_twice(tables, _office):
    change(tables, "candidate_links", decision=pl.lit("accept"), identity_id=pl.lit("I1"))


@breaks("every_batch_rests_on_one_snapshot_and_policy")
def mix_policies(tables, _office):
    change(tables, "candidate_links", policy_hash=pl.col("link_id"))


@breaks("every_identity_has_one_subject")
def group_one_identity_only(tables, _office):
    tables["subjects"] = tables["subjects"].head(1)


@breaks("every_proposed_link_is_queued")
def drop_from_the_queue(tables, _office):
    tables["review_queue"] = tables["review_queue"].head(1)


@breaks("every_judgement_is_in_the_ledger")
def invent_a_judgement(tables, _office):
    change(tables, "judgements", event_id=pl.lit("E9999999999999999"))


@breaks("every_confirmed_link_is_signed_by_enough_people")
def need_two_but_have_one(tables, _office):
    change(tables, "confirmed_links", decision=pl.lit("review"))


@breaks("no_confirmed_link_is_withheld")
def withhold_it_as_well(tables, _office):
    row = {"batch": BATCH, "link_id": CONFIRMED, "requirement": "no_rival", "reason": "有竞争候选"}
    tables["withheld_links"] = pl.DataFrame([row])


@breaks("every_confirmed_link_was_in_service")
def retire_before_the_raid(tables, _office):
    change(tables, "candidate_links", in_service=pl.lit(value=False))


@breaks("every_confirmed_link_has_a_dossier")
def lose_a_dossier(tables, _office):
    tables["dossiers"] = tables["dossiers"].clear()


@breaks("every_dossier_is_as_recorded")
def alter_a_dossier(tables, _office):
    change(tables, "dossiers", sha256=pl.lit("f" * 64))
