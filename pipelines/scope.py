"""Whose business a case is: the district of its raid or school, for people who are bound to districts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from pipelines.report import read_all
from tongcha.casebook.jurisdiction import assign_areas
from tongcha.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.home import Home
    from tongcha.ledger.events import Event, NewEvent
    from tongcha.review.reviewers import Reviewer

OF_A_SCHOOL: Final = (
    ("school_notices", "notice_id"),
    ("work_prompts", "prompt_id"),
    ("pupil_lists", "list_id"),
)
Areas = dict[str, set[str | None]]


def refuse_foreign(
    home: Home,
    events: list[Event],
    person: Reviewer,
    subjects: Iterable[str],
    new: Iterable[NewEvent] = (),
) -> None:
    """Refuse what lies outside the districts of a person who is bound to some.

    What can't be placed in a district (a sample of all issues, a release of lists) is the city's.

    Args:
        home: the home.
        events: the ledger.
        person: who records.
        subjects: what the new events are about.
        new: the new events; an issue that is only being opened says itself where it lies.

    Raises:
        LedgerError: some subject isn't the person's business.
    """
    if not person.areas:
        return
    known = locate_subjects(home, events)
    known |= {event.subject: _locate_opened(event, known) for event in new if "open" in event.payload}
    for subject in subjects:
        if not all(person.covers(area) for area in known.get(subject, {None})):
            fix = "由属地办理；需要移交的用 tongcha case hand-over"
            raise LedgerError(f"事项 {subject}", f"不属代号 {person.code} 的区划", fix)


def locate_subjects(home: Home, events: list[Event]) -> Areas:
    """Return the districts of everything that an event may be about; an event's own are its subject's."""
    raids = assign_areas(read_all(home, "sites"), events)
    links = read_all(home, "candidate_links").join(raids, on=["batch", "raid_id"], how="left")
    schools = read_all(home, "schools").select("school_id", "area").unique("school_id")
    found: Areas = {}
    _note(found, raids.select("batch", "area"))
    _note(found, raids.select(pl.format("{}/{}", "batch", "raid_id"), "area"))
    _note(found, links.select("link_id", "area"))
    _note(found, schools)
    _note(found, read_all(home, "issue_ledger").select("issue_id", "area"))
    answers = read_all(home, "dispute_answers").join(links, on="link_id", how="left")
    _note(found, answers.select("letter_id", "area"))
    for name, number in OF_A_SCHOOL:
        papers = read_all(home, name).join(schools, on="school_id", how="left")
        _note(found, papers.select(number, "area"))
    _note(found, _locate_pupils(home, raids))
    _note(found, _locate_packages(home, links))
    for event in events:
        found[event.event_id] = found.get(event.subject, {None})
    return found


def _locate_opened(event: NewEvent, known: Areas) -> set[str | None]:
    area, school = str(event.payload["area"]), str(event.payload["school_id"])
    own: set[str | None] = {area} if area else set()
    return own | (known.get(school, {None}) if school else set()) or {None}


def _note(found: Areas, rows: pl.DataFrame) -> None:
    for subject, area in rows.iter_rows():
        found.setdefault(subject, set()).add(area)


def _locate_pupils(home: Home, raids: pl.DataFrame) -> pl.DataFrame:
    pupils = read_all(home, "pupil_schools").join(raids, on=["batch", "raid_id"], how="left")
    return pupils.select(pl.format("{}/{}", "raid_id", "pupil_no"), "area")


def _locate_packages(home: Home, links: pl.DataFrame) -> pl.DataFrame:
    whose = ["batch", "recipient", "recipient_name"]
    packages = read_all(home, "referral_packages").select("package_id", *whose).unique()
    routed = read_all(home, "referrals").select("link_id", *whose).join(links, on="link_id", how="left")
    return packages.join(routed, on=whose, how="left").select("package_id", "area").unique()
