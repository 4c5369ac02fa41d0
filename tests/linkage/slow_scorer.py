"""The reference scorer: bits of one pair from the policy and from counting, then the posterior.

Slow and obvious on purpose; `test_linkage_slow_scorer` holds the engine to it on every pair of a city.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import log2
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from tests.linkage.slow_counts import EXACT, FUZZY, SYLLABLE, TONE, Counts, key_of, other_keys

if TYPE_CHECKING:
    from tests.linkage.slow_levels import Record
    from tongcha.policy.linkage import LinkagePolicy

M = Mapping[Any, float]
IN_PART = ("partial", "partial_near")
NAME_LADDER = {"card": "card", "typed": "typed", "masked": "typed", "last4": "typed", "oral": "oral"}


def grain(bits: float) -> float:
    """The nearest multiple of 2⁻¹⁰, halves to even."""
    return round(bits * 1024) / 1024


def weigh(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> Record:
    """Bits per field, what is told already not counted twice."""
    number = levels["id_number"]
    bits = {
        "id_number": weigh_number(met, person, number, counts, policy),
        "name": weigh_name(met, person, levels, counts, policy),
        "phone": weigh_phone(met, levels["phone"], number, counts, policy),
        "birth": weigh_birth(person, levels, counts, policy),
        "age": weigh_age(met, levels["age"], policy),
        "sex": weigh_sex(person, levels["sex"], counts, policy),
        "area": weigh_area(person, levels["area"], counts, policy),
        "school": weigh_school(met, levels["school"], counts, policy),
        "subject": weigh_subject(person, levels["subject"], policy),
    }
    for name, most in told_already(met, person, levels, policy):
        bits[name] = min(bits[name], most)
    if number in {"exact", "near"} or (number in IN_PART and met["number"][6:14].strip("*")):
        bits["birth"] = 0.0
    if number == "exact":
        bits |= {"area": 0.0, "school": 0.0, "subject": 0.0}
    best = {"id_number": "exact", "name": "exact", "phone": "exact", "birth": "day", "area": "district"}
    for name, level in levels.items():
        if level == best.get(name, "fits" if name == "school" else "same"):
            bits[name] = max(bits[name], 0.0)
    return {name: grain(value) for name, value in bits.items()}


def told_already(
    met: Record, person: Record, levels: Record, policy: LinkagePolicy
) -> Iterator[tuple[str, float]]:
    """Field, and the most bits that it may add, since another one says the same."""
    number = levels["id_number"]
    alike = places_alike(met, person) if number in IN_PART else "*" * 18
    told = number in {"exact", "near"} or levels["birth"] == "day"
    if told or "*" not in alike[6:10]:
        yield "age", 0.0
    if told or alike[16] != "*":
        yield "sex", 0.0
    if levels["phone"] in {"exact", "listed"}:
        yield "area", policy.area.most_given_phone
    if "*" not in alike[:6]:
        yield "area", policy.area.most_given_region


def places_alike(met: Record, person: Record) -> str:
    """Places of the number that both sides show alike; * for the others."""
    return "".join(a if a == b else "*" for a, b in zip(met["number"], person["number"], strict=True))


def weigh_number(
    met: Record, person: Record, level: str | None, counts: Counts, policy: LinkagePolicy
) -> float:
    rule, people = policy.id_number, len(counts.people)
    if level is None:
        return 0.0
    u = {"exact": rule.borrowed / people, "near": max(rule.near_u, rule.near_people / people)}.get(level, 1.0)
    if level in IN_PART:
        u = min(max(visible_u(met, person, counts, policy), rule.least_u), 1.0)
    m: M = rule.m[met["capture"]]
    return log2(m[level] / u)


def visible_u(met: Record, person: Record, counts: Counts, policy: LinkagePolicy) -> float:
    """Share of people whose number has the same visible places; a differing one might be any of them."""
    digit = policy.id_number.digit_u
    both = list(zip(met["number"], person["number"], strict=True))
    alike = places_alike(met, person)
    prefix = re.match(r"[0-9]*", alike[:6])
    known = prefix.group() if prefix else ""
    region = counts.share_of("origin", lambda origin: origin.startswith(known)) if known else 1.0
    region *= digit["region"] ** (6 - alike[:6].count("*") - len(known))
    places = 8 - alike[6:14].count("*")
    if places == 8:
        birth = counts.share(counts.by["born"][person["born"]])
    elif "*" not in alike[6:10]:
        year = counts.share_of("born", lambda born: born.year == int(alike[6:10]))
        birth = year * digit["birth"] ** (places - 4)
    else:
        birth = digit["birth"] ** places
    shown = sum("*" not in pair for pair in both)
    slips = shown if any(a != b and "*" not in {a, b} for a, b in both) else 1
    return float(region * birth * digit["tail"] ** (4 - alike[14:].count("*")) * slips)


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
    }
    bits = log2(m.get(level, ladder.get(level, 0.0)) / name_u(met, person, levels, counts, policy))
    agrees = levels["phone"] in {"exact", "listed"}
    if levels["id_number"] == "exact":
        return min(bits, -log2(rule.floor_given_id))
    if agrees:
        bits = min(bits, -log2(rule.floor_given_phone))
        bits = min(bits, -log2(rule.floor_given_listed)) if levels["phone"] == "listed" else bits
        kin: Mapping[Any, float] = rule.kin_bits
        bits = min(bits, kin.get(level, bits))
    return bits


def name_u(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> float:
    rule, fold, level = policy.name, met["fold"], levels["name"]
    exact = tone = syllable = fuzzy = 0
    if met["form"] == "full" and "?" not in met["clean"][:4]:
        exact, tone, syllable = (counts.by[s][key_of(fold, s)] for s in (EXACT, TONE, SYLLABLE))
        if met["number_kind"] != "valid":
            fuzzy = max(counts.by[FUZZY][key] for key in other_keys(fold))
    surname = counts.share(counts.by["surname"][person["clean"][:1]])
    others: M = rule.u
    return {
        "exact": (max(exact, 1) + namesakes(met, person, levels, counts, policy)) / len(counts.people),
        "variant": counts.share(max(exact * rule.variant_share, rule.variant_people)),
        "tone": counts.share(tone - exact),
        "syllable": counts.share(syllable - tone),
        "fuzzy": counts.share(fuzzy - syllable),
        "wildcard": surname * rule.wildcard_share,
        "former": counts.share(exact * rule.former_share),
        "surname_only": surname,
        "surname_sounds": surname,
        "surname_same": surname,
    }.get(level) or others.get(level, 1.0)


def namesakes(met: Record, person: Record, levels: Record, counts: Counts, policy: LinkagePolicy) -> float:
    """How many more bear the name on no record, given how age and district compare."""
    rule, number, phone = policy.strangers, levels["id_number"], levels["phone"]
    if number in {"exact", "near"} or phone in {"exact", "listed", "near"}:
        return 0.0
    alike = places_alike(met, person) if number in IN_PART else "*" * 18
    parts = {"birth": alike[6:14], "tail": alike[14:]}
    if any("*" not in parts[part] for part in policy.id_number.telling_parts):
        return 0.0
    bell = NormalDist(0, rule.namesake_years)
    within = [2 * bell.cdf(years) - 1 for years in (0.5, 1.5, 2.5, 4.5)]
    ages = {
        "same": within[0],
        "one": within[1] - within[0],
        "two": within[2] - within[1],
        "far": within[3] - within[2],
        "very_far": 1 - within[3],
    }
    older = ages[levels["age"]] / age_u(met, levels["age"], policy) if levels["age"] else 1.0
    nearer = 1.0
    if levels["area"]:
        nearer = 1 - rule.neighbours
    if levels["area"] in {"district", "city"}:
        nearer += rule.neighbours / counts.share(counts.by["city"][person["region"] // 100])
    return rule.namesakes * older * nearer


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
    if level is None or (levels["id_number"] in {"conflict", "different"} and level != "day"):
        return 0.0
    day = counts.share(counts.by["born"][person["born"]])
    u = {"day": day, "month_or_year": day * policy.birth.near_days, "different": 1.0}[level]
    return log2(policy.birth.m[level] / u)


def weigh_age(met: Record, level: str | None, policy: LinkagePolicy) -> float:
    if level is None:
        return 0.0
    m: M = policy.age.m
    return log2(m[level] / age_u(met, level, policy))


def age_u(met: Record, level: str, policy: LinkagePolicy) -> float:
    near: dict[str, float] = {
        name: min(met["age_share"] * years, policy.age.most_u)
        for name, years in (("same", 1), ("one", 2), ("two", 2), ("far", 4))
    }
    return near.get(level, max(1 - sum(near.values()), policy.age.least_far_u))


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
