"""Re-estimation of the linkage weights from everything stored, as a proposal for people."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import click
import polars as pl

from pipelines.resources import build_office
from tongcha.errors import ContractError
from tongcha.linkage.estimation.calibrate import calibrate, show_calibration
from tongcha.linkage.relink import relink_batch
from tongcha.policy.calibration import CalibrationPolicy
from tongcha.policy.diff import diff_texts, replace_numbers
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.review.agreed import find_agreed
from tongcha.review.calibrate import calibrate_judged, show_judged
from tongcha.review.judgements import project_judgements
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from assets.office import Office
    from pipelines.home import Home
    from tongcha.linkage.estimation.calibrate import Calibration, Relink

FILE: Final = "linkage.yaml"


def show_proposal(home: Home, *, by_judgements: bool) -> None:
    """Show which weights would move and whose decision that would change; write nothing.

    What it means goes to stderr, the patch to stdout, so that the patch can be kept in a file.

    Args:
        home: an opened home.
        by_judgements: learn from links on which two people agreed, not from those that ID numbers verify.

    Raises:
        ContractError: no batch has been linked yet.
        InputError: people have agreed on too few links.
    """
    office = build_office(home)
    policy, rules = office.policy(LinkagePolicy, "linkage"), office.policy(CalibrationPolicy, "calibration")
    relink = build_relink(office)
    if by_judgements:
        confirmed = office.tables.read_all(BY_NAME["confirmed_links"])
        judged = calibrate_judged(relink, collect_agreed(office), confirmed, policy, rules)
        proposal, lines = judged.proposal, show_judged(judged)
    else:
        proposal = calibrate(relink, policy, rules)
        lines = show_calibration(proposal)
    for line in lines:
        click.echo(line, err=True)
    patch = write_patch(office, proposal)
    if patch:
        click.echo(
            f"采纳与否由人决定：审定后在政策文件夹（{office.policies}）中用 patch -p1 应用。", err=True
        )
        click.echo(patch, nl=False)


def build_relink(office: Office) -> Relink:
    """Return a function that decides every linked batch again, each against its own snapshot.

    Raises:
        ContractError: no batch has been linked yet.
    """
    links = BY_NAME["candidate_links"]
    batches = office.tables.partitions(links)
    if not batches:
        raise ContractError("候选比对", "还没有生成", "先运行 tongcha propose")

    @cache
    def read_snapshot(name: str, snapshot: str) -> pl.DataFrame:
        return office.tables.read(BY_NAME[name], snapshot)

    def relink_one(batch: str, policy: LinkagePolicy) -> pl.DataFrame | None:
        linked = office.tables.read(links, batch)
        if linked.is_empty():
            return None
        snapshot = str(linked["snapshot"][0])
        return relink_batch(
            identities=office.tables.read(BY_NAME["identities"], batch),
            people=read_snapshot("people", snapshot),
            schools=read_snapshot("schools", snapshot),
            staff_entries=read_snapshot("staff_entries", snapshot),
            policy=policy,
            batch=batch,
        )

    def relink(policy: LinkagePolicy) -> pl.DataFrame:
        parts = [part for batch in batches if (part := relink_one(batch, policy)) is not None]
        if not parts:
            raise ContractError("候选比对", "各批次都没有候选", "先收入有现场人员的批次")
        return pl.concat(parts)

    return relink


def collect_agreed(office: Office) -> pl.DataFrame:
    """Return the settled links of every batch as the ledger has them now."""
    links, events = BY_NAME["candidate_links"], office.events()
    policy = office.policy(ReviewPolicy, "review")
    frames = ((name, office.tables.read(links, name)) for name in office.tables.partitions(links))
    return pl.concat(
        find_agreed(frame, project_judgements(events, frame, batch), policy) for batch, frame in frames
    )


def write_patch(office: Office, proposal: Calibration) -> str:
    """Return the proposal as a unified diff of the policy file; empty where nothing moves."""
    old = (office.policies / FILE).read_text(encoding="utf-8")
    moved = proposal.changes.select("path", "level", "new").iter_rows()
    return diff_texts(old, replace_numbers(old, {(*path, level): new for path, level, new in moved}), FILE)
