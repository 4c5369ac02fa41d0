"""The reference scorer: bits of one pair from the policy and from counting, then the posterior.

Slow and obvious on purpose; `test_linkage_slow_scorer` holds the engine to it on every pair of a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log2
from typing import TYPE_CHECKING, Any

from tests.linkage.slow_counts import EXACT, FUZZY, SYLLABLE, TONE, Counts, key_of, other_keys

if TYPE_CHECKING:
    from tests.linkage.slow_levels import Record
    from tongcha.policy.linkage import LinkagePolicy

M = Mapping[Any, float]
NAME_LADDER = {"card": "card", "typed": "typed", "masked": "typed", "last4": "typed", "oral": "oral"}


def grain(bits: float) -> float:
    """The nearest multiple of 2⁻¹⁰, halves to even."""
    return round(bits * 1024) / 1024


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
    m: M = rule.m[met["capture"]]
    return log2(m[level] / u)


def weigh_name(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> float:
    rule, level = policy.name, levels["name"]
    if level is None:
        return 0.0
    ladders: Mapping[Any, M] = rule.m
    ladder = ladders[NAME_LADDER[met["capture"]]]
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
    others: M = rule.u
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
    }.get(level) or others.get(level, 1.0)


def weigh_phone(
    met: Record, level: str | None, number: str | None, counts: Counts, policy: LinkagePolicy
) -> float:
    rule, people = policy.phone, len(counts.people)
    if level is None:
        return 0.0
    holders = max(counts.by["phone"][met["mobile"]], counts.by["met phone"][met["mobile"]], 1)
    u = {"near": max(rule.near_u, rule.near_people / people), "different": 1.0}
    m: M = rule.m
    bits = log2(m[level] / u.get(level, rule.shared * holders / people))
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
    m: M = policy.age.m
    return log2(m[level] / near.get(level, max(1 - sum(near.values()), policy.age.least_far_u)))


def weigh_sex(person: Record, level: str | None, counts: Counts, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    alike = counts.share(counts.by["sex"][person["sex"]])
    m: M = policy.sex.m
    return log2(m[level] / (alike if level == "same" else max(1 - alike, policy.sex.least_u)))


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
    m: M = policy.school.m
    return log2(m[level] / u.get(level, policy.school.same_district_u))


def weigh_subject(person: Record, level: str | None, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    alike = person["subject_share"]
    u = alike if level == "same" else 1 - alike
    m: M = policy.subject.m
    return log2(m[level] / max(u, policy.subject.least_u))
