"""The reference posterior of one identity's candidates: others at the raid, rivals, two records."""

from __future__ import annotations

from collections import defaultdict
from math import log2
from typing import TYPE_CHECKING

from tests.linkage.slow_scorer import grain

if TYPE_CHECKING:
    from tests.linkage.slow_levels import Record
    from tongcha.policy.linkage import LinkagePolicy

Pair = tuple[int, int]
"""position of the identity, row of the person"""


def merge_records(rows: list[int], people: list[Record]) -> dict[int, int]:
    """Row → the row that stands for the person among these candidates."""
    person = {row: row for row in rows}
    namesakes: dict[int, object] = {
        row: (people[row]["fold"][:4], people[row]["born"], people[row]["region"] // 100)
        for row in rows
        if people[row]["born"] and people[row]["region"] // 100
    }
    for keys in (
        {row: people[row]["number"] for row in rows if people[row]["number_kind"] == "valid"},
        {
            row: (people[row]["born"], people[row]["mobile"])
            for row in rows
            if people[row]["born"] and people[row]["mobile"]
        },
        {
            row: (people[row]["fold"][:4], people[row]["born"], people[row]["school_id"])
            for row in rows
            if people[row]["born"]
        },
        namesakes,
    ):
        groups = defaultdict(list)
        for row, key in keys.items():
            groups[key].append(row)
        for group in groups.values():
            numbers = {people[row]["number"] for row in group if people[row]["number_kind"] == "valid"}
            if keys is namesakes and len(numbers) > 1:
                continue
            first = min(person[row] for row in group)
            person |= dict.fromkeys(group, first)
    return person


def settle(weights: dict[int, float], person: dict[int, int]) -> dict[int, Record]:
    """Per candidate row of one identity: score."""
    found = {}
    for row, weight in weights.items():
        rest = sum(2**other for other_row, other in weights.items() if person[other_row] != person[row])
        rivals = grain(-log2(1 + rest))
        found[row] = {"score": weight + rivals}
    return found


def exclude(
    pairs: dict[Pair, Record], met: list[Record], person: dict[Pair, int], policy: LinkagePolicy
) -> dict[Pair, float]:
    """Per pair, bits that different people at the same raid take from the claim."""
    claims = defaultdict(list)
    for pair in pairs:
        claims[met[pair[0]]["raid_id"], person[pair]].append(pair)
    taken = {}
    for pair in pairs:
        odds = sum(
            2 ** (pairs[other]["score"])
            for other in claims[met[pair[0]]["raid_id"], person[pair]]
            if other[0] != pair[0] and are_different(pair, other, pairs, met, policy)
        )
        taken[pair] = grain(-log2(1 + odds))
    return taken


def are_different(
    one: Pair, other: Pair, pairs: dict[Pair, Record], met: list[Record], policy: LinkagePolicy
) -> bool:
    """Whether sex, age, complete numbers or the names tell two identities apart."""
    a, b = met[one[0]], met[other[0]]
    close = {*policy.subjects.close_names, "former", "surname_only", None}
    if any(pairs[pair]["levels"]["name"] not in close for pair in (one, other)):
        return True
    if a["sex"] and b["sex"] and a["sex"] != b["sex"]:
        return True
    if a["number_kind"] == b["number_kind"] == "valid" and a["number"] != b["number"]:
        return True
    if a["age"] is None or b["age"] is None:
        return False
    years = (a["raid_date"] - b["raid_date"]).days / 365.25
    apart: float = abs(a["age"] - b["age"] - years)
    return apart > policy.subjects.years_apart
