"""The reference scorer: bits of one pair from the policy and from counting, then the posterior.

Slow and obvious on purpose; `test_linkage_slow_scorer` holds the engine to it on every pair of a city.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import floor, log2
from typing import TYPE_CHECKING, Any

from tests.linkage.slow_levels import NOISE, Record, is_short_for
from tongcha.linkage.glyphs import READINGS, load_glyphs

if TYPE_CHECKING:
    from datetime import date

    from tongcha.policy.linkage import LinkagePolicy

EXACT, TONE, SYLLABLE, FUZZY = "exact", 0, 1, 2
NAME_LADDER = {"card": "card", "typed": "typed", "masked": "typed", "last4": "typed", "oral": "oral"}
UNHEARD, LEAN, LEAST_AGE, YEAR = 0.002, 50.0, 1e-4, 365.2425


def grain(bits: float) -> float:
    """The nearest multiple of 2⁻¹⁰, halves to even."""
    return round(bits * 1024) / 1024


def key_of(fold: str, strictness: int | str, reading: int = 0, at: int = -1) -> tuple[Any, ...]:
    """The first four characters as written, or by ear; place `at` with another reading."""
    chars = (fold[:4] + "\0\0\0\0")[:4]
    if strictness == EXACT:
        return tuple(chars)
    tables = load_glyphs()
    return tuple(
        int((tables.given if place else tables.surname)[reading if place == at else 0, strictness, ord(char)])
        for place, char in enumerate(chars)
    )


def other_keys(fold: str) -> set[tuple[Any, ...]]:
    """The blurred sound of the name, of its other readings, and with two given characters swapped."""
    keys = {key_of(fold, FUZZY, reading, place) for place in range(4) for reading in range(READINGS)}
    for first in (1, 2):
        if len(fold) == first + 2:
            swapped = fold[:first] + fold[first + 1] + fold[first]
            keys.add(key_of(swapped, FUZZY))
    return keys


@dataclass
class Counts:
    """How common each value is among the people on record and the people met."""

    people: list[Record]
    met: list[Record]
    schools: list[Record]
    by: dict[Any, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))

    def __post_init__(self) -> None:
        """Count."""
        for person in self.people:
            for strictness in (EXACT, TONE, SYLLABLE):
                self.by[strictness][key_of(person["fold"], strictness)] += 1
            for name in {person["fold"], person["former_fold"]} - {""}:
                self.by[FUZZY][key_of(name, FUZZY)] += 1
            for column, value in (
                ("surname", person["clean"][:1]),
                ("born", person["registered_birth"]),
                ("district", person["region"]),
                ("city", person["region"] // 100),
                ("sex", person["sex"]),
                ("school", person["school_id"]),
                ("phone", person["mobile"]),
            ):
                self.by[column][value] += 1
            if person["listed"]:
                self.by["phone"][person["listed"]] += 1
        self.by["met phone"] = Counter(identity["mobile"] for identity in self.met)

    def share(self, count: float) -> float:
        """A count as a share of all people; never less than one of them."""
        return max(count, 1) / len(self.people)

    def age_share(self, identity: Record, epoch: date) -> float:
        """How common the claimed age is among those met, leaning on the registry."""
        ages = Counter(min(other["age"], 120) for other in self.met if other["age"] is not None)
        seen = 0.5 * ages[identity["age"]] + 0.25 * (ages[identity["age"] - 1] + ages[identity["age"] + 1])
        day = (identity["raid_date"] - epoch).days
        first, last = (floor(day - (identity["age"] + more) * YEAR) for more in (1, 0))
        born = [p for p in self.by["born"].elements() if p is not None]
        known = sum(first < (b - epoch).days <= last for b in born) / max(len(born), 1)
        return max((seen + LEAN * known) / (sum(ages.values()) + LEAN), LEAST_AGE)

    def school_share(self, identity: Record) -> float:
        """Share of people in schools that the claim fits: of the city, else of the province."""
        claim = NOISE.sub("", identity["claimed_school"] or "")
        fitting: list[str] = []
        for part in (100, 10_000):
            if claim and not fitting and identity["number_kind"] != "valid":
                fitting = [
                    school["school_id"]
                    for school in self.schools
                    if school["region"] // part == identity["region"] // part
                    and any(is_short_for(claim, name) for name in school["names"])
                ]
        if not fitting:
            return UNHEARD
        staff = sum(self.by["school"][school["school_id"]] for school in self.schools)
        return max(sum(self.by["school"][school] for school in fitting), 1) / max(staff, 1)


def weigh(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> Record:
    """Bits per field, what is told already not counted twice."""
    number, phone = levels["id_number"], levels["phone"]
    told = number in {"exact", "near"}
    agrees = phone in {"exact", "listed"}
    bits = {
        "id_number": weigh_number(met, person, number, counts, policy),
        "name": weigh_name(met, person, levels, counts, policy),
        "phone": weigh_phone(met, phone, number, counts, policy),
        "birth": weigh_birth(person, levels, counts, policy),
        "age": weigh_age(met, levels["age"], policy),
        "sex": weigh_sex(person, levels["sex"], counts, policy),
        "area": weigh_area(person, levels["area"], counts, policy),
        "school": weigh_school(met, levels["school"], counts, policy),
        "subject": weigh_subject(person, levels["subject"], policy),
    }
    if told or (number == "partial" and any(place != "*" for place in met["number"][6:14])):
        bits["birth"] = 0.0
    for name in ("age", "sex"):
        if told or levels["birth"] == "day":
            bits[name] = min(bits[name], 0.0)
    for name in ("area", "school", "subject"):
        bits[name] = 0.0 if number == "exact" else bits[name]
    if agrees:
        bits["area"] = min(bits["area"], policy.area.most_given_phone)
    best = {"id_number": "exact", "name": "exact", "phone": "exact", "birth": "day", "area": "district"}
    for name, level in levels.items():
        if level == best.get(name, "fits" if name == "school" else "same"):
            bits[name] = max(bits[name], 0.0)
    return {name: grain(value) for name, value in bits.items()}


def weigh_number(
    met: Record, person: Record, level: str | None, counts: Counts, policy: LinkagePolicy
) -> float:
    rule, people = policy.id_number, len(counts.people)
    if level is None:
        return 0.0
    shown = [
        i for i, (a, b) in enumerate(zip(met["number"], person["number"], strict=False)) if "*" not in {a, b}
    ]
    digits = [sum(first <= i < last for i in shown) for first, last in ((0, 6), (6, 14), (14, 18))]
    day = counts.share(counts.by["born"][person["born"]])
    birth = day if digits[1] == 8 else rule.digit_u["birth"] ** digits[1]
    visible = rule.digit_u["region"] ** digits[0] * birth * rule.digit_u["tail"] ** digits[2]
    u = {
        "exact": rule.borrowed / people,
        "near": max(rule.near_u, rule.near_people / people),
        "partial": max(visible, rule.least_u),
        "conflict": 1.0,
    }[level]
    return log2(rule.m[met["capture"]][level] / u)


def weigh_name(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> float:
    rule, level = policy.name, levels["name"]
    if level is None:
        return 0.0
    ladder = rule.m[NAME_LADDER[met["capture"]]]
    m = {
        "surname_only": rule.surname_only_m,
        "surname_sounds": rule.surname_sounds_m,
        "wildcard": ladder["exact"],
        "surname_same": ladder["different"] * rule.surname_same_share,
    }
    bits = log2(m.get(level, ladder.get(level, 0.0)) / name_u(met, person, level, counts, policy))
    agrees = levels["phone"] in {"exact", "listed"}
    if levels["id_number"] == "exact":
        return min(bits, -log2(rule.floor_given_id))
    if agrees:
        bits = min(bits, -log2(rule.floor_given_phone))
        bits = min(bits, -log2(rule.floor_given_listed)) if levels["phone"] == "listed" else bits
        bits = min(bits, rule.kin_surname_bits) if level == "surname_only" else bits
        bits = min(bits, rule.kin_name_bits) if level == "surname_same" else bits
    return bits


def name_u(met: Record, person: Record, level: str, counts: Counts, policy: LinkagePolicy) -> float:
    rule, fold = policy.name, met["fold"]
    exact = tone = syllable = fuzzy = 0
    if met["form"] == "full" and "?" not in met["clean"][:4]:
        exact, tone, syllable = (counts.by[s][key_of(fold, s)] for s in (EXACT, TONE, SYLLABLE))
        if met["number_kind"] != "valid":
            fuzzy = max(counts.by[FUZZY][key] for key in other_keys(fold))
    surname = counts.share(counts.by["surname"][person["clean"][:1]])
    return {
        "exact": counts.share(exact),
        "variant": counts.share(max(exact * rule.variant_share, rule.variant_people)),
        "tone": counts.share(tone - exact),
        "syllable": counts.share(syllable - tone),
        "fuzzy": counts.share(fuzzy - syllable),
        "wildcard": surname * rule.wildcard_share,
        "former": counts.share(exact) * rule.former_share,
        "surname_only": surname,
        "surname_sounds": surname,
        "surname_same": surname,
    }.get(level, rule.u.get(level, 1.0))  # type: ignore[call-overload]  # the levels are literals


def weigh_phone(
    met: Record, level: str | None, number: str | None, counts: Counts, policy: LinkagePolicy
) -> float:
    rule, people = policy.phone, len(counts.people)
    if level is None:
        return 0.0
    holders = max(counts.by["phone"][met["mobile"]], counts.by["met phone"][met["mobile"]], 1)
    u = {"near": max(rule.near_u, rule.near_people / people), "different": 1.0}
    bits = log2(rule.m[level] / u.get(level, rule.shared * holders / people))
    return min(bits, -log2(rule.floor_given_id)) if number == "exact" else bits


def weigh_birth(person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> float:
    level = levels["birth"]
    if level is None or (levels["id_number"] == "conflict" and level != "day"):
        return 0.0
    day = counts.share(counts.by["born"][person["born"]])
    u = {"day": day, "month_or_year": day * policy.birth.near_days, "different": 1.0}[level]
    return log2(policy.birth.m[level] / u)


def weigh_age(met: Record, level: str | None, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    near = {
        name: min(met["age_share"] * years, policy.age.most_u)
        for name, years in (("same", 1), ("one", 2), ("two", 2), ("far", 4))
    }
    return log2(policy.age.m[level] / near.get(level, max(1 - sum(near.values()), policy.age.least_far_u)))


def weigh_sex(person: Record, level: str | None, counts: Counts, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    alike = counts.share(counts.by["sex"][person["sex"]])
    return log2(policy.sex.m[level] / (alike if level == "same" else max(1 - alike, policy.sex.least_u)))


def weigh_area(person: Record, level: str | None, counts: Counts, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    m = policy.area.m
    odds = m["elsewhere"]
    if level != "elsewhere":
        odds += m["city"] / counts.share(counts.by["city"][person["region"] // 100])
    if level == "district":
        odds += m["district"] / counts.share(counts.by["district"][person["region"]])
    return log2(odds)


def weigh_school(met: Record, level: str | None, counts: Counts, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    u = {"fits": max(met["school_share"], 1 / len(counts.people)), "elsewhere": 1.0}
    return log2(policy.school.m[level] / u.get(level, policy.school.same_district_u))


def weigh_subject(person: Record, level: str | None, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    alike = person["subject_share"]
    return log2(
        policy.subject.m[level] / max(alike if level == "same" else 1 - alike, policy.subject.least_u)
    )
