"""Employment on a day, told spell by spell in plain Python: what docs/linkage.md says, as slowly as it takes.

Every start and end is written here as a day; of months and years `test_linkage_as_of_undated` claims that
nothing is said which one of their days would refute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongcha.policy.linkage import EmploymentRules

NEVER: Final = date(9999, 12, 31)
NEXT_DAY: Final = timedelta(1)


@dataclass(frozen=True)
class Spell:
    """One spell; key: record and number; it ended on some day from `end` to `latest`, if open on `NEVER`."""

    key: tuple[object, object]
    school: str
    start: date
    end: date
    latest: date
    is_loan: bool
    why: str


def tell_slowly(
    rows: Sequence[tuple[object, ...]], day: date, rules: EmploymentRules, hired: date | None = None
) -> tuple[str, bool | None, str | None]:
    """State, in_service and school of one person on a day, from rows as for `linkage_scene.spells`."""
    spells = [_read(row, rules) for row in rows]
    spells = [_end_at_next(spell, spells) for spell in spells]
    spells = [_join(spell, spells, rules) for spell in spells]
    state, running = _judge(spells, day, rules, hired)
    if state != "in_service":
        return state, {"left": False, "not_yet": False, "gap": False}.get(state), None
    loans_first = rules.responsible == "host"
    first = min(running, key=lambda s: (s.is_loan != loans_first, -s.start.toordinal(), s.key))
    return state, True, first.school


def _names(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def _read(row: tuple[object, ...], rules: EmploymentRules) -> Spell:
    record, number, school, start, end, kind, why = row
    reason = str(why or "").strip()
    has_left = _names(reason, rules.gone) or (_names(reason, rules.moved) and not _names(reason, rules.lent))
    assert isinstance(start, date)
    told = end if isinstance(end, date) else NEVER
    is_lost = told < start or (end is None and has_left)
    first, latest = (start, NEVER) if is_lost else (told, told)
    is_loan = _names(str(kind), rules.lent)
    return Spell((record, number), str(school), start, first, latest, is_loan, reason)


def _is_lost(spell: Spell) -> bool:
    return spell.end != spell.latest


def _end_at_next(spell: Spell, spells: list[Spell]) -> Spell:
    """What is over, but doesn't say when, was so by the next employment at the latest."""
    if spell.is_loan or not (_is_lost(spell) or (spell.end == NEVER and spell.why)):
        return spell
    later = [other.start for other in spells if not other.is_loan and other.start > spell.start]
    if not later:
        return spell
    return replace(spell, end=spell.end if _is_lost(spell) else min(later), latest=min(later))


def _join(spell: Spell, spells: list[Spell], rules: EmploymentRules) -> Spell:
    """An employment that a loan cut goes on until the loan ends; if that isn't sure, it may have."""
    if spell.is_loan or spell.end == NEVER:
        return spell
    loans = [loan for loan in spells if loan.is_loan and _may_follow(loan.start, spell)]
    cuts = [(loan, _cuts(loan, spell, spells, rules)) for loan in loans]
    possible = [loan for loan, how in cuts if how != "no"]
    sure = [loan for loan, how in cuts if how == "surely" and not _is_lost(spell)]
    end = max((loan.end for loan in sure), default=spell.end)
    return replace(spell, end=end, latest=max([spell.latest, *(loan.latest for loan in possible)]))


def _may_follow(start: date, spell: Spell) -> bool:
    """Whether something that began on a day began where the spell may have ended, or on the next day."""
    return spell.end <= start and (spell.latest == NEVER or start <= spell.latest + NEXT_DAY)


def _cuts(loan: Spell, spell: Spell, spells: list[Spell], rules: EmploymentRules) -> str:
    is_open = loan.end == NEVER
    if _names(spell.why, rules.lent) or (not spell.why and is_open):
        return "surely"
    others = [other for other in spells if not other.is_loan and other.key != spell.key]
    back = [other for other in others if other.school == spell.school and _may_follow(other.start, loan)]
    if is_open or not back:
        return "no"
    return "perhaps" if _is_lost(loan) else "surely"


def _judge(
    spells: list[Spell], day: date, rules: EmploymentRules, hired: date | None
) -> tuple[str, list[Spell]]:
    if not spells:
        return "unknown", []
    running = [spell for spell in spells if spell.start <= day < spell.end]
    if not any(not spell.is_loan for spell in running) and any(s.start == day + NEXT_DAY for s in spells):
        running += [spell for spell in spells if spell.start <= day == spell.end]
    employing = [spell for spell in running if not spell.is_loan]
    open_ends = [spell for spell in spells if spell.start <= day and spell.end <= day < spell.latest]
    if any(not s.is_loan or rules.responsible == "host" or not employing for s in open_ends):
        return "undated", []
    over = [s for s in spells if not s.is_loan and s not in running and s.start <= day and s.end <= day]
    if _contradict(employing, running, over):
        return "conflict", []
    if running:
        return "in_service", running
    return _tell_absence(spells, over, day, rules, hired), []


def _contradict(employing: list[Spell], running: list[Spell], over: list[Spell]) -> bool:
    if not employing:
        return bool(running and over)
    if len({spell.school for spell in employing}) > 1:
        return True
    began = max(spell.start for spell in running)
    left_since = any(s.school != employing[0].school and s.start > began for s in over)
    return left_since and all(spell.latest == NEVER for spell in employing)


def _tell_absence(
    spells: list[Spell], over: list[Spell], day: date, rules: EmploymentRules, hired: date | None
) -> str:
    if all(spell.start > day for spell in spells):
        return "undated" if hired is not None and hired <= day else "not_yet"
    follows = any(spell.start > day for spell in spells)
    last = [spell for spell in over if spell.latest >= max(other.end for other in over)]
    moved = [spell for spell in last if _names(spell.why, rules.moved)]
    gone = [spell for spell in last if _names(spell.why, rules.gone)]
    if follows:
        is_sure = bool(last) and all(spell in gone and spell not in moved for spell in last)
        return "gap" if is_sure else "undated"
    return "undated" if any(spell not in gone for spell in moved) else "left"
