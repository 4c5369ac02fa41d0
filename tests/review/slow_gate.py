"""The reference of the gate: one link at a time, from the tables of docs/review.md and policy/review.yaml.

Slow and obvious on purpose; `test_review_slow_gate` holds the program to it on random logs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tongcha.ledger.events import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.requirements import GateFacts

Row = dict[str, Any]
SETTLED: Final = {"same": "已确认", "different": "已否定", "unsure": "存疑"}
CONTRARY: Final = {"已确认": "different", "已否定": "same"}
GRADES: Final = "甲乙丙丁"


class Said(NamedTuple):
    """A judgement that counts."""

    round: str
    who: str
    verdict: str
    day: str


def stands(event: Event, events: Sequence[Event]) -> bool:
    """An event stands unless a retraction that stands itself names it."""
    back = (e for e in events if e.kind is EventKind.RETRACTION and e.subject == event.event_id)
    return not any(stands(e, events) for e in back)


def find_standing(events: Sequence[Event]) -> list[Event]:
    return [e for e in events if e.kind is not EventKind.RETRACTION and stands(e, events)]


def find_stopped(standing: Sequence[Event]) -> tuple[set[str], set[str]]:
    """Links withdrawn, or taken back by a dispute; links with a dispute that nobody answered."""
    answers = [e for e in standing if e.kind is EventKind.RESOLUTION]
    withdrawn = {e.subject for e in standing if e.kind is EventKind.WITHDRAWAL}
    withdrawn |= {e.subject for e in answers if e.payload["upheld"]}
    answered = {e.payload["dispute"] for e in answers}
    disputed = {e.subject for e in standing if e.kind is EventKind.DISPUTE and e.event_id not in answered}
    return withdrawn, disputed


def find_recused(standing: Sequence[Event], links: Sequence[Row]) -> set[tuple[str, str]]:
    """Who is kept from whom: of every identity of which one link, or what it shows, was named."""
    return {
        (event.actor, link["identity_id"])
        for event in standing
        if event.kind is EventKind.RECUSAL
        for link in links
        if event.subject == link["link_id"] or event.payload["evidence_hash"] == link["evidence_hash"]
    }


def hear(link: Row, standing: Sequence[Event], recused: set[tuple[str, str]]) -> list[Said]:
    """What counts of a link: each person's last word in a round, on what is shown today, if not recused."""
    last: dict[tuple[str, str], tuple[Said, object]] = {}
    for event in standing:
        if event.kind is EventKind.JUDGEMENT and event.subject == link["link_id"]:
            parts = (str(event.payload[name]) for name in ("verdict", "decided_on"))
            said = Said(str(event.payload["round"]), event.actor, *parts)
            last[said.round, said.who] = said, event.payload["evidence_hash"]
    return [
        said
        for said, shown in last.values()
        if shown == link["evidence_hash"] and (said.who, link["identity_id"]) not in recused
    ]


def settle(decision: str, heard: Sequence[Said], policy: ReviewPolicy) -> str:
    """The state of a link by the first table of docs/review.md; empty if nobody is asked."""
    if decision == "none":
        return ""
    by_round: dict[str, list[Said]] = defaultdict(list)
    for said in heard:
        by_round[said.round].append(said)
    state = settle_rounds(decision, by_round["一审"], by_round["二审"], policy)
    if state == "待集体研究":
        return convene(by_round, policy)
    contrary = CONTRARY.get(state)
    if contrary and any(said.verdict == contrary for said in by_round["复验"]):
        return convene(by_round, policy)
    return state


def settle_rounds(decision: str, first: list[Said], second: list[Said], policy: ReviewPolicy) -> str:
    if not first:
        return "待一审"
    verdicts = {said.verdict for said in [*first, *second]}
    if len(verdicts) > 1:
        return "待集体研究"
    [verdict] = verdicts
    two = any(one.who != other.who for one in first for other in second)
    alone = {"same": policy.signatures.accept_same, "different": policy.signatures.accept_different}
    if not two and not (decision == "accept" and alone.get(verdict) == 1):
        return "待二审"
    return "待集体研究" if verdict == "unsure" else SETTLED[verdict]


def convene(by_round: Mapping[str, list[Said]], policy: ReviewPolicy) -> str:
    """The panel: enough people, at least one of whom has said nothing of the link in another round."""
    panel = {said.who: said.verdict for said in by_round["集体研究"]}
    others = {said.who for name, own in by_round.items() if name != "集体研究" for said in own}
    if len(panel) < policy.signatures.panel or not set(panel) - others:
        return "待集体研究"
    return SETTLED[next(iter(panel.values()))] if len(set(panel.values())) == 1 else "存疑"


class Gate:
    """One batch at the gate."""

    def __init__(
        self,
        links: Sequence[Row],
        identities: Sequence[Row],
        kept: Mapping[str, str],
        events: Sequence[Event],
        policy: ReviewPolicy,
    ) -> None:
        standing = find_standing(events)
        recused = find_recused(standing, links)
        self.links, self.kept, self.policy = links, kept, policy
        self.met = {row["identity_id"]: row for row in identities}
        self.heard = {link["link_id"]: hear(link, standing, recused) for link in links}
        self.withdrawn, self.disputed = find_stopped(standing)
        self.state = {
            link["link_id"]: settle(link["decision"], self.heard[link["link_id"]], policy) for link in links
        }

    def person(self, link: Row) -> str:
        return self.kept.get(link["person_id"], link["person_id"])

    def is_confirmed(self, link: Row) -> bool:
        return self.state[link["link_id"]] == "已确认"

    def has_rival(self, link: Row) -> bool:
        """Whether another person within the margin is proposed for the identity and not rejected."""
        return any(
            other["identity_id"] == link["identity_id"]
            and self.person(other) != self.person(link)
            and other["decision"] != "none"
            and self.state[other["link_id"]] != "已否定"
            and link["score"] - other["score"] < self.policy.referral.rival_margin_bits
            for other in self.links
        )

    def is_two_people(self, link: Row) -> bool:
        own = (o for o in self.links if o["identity_id"] == link["identity_id"] and self.is_confirmed(o))
        return len({self.person(other) for other in own}) > 1

    def is_claimed_by_another(self, link: Row) -> bool:
        """Whether somebody else of the raid, surely another, was confirmed as the same person."""
        me = self.met[link["identity_id"]]
        for other in self.links if self.is_confirmed(link) else ():
            them = self.met[other["identity_id"]]
            same = other["raid_id"] == link["raid_id"] and self.person(other) == self.person(link)
            differ = any(me[n] and them[n] and me[n] != them[n] for n in ("id_clean", "sex"))
            if self.is_confirmed(other) and me is not them and same and differ:
                return True
        return False

    def is_the_record(self, link: Row) -> bool:
        """Whether no better record of the person was confirmed: the kept one, then by rank and number."""

        def place(other: Row) -> tuple[bool, int, str]:
            return other["person_id"] != self.person(other), other["rank"], other["link_id"]

        return not any(
            other["identity_id"] == link["identity_id"]
            and self.person(other) == self.person(link)
            and self.is_confirmed(other)
            and (not self.is_confirmed(link) or place(other) < place(link))
            for other in self.links
        )

    def lacks(self, link: Row, facts: GateFacts) -> set[str]:
        """The requirements that a link doesn't meet, capacity aside."""
        number, lowest = link["link_id"], self.policy.referral.lowest_grade
        serves = link["in_service"] and link["employment_state"] == "in_service"
        unverified = facts.is_filed and self.policy.referral.filed_lists != "refer"
        expired = facts.today > facts.source_expiry and not facts.is_closed
        missing = {
            "signatures": not self.is_confirmed(link),
            "proposal": link["decision"] == "none",
            "evidence_grade": GRADES.index(link["evidence_grade"]) > GRADES.index(lowest),
            "no_rival": self.has_rival(link),
            "verified": unverified and number not in facts.verified,
            "one_person": self.is_two_people(link),
            "one_claimant": self.is_claimed_by_another(link),
            "one_record": not self.is_the_record(link),
            "in_service": not serves,
            "school": link["responsible_school_id"] is None,
            "not_withdrawn": number in self.withdrawn,
            "no_dispute": number in self.disputed,
            "source": expired and number not in facts.handed_over,
            "not_erased": self.met[link["identity_id"]]["digest"] is not None,
        }
        return {name for name, is_missing in missing.items() if is_missing}

    def pass_all(self, facts: GateFacts) -> tuple[list[str], dict[str, set[str]]]:
        """The links that come through, and what each of the others that were called the same lacks."""
        asked = {
            link["link_id"]: link
            for link in self.links
            if self.state[link["link_id"]] != "已否定"
            and any(said.verdict == "same" for said in self.heard[link["link_id"]])
        }
        lacking = {number: self.lacks(link, facts) for number, link in asked.items()}
        for number in self.wait_for_room([n for n, lacks in lacking.items() if not lacks], asked, facts):
            lacking[number].add("capacity")
        through = sorted(number for number, lacks in lacking.items() if not lacks)
        return through, {number: lacks for number, lacks in lacking.items() if lacks}

    def wait_for_room(self, ready: list[str], links: Mapping[str, Row], facts: GateFacts) -> list[str]:
        """The links for which the ISO week has no room; the best graded and first confirmed come first."""
        cap = self.policy.weekly_cap
        if cap is None:
            return []
        given = facts.handed_over
        taken = sum(week_of(day) == week_of(facts.today) for day in given.values())
        room = max(cap - taken - len(set(facts.open_elsewhere) - set(given)), 0)
        roles = facts.referred_roles
        queue = [
            (GRADES.index(links[n]["evidence_grade"]), self.confirmed_on(links[n]), n)
            for n in ready
            if n not in given and (roles is None or self.met[links[n]["identity_id"]]["role"] in roles)
        ]
        return [number for _, _, number in sorted(queue)[room:]]

    def confirmed_on(self, link: Row) -> str:
        """The day of the last word that it is the same; where a week may be full, a link has one day only."""
        return max(said.day for said in self.heard[link["link_id"]] if said.verdict == "same")


def week_of(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week
