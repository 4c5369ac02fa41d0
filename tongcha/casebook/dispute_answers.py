"""异议答复: the letter that tells what came of a dispute, to who raised it and to who was asked to wait.

Who raised it is told either way. Who holds a paper is told that it stands again only if they were asked to
wait; if the link is taken back, the correction letter says so. A letter is written until it was handed over;
what was handed over is never written anew, whatever policy says later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN
from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.render import CompiledTemplate
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.responsibility.corrections import name_disputed
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import ANSWERS, list_disputes
from tongcha.review.disputes import SCHOOL as BY_SCHOOL
from tongcha.tables.papers import DISPUTE_ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tongcha.ledger.events import Event
    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.routing import RoutingPolicy

FOLDER: Final = "answers"
FILE: Final = "异议核实结果告知书.docx"
PERSON, SCHOOL, HOLDER = "person", "school", "holder"
LETTERS: Final = ("correction", "answer")
"""Kinds of papers that are about other papers."""
_ENDS: Final = "。．.；; "


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told: by which name, in which role, under which numbers they know the link.

    Attributes:
        has_notice: whether a notice that counts the link was handed to them; it is handed over anew.
    """

    name: str
    role: str
    numbers: str
    has_notice: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """One letter: the dispute, its answer, and who is told."""

    opened: Event
    resolved: Event
    to: Addressee

    @property
    def letter_id(self) -> str:
        return number_record("Y", self.resolved.event_id, self.to.name)

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.letter_id}/{FILE}"

    @property
    def said(self) -> str:
        return ANSWERS[self.resolved.payload["upheld"] is True]


def write_dispute_answers(
    *,
    events: Iterable[Event],
    disclosures: pl.DataFrame,
    policy: RoutingPolicy,
    clocks: ClockPolicy,
    templates: Path,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write the letters that are to be handed over; return the table `dispute_answers`.

    Args:
        events: the ledger.
        disclosures: table of that name.
        policy: policy/routing.yaml; names the issuer.
        clocks: policy/clocks.yaml; says how long the further ways to complain are open.
        templates: folder of the .docx templates.
        out: the outbox; files land in `answers/<letter>/`.
        demo: mark every letter as a demonstration.

    Raises:
        PolicyError: a policy isn't adopted, or only as an example outside the demo.
    """
    told = _find_told(disclosures)
    owed = _list_owed(list(events), disclosures)
    waiting = [answer for answer in owed if answer.letter_id not in told]
    written: dict[str, str] = {}
    if waiting:
        require_adoption(policy, "分流政策 policy/routing.yaml", demo=demo)
        require_adoption(clocks, "时限 policy/clocks.yaml", demo=demo)
        template = CompiledTemplate(templates / "dispute_answer.docx")
        head = {
            "mark": EXAMPLE_MARK if demo else "",
            "number_line": "（发文字号待编）",
            "issuer": policy.issuer,
            "contact": policy.contact,
        }
        for answer in waiting:
            content = template.render(head | _fill(answer) | _say_ways(answer.to.role, clocks))
            written[answer.letter_id] = write_file(out / answer.path, content)
    rows = [
        _describe(answer)
        | {
            "told_on": told[answer.letter_id][0] if answer.letter_id in told else None,
            "sha256": written.get(answer.letter_id) or told[answer.letter_id][1],
        }
        for answer in owed
    ]
    remove_other_folders(out / FOLDER, r"Y[0-9a-f]{12}", set(written))
    return DISPUTE_ANSWERS.conform(pl.DataFrame(rows, schema=DISPUTE_ANSWERS.schema))


def list_addressees(opened: Event, resolved: Event, disclosures: pl.DataFrame) -> list[Addressee]:
    """Return who is told of an answer: who raised the dispute, then who was asked to wait, by name.

    Who was asked to wait held a paper about the link when it was disputed, and a letter was handed to them
    before the answer: a letter speaks of every paper that its recipient holds and that doesn't stand.

    Args:
        opened: the event that recorded the dispute.
        resolved: the event that answered it.
        disclosures: table of that name.
    """
    link, said = opened.subject, opened.payload
    held = _find_held(disclosures, link, since=opened.seq)
    noticed = set(held.filter(pl.col("kind") == "notice")["recipient_name"])
    if said["source"] == BY_SCHOOL:
        school = str(said.get("school") or f"提出异议的学校（比对{link}）")
        raiser = Addressee(school, SCHOOL, link, school in noticed)
    else:
        raiser = Addressee(f"提出异议的当事人（比对{link}）", PERSON, link)
    if resolved.payload["upheld"] is True:
        return [raiser]
    window = pl.col("seq").is_between(opened.seq, resolved.seq)
    asked = disclosures.filter((pl.col("kind") == "correction") & window)
    waited = held.join(asked, on="recipient_name", how="semi").sort("recipient_name")
    holders = [
        Addressee(str(name), HOLDER, _name_link(part, link), name in noticed)
        for (name,), part in waited.partition_by("recipient_name", as_dict=True).items()
    ]
    return [raiser, *(holder for holder in holders if holder.name != raiser.name)]


def _find_held(disclosures: pl.DataFrame, link: str, *, since: int) -> pl.DataFrame:
    """Return the papers about a link that recipients held when it was disputed."""
    papers = disclosures.filter((pl.col("seq") < since) & ~pl.col("kind").is_in(LETTERS))
    last = papers.sort("seq").unique(["recipient_name", "path"], keep="last", maintain_order=True)
    return last.filter(pl.col("links").str.split(JOIN).list.contains(link).fill_null(value=False))


def _name_link(held: pl.DataFrame, link: str) -> str:
    """Return the numbers under which a recipient's papers speak of a link."""
    written = {number for numbers in held["numbers"].drop_nulls() for number in numbers.split(JOIN)}
    return JOIN.join(sorted(written & name_disputed([link]))) or link


def _list_owed(events: list[Event], disclosures: pl.DataFrame) -> list[_Answer]:
    """Return every letter that is owed; nobody is told that a link stands that was taken back later."""
    gone = find_withdrawn(events)
    return [
        _Answer(dispute.opened, resolved, to)
        for dispute in list_disputes(events)
        if (resolved := dispute.resolved) is not None
        and (resolved.payload["upheld"] is True or dispute.opened.subject not in gone)
        for to in list_addressees(dispute.opened, resolved, disclosures)
    ]


def _find_told(disclosures: pl.DataFrame) -> dict[str, tuple[date, str]]:
    """Return letter → the day it was first handed over, and its fingerprint."""
    given = disclosures.filter(pl.col("kind") == "answer").sort("seq").unique("document_id", keep="first")
    return {letter: (on, sha256) for letter, on, sha256 in given.select("document_id", "on", "sha256").rows()}


def _describe(answer: _Answer) -> dict[str, object]:
    return {
        "letter_id": answer.letter_id,
        "event_id": answer.resolved.event_id,
        "link_id": answer.opened.subject,
        "answer": answer.said,
        "role": answer.to.role,
        "recipient_name": answer.to.name,
        "numbers": answer.to.numbers,
        "disputed_on": date.fromisoformat(str(answer.opened.payload["on"])),
        "resolved_on": date.fromisoformat(str(answer.resolved.payload["on"])),
        "path": answer.path,
    }


def _fill(answer: _Answer) -> dict[str, object]:
    return {
        "recipient_name": answer.to.name,
        "role": answer.to.role,
        "numbers": answer.to.numbers,
        "dispute_id": answer.opened.event_id,
        "dispute_day": _write_day(answer.opened),
        "resolved_day": _write_day(answer.resolved),
        "has_notice": answer.to.has_notice,
        "is_upheld": answer.resolved.payload["upheld"] is True,
        "answer": answer.said,
        "reason": str(answer.resolved.payload["reason"]).strip().rstrip(_ENDS),
    }


def _say_ways(role: str, clocks: ClockPolicy) -> dict[str, object]:
    """Return how long the further ways are open: a school's against the points, a person's of a sanction."""
    names = ("review_request", "appeal") if role == SCHOOL else ("teacher_review", "teacher_appeal")
    review, appeal = (clocks.clock(name) for name in names)
    return {
        "defence_text": clocks.clock("defence").text,
        "defence_basis": clocks.clock("defence").cited,
        "review_text": review.text,
        "review_basis": review.cited,
        "appeal_text": appeal.text,
        "appeal_basis": appeal.cited,
    }


def _write_day(event: Event) -> str:
    day = date.fromisoformat(str(event.payload["on"]))
    return f"{day.year}年{day.month}月{day.day}日"
