"""Review: what waits is queued, what counts is in the ledger, and nothing is confirmed by nobody."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.ledger.store import Ledger
from tongcha.policy.review import ReviewPolicy


def find_unqueued_links(frames: Frames, _office: Office) -> pl.DataFrame:
    """Proposed links missing from the queue, and queued links that nobody proposed: link_id, where."""
    proposed = frames["candidate_links"].filter(pl.col("decision") != "none").select("link_id")
    queued = frames["review_queue"].select("link_id")
    missing = proposed.join(queued, on="link_id", how="anti").with_columns(where=pl.lit("候选中有、队列中无"))
    extra = queued.join(proposed, on="link_id", how="anti").with_columns(where=pl.lit("队列中有、候选中无"))
    return pl.concat([missing, extra]).sort("link_id")


def find_unrecorded_judgements(frames: Frames, office: Office) -> pl.DataFrame:
    """Judgements that an unbroken ledger doesn't hold: event_id."""
    ledger = Ledger(office.ledger_url)
    known = {event.event_id for event in ledger.events()} if ledger.verify().is_intact else set()
    return frames["judgements"].select("event_id").filter(~pl.col("event_id").is_in(sorted(known)))


def find_undersigned_links(frames: Frames, office: Office) -> pl.DataFrame:
    """Confirmed links with too few different people who said `same` on today's evidence: link_id, signers.

    Counted afresh from `judgements`, apart from the gate's own code.
    """
    needs = office.policy(ReviewPolicy, "review").signatures
    said = frames["judgements"].filter(pl.col("is_current") & (pl.col("verdict") == "same"))
    signers = said.group_by("link_id", "evidence_hash").agg(signers=pl.col("reviewer").n_unique())
    needed = pl.when(pl.col("decision") == "accept").then(needs.accept_same).otherwise(needs.review)
    confirmed = frames["confirmed_links"].join(signers, on=["link_id", "evidence_hash"], how="left")
    short = confirmed.filter(pl.col("signers").fill_null(0) < needed)
    return short.select("link_id", "signers").sort("link_id")


def find_held_yet_confirmed(frames: Frames, _office: Office) -> pl.DataFrame:
    """Links that are both confirmed and withheld: link_id."""
    held = frames["withheld_links"].select("link_id").unique()
    return frames["confirmed_links"].join(held, on="link_id", how="semi").select("link_id").sort("link_id")


def find_confirmed_out_of_service(frames: Frames, _office: Office) -> pl.DataFrame:
    """Confirmed links of people who weren't in service on the raid date: link_id."""
    serving = frames["candidate_links"].filter(pl.col("in_service")).select("link_id", "evidence_hash")
    confirmed = frames["confirmed_links"].join(serving, on=["link_id", "evidence_hash"], how="anti")
    return confirmed.select("link_id").sort("link_id")


def find_altered_dossiers(frames: Frames, office: Office) -> pl.DataFrame:
    """Dossiers that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["dossiers"], office)


def find_undocumented_links(frames: Frames, _office: Office) -> pl.DataFrame:
    """Confirmed links without a dossier: link_id."""
    bare = frames["confirmed_links"].join(frames["dossiers"], on="link_id", how="anti")
    return bare.select("link_id").sort("link_id")


RULES: Final = (
    CrossRule(
        "every_confirmed_link_has_a_dossier",
        "dossiers",
        ("confirmed_links",),
        "每条已确认比对都有一页案卷。",
        find_undocumented_links,
    ),
    CrossRule(
        "every_dossier_is_as_recorded",
        "dossiers",
        (),
        "发件箱中的案卷与登记的指纹一致。",
        find_altered_dossiers,
    ),
    CrossRule(
        "every_proposed_link_is_queued",
        "review_queue",
        ("candidate_links",),
        "建议确认与建议复核的候选都在复核队列中，一条不多、一条不少。",
        find_unqueued_links,
    ),
    CrossRule(
        "every_judgement_is_in_the_ledger",
        "judgements",
        (),
        "每个判断都出自未断裂的台账。",
        find_unrecorded_judgements,
    ),
    CrossRule(
        "every_confirmed_link_is_signed_by_enough_people",
        "confirmed_links",
        ("judgements",),
        "每条已确认比对都有足够的、不同的人针对当前证据判断为同一人。",
        find_undersigned_links,
    ),
    CrossRule(
        "no_confirmed_link_is_withheld",
        "confirmed_links",
        ("withheld_links",),
        "已确认的比对不再缺任何关口条件。",
        find_held_yet_confirmed,
    ),
    CrossRule(
        "every_confirmed_link_was_in_service",
        "confirmed_links",
        ("candidate_links",),
        "已确认的比对在查处当日在职。",
        find_confirmed_out_of_service,
    ),
)
