"""Where each link of a batch stands, and what a given reviewer may do with it.

Everything is computed from the tables and the ledger at each request, so that what colleagues put on
record, here or by workbook, counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import polars as pl

from console.refusals import Refusal
from tongcha.casebook.jurisdiction import list_own_raids
from tongcha.ledger.events import EventKind
from tongcha.review.judgements import project_judgements
from tongcha.review.queue import build_review_queue
from tongcha.review.recusals import find_recused
from tongcha.review.reverification import sample_settled
from tongcha.review.settle import ROUND_OF_STATE
from tongcha.tables.review import EVERY_ROUND, JUDGEMENTS, REVERIFICATION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from console.settings import ConsoleSettings
    from tongcha.review.reviewers import Reviewer

STATE_OF_ROUND: Final = {review_round: state for state, review_round in ROUND_OF_STATE.items()}
VIEWER: Final = "查看"
KINDS: Final = (EventKind.JUDGEMENT, EventKind.RECUSAL, EventKind.RETRACTION)
Rounds = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One batch at this moment.

    Attributes:
        batch: the batch.
        links: table `candidate_links`.
        queue: table `review_queue`, as it is now.
        judgements: table `judgements`, as it is now.
        sites: table `sites`.
        untouched: link → its place if nobody had judged yet; unlike the queue's own order it stays put
            while a reviewer goes through the batch.
        drawn: settled links drawn for re-verification → their place, in an order that tells nothing.
        verified: links that have been re-verified.
        recused: code → links from which a declared conflict of interest keeps that person.
        own: (link, code) → round → that person's judgement that counts.
    """

    batch: str
    links: pl.DataFrame
    queue: pl.DataFrame
    judgements: pl.DataFrame
    sites: pl.DataFrame
    untouched: Mapping[str, int]
    drawn: Mapping[str, int]
    verified: frozenset[str]
    recused: Mapping[str, Collection[str]]
    own: Mapping[tuple[str, str], Rounds]

    def find(self, link_id: str) -> dict[str, object]:
        """Return the link's row of the queue.

        Raises:
            Refusal: no such link waits or waited for people.
        """
        rows = self.queue.filter(pl.col("link_id") == link_id)
        if rows.is_empty():
            raise Refusal(HTTPStatus.NOT_FOUND, "比对编号", "本批次的复核队列里没有", "回到队列重新打开")
        return rows.row(0, named=True)

    def may_judge(self, link_id: str, code: str) -> bool:
        """Whether this person may still judge the link: nobody does so in two rounds.

        That holds for the panel too. Were it open here to an earlier reviewer, its page would tell them
        that they disagreed with a colleague while they may still take their own answer back. A panel that
        meets with them writes all codes into the workbook, which `settle` admits with one new person.
        """
        return link_id not in self.recused.get(code, ()) and not self.own.get((link_id, code))

    def name_round(self, link_id: str) -> str:
        """Return the round that the link waits in; empty if it waits for nobody."""
        state = str(self.find(link_id)["state"])
        waits_again = link_id in self.drawn and link_id not in self.verified
        return REVERIFICATION if waits_again else ROUND_OF_STATE.get(state, "")

    def places(self, review_round: str) -> Mapping[str, int]:
        """Return each link's place in the order in which a round is worked through."""
        return self.drawn if review_round == REVERIFICATION else self.untouched

    def list_tasks(self, reviewer: Reviewer, review_round: str) -> list[str]:
        """Return the links that wait for this person in a round, in the round's order."""
        if review_round not in reviewer.roles or review_round not in EVERY_ROUND:
            return []
        waiting = self._list_waiting(review_round)
        return [link for link in waiting if self.may_judge(link, reviewer.code)]

    def _list_waiting(self, review_round: str) -> list[str]:
        if review_round == REVERIFICATION:
            return [link for link in self.drawn if link not in self.verified]
        state = STATE_OF_ROUND[review_round]
        waiting: list[str] = self.queue.filter(pl.col("state") == state).sort("position")["link_id"].to_list()
        return waiting

    def find_neighbours(self, reviewer: Reviewer, review_round: str, link_id: str) -> tuple[str, str]:
        """Return which of a person's tasks come before and after a link; empty for none."""
        places = self.places(review_round)
        here = places.get(link_id, 0)
        tasks = self.list_tasks(reviewer, review_round)
        before = [task for task in tasks if places[task] < here]
        after = [task for task in tasks if places[task] > here]
        return (before[-1] if before else ""), (after[0] if after else "")

    def count_own(self, reviewer: Reviewer, review_round: str) -> int:
        """Return how many links this person has judged in a round."""
        return sum(review_round in rounds for (_, code), rounds in self.own.items() if code == reviewer.code)


@dataclass(frozen=True, slots=True)
class Admission:
    """In which way somebody sees a link.

    Attributes:
        mode: `judge` (blind, may answer), `judged` (has answered) or `view` (looks only).
        review_round: the round to judge in, or judged in; empty for a look.
        own: the person's own judgement; None before it is given.
    """

    mode: str
    review_round: str = ""
    own: dict[str, object] | None = None


def open_desk(settings: ConsoleSettings, batch: str, reviewer: Reviewer) -> Desk:
    """Read a batch as it stands now, as far as it is this person's business.

    Whoever is bound to districts gets the links of their raids alone; the others might as well not be there.

    Raises:
        Refusal: no such batch has been proposed, or nothing in it is the person's business.
        TongchaError: its source has expired or is gone; the gate lets nothing new of it through either.
    """
    if batch not in settings.list_batches():
        raise Refusal(HTTPStatus.NOT_FOUND, "批次", "不在已比对的批次之列", "回到首页，从列表中打开")
    sites = settings.read_table("sites", batch)
    own = sites if not reviewer.areas else _find_own_sites(settings, sites, reviewer)
    if sites.height and own.is_empty():
        raise Refusal(HTTPStatus.NOT_FOUND, "批次", "不在已比对的批次之列", "回到首页，从列表中打开")
    settings.require_open(batch)
    links = settings.read_table("candidate_links", batch)
    events = [event for kind in KINDS for event in settings.ledger.events(kind)]
    judgements = project_judgements(events, links, batch)
    queue = build_review_queue(links, judgements, settings.review_policy, sites)
    untouched = build_review_queue(links, JUDGEMENTS.empty(), settings.review_policy, sites)
    again = judgements.filter(pl.col("is_current") & (pl.col("round") == REVERIFICATION))["link_id"]
    drawn = sample_settled(
        queue, settings.review_policy
    )  # of the whole batch: the chance is the same for all
    mine = links.join(own, on="raid_id", how="semi")
    seen = set(mine["link_id"])
    return Desk(
        batch,
        mine,
        queue.filter(pl.col("link_id").is_in(sorted(seen))),
        judgements.filter(pl.col("link_id").is_in(sorted(seen))),
        own,
        untouched=dict(untouched.select("link_id", "position").iter_rows()),
        drawn={link: place for place, link in enumerate(drawn, 1) if link in seen},
        verified=frozenset(again),
        recused=find_recused(events, links),
        own=_collect_own(judgements),
    )


def admit(desk: Desk, link_id: str, reviewer: Reviewer) -> Admission:
    """Decide how this person may see a link.

    Raises:
        Refusal: they declared a conflict of interest, or the link isn't theirs to see. The answer tells
            nothing of what others have judged.
    """
    review_round = desk.name_round(link_id)
    if link_id in desk.recused.get(reviewer.code, ()):
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            f"比对 {link_id}",
            "您对此现场人员已声明回避，不再向您显示",
            "继续复核其他比对",
        )
    if review_round in reviewer.roles and desk.may_judge(link_id, reviewer.code):
        return Admission("judge", review_round)
    rounds = desk.own.get((link_id, reviewer.code))
    if rounds:
        latest = max(rounds, key=EVERY_ROUND.index)
        return Admission("judged", latest, rounds[latest])
    if VIEWER in reviewer.roles:
        return Admission("view")
    raise Refusal(
        HTTPStatus.FORBIDDEN,
        f"比对 {link_id}",
        "现在不由您复核，个人信息不予显示",
        "回到队列，复核派给您的比对",
    )


def _find_own_sites(settings: ConsoleSettings, sites: pl.DataFrame, reviewer: Reviewer) -> pl.DataFrame:
    """Return the sites that lie in the person's districts or were handed over to them."""
    raids = list_own_raids(sites, settings.ledger.events(), reviewer)
    return sites.filter(pl.col("raid_id").is_in(raids))


def _collect_own(judgements: pl.DataFrame) -> dict[tuple[str, str], Rounds]:
    own: dict[tuple[str, str], Rounds] = {}
    for row in judgements.filter("is_current").sort("event_id").iter_rows(named=True):
        own.setdefault((row["link_id"], row["reviewer"]), {})[row["round"]] = row
    return own
