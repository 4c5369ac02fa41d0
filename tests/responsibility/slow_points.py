"""The reference of points: one school and campaign at a time, from docs/responsibility.md and the policy.

Slow and obvious on purpose; `test_responsibility_slow_points` holds the program to it on random acts.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tongcha.policy.deductions import DeductionPolicy

CENT: Final = Decimal("0.01")
Account = tuple[str, str]
"""school, campaign"""
Line = tuple[str, str, int, Decimal]
"""rule, case, count, points"""


class Act(NamedTuple):
    """One link that stands: who was met where, and which school answers."""

    link: str
    act: str
    person: str
    day: date
    school: str


class Pupil(NamedTuple):
    """A pupil of a school, met at a raid."""

    key: str
    raid: str
    day: date
    licence: str
    school: str


def name_campaign(day: date, policy: DeductionPolicy) -> str:
    for campaign in policy.campaigns:
        first, last = campaign.phases[0].start, campaign.phases[0].end
        for phase in campaign.phases:
            first, last = min(first, phase.start), max(last, phase.end)
        if first <= day <= last:
            return campaign.campaign
    return f"{day.year}年{policy.ordinary}"


def charge(
    acts: Sequence[Act],
    pupils: Sequence[Pupil],
    reliefs: Sequence[tuple[str, str, str, str]],
    policy: DeductionPolicy,
) -> dict[Account, list[Line]]:
    """Every addend of every school and campaign."""
    lines: dict[Account, list[Line]] = defaultdict(list)
    for account, line in [*charge_acts(acts, policy), *charge_heads(pupils, policy)]:
        lines[account].append(line)
    for account, own in lines.items():
        granted = [(rule, case) for school, c, rule, case in sorted(reliefs) if (school, c) == account]
        take_off(own, dict(reversed(granted)), policy)
    return dict(lines)


def charge_acts(acts: Sequence[Act], policy: DeductionPolicy) -> Iterator[tuple[Account, Line]]:
    """Each act once; of acts on one day, their numbers say which is the repetition."""
    counted, met_before = set(), set()
    for act in sorted(acts, key=lambda a: (a.day, a.act, a.link)):
        if act.act in counted:
            continue  # one person at one raid, taken down twice
        counted.add(act.act)
        campaign = name_campaign(act.day, policy)
        yield (act.school, campaign), ("teacher_confirmed", act.link, 1, policy.teacher.points)
        if (act.person, campaign) in met_before and policy.teacher.repeat_points:
            yield (act.school, campaign), ("teacher_repeat", act.link, 1, policy.teacher.repeat_points)
        met_before.add((act.person, campaign))


def charge_heads(pupils: Sequence[Pupil], policy: DeductionPolicy) -> Iterator[tuple[Account, Line]]:
    """Each school's pupils at unlawful sites, each once, by the highest band that they reach."""
    heads: dict[Account, list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        if pupil.licence in policy.pupils.licences:
            heads[pupil.school, name_campaign(pupil.day, policy)].append(pupil)
    for account, met in heads.items():
        count, points = len({pupil.key for pupil in met}), Decimal(0)
        for band in policy.pupils.bands:
            points = band.points if count >= band.at_least else points
        if points:
            yield account, ("pupil_bands", "、".join(sorted({p.raid for p in met})), count, points)


def take_off(own: list[Line], granted: dict[str, str], policy: DeductionPolicy) -> None:
    """What is given back, in this order: the school's own report, the cap, rectification."""
    cases = "、".join(sorted({case for _, case, _, _ in own}))
    if "self_report" in granted:
        give(own, "self_report", granted["self_report"], share_of(own, policy.self_report.share))
    give(own, "school_cap", cases, total(own) - policy.cap.points)
    if "rectification" in granted:
        give(own, "rectification", granted["rectification"], share_of(own, policy.rectification.share))


def give(own: list[Line], rule: str, case: str, points: Decimal) -> None:
    if points > 0:
        own.append((rule, case, 1, -points))


def share_of(own: list[Line], share: Decimal) -> Decimal:
    return (total(own) * share).quantize(CENT, ROUND_HALF_UP)


def total(own: Sequence[Line]) -> Decimal:
    points = Decimal("0.00")
    for _, _, _, more in own:
        points += more
    return points


def tally(own: Sequence[Line]) -> dict[str, Any]:
    """The scoreboard's row of a school and campaign."""
    return {
        "teacher_count": sum(n for rule, _, n, _ in own if rule == "teacher_confirmed"),
        "pupil_count": sum(n for rule, _, n, _ in own if rule == "pupil_bands"),
        "points": total(own),
        "capped_points": total([line for line in own if line[0] == "school_cap"]),
    }


def propose(points: Decimal, policy: DeductionPolicy) -> set[str]:
    """The measures that a person is asked to decide on; a floor of 0 proposes nothing."""
    floors = [("取消学校当年各项评优评先资格", policy.honours.at_least)]
    floors += [(entry.measure, entry.at_least) for entry in policy.escalations]
    return {measure for measure, floor in floors if floor > 0 and points >= floor}
