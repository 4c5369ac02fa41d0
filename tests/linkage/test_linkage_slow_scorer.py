"""The engine agrees with the slow reference on every pair of an invented city, to the last bit."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.linkage.linkage_scene import policy
from tests.linkage.slow_counts import Counts
from tests.linkage.slow_levels import compare, name_kinds, read_claim, read_record
from tests.linkage.slow_posterior import exclude, merge_records, settle
from tests.linkage.slow_scorer import weigh
from tongcha.linkage.blocking.listed import find_listed
from tongcha.linkage.blocking.scan import Pairs
from tongcha.linkage.folder import open_registry
from tongcha.linkage.links import LADDERS
from tongcha.linkage.reading.tables import read_table, scan_table
from tongcha.linkage.scoring import score_pairs
from tongcha.linkage.weights.weigher import FIELDS
from tongcha.synthetic.spec import WorldSpec
from tongcha.synthetic.world import stream_world

pytestmark = pytest.mark.slow
SPEC = WorldSpec(
    seed=77, teachers=1_500, schools=40, cities=2, districts=3, raids=12, identities=200, pupils=0
)
BESIDE = 10
"""people beside the candidates whom each identity is compared with as well"""
SHOWN = (
    "xxxxxx********xxxx",
    "xxxxxxxxxx****xxxx",
    "xxxxxxxxxxxxxx****",
    "******xxxxxxxxxxxx",
    "xx*xxxxxxx**xxxxxx",
)
"""places of an ID number that were taken down; at the first of the last four one may be mistaken"""


def hide_some_places(met: pl.DataFrame) -> pl.DataFrame:
    """Take the complete number of every other identity down in part, and every fourth with a mistake."""
    numbers = met["id_number"].to_list()
    for row in range(0, len(numbers), 2):
        if numbers[row] is not None and len(numbers[row]) == 18:
            number = "".join(
                place if shown == "x" else "*"
                for place, shown in zip(numbers[row], SHOWN[row // 2 % len(SHOWN)], strict=True)
            )
            slip = row % 4 == 0 and number[14] != "*"
            numbers[row] = number[:14] + ("7" if number[14] != "7" else "3") + number[15:] if slip else number
    return met.with_columns(id_number=pl.Series(numbers, dtype=pl.String))


def write_oddly(claims):
    """Claims as some write them: campus, remark, speaker, province, city, unnamed place, digits."""
    ways = (
        "{}",
        "{}（东校区）",
        "{}东校区老师",
        "市{}（退）",
        "{}南校区",
        "县{}",
        "澜川市{}",
        "湖北省澜川{}",
    )
    odd = [ways[n % len(ways)].format(claim) if claim else None for n, claim in enumerate(claims)]
    odd = [claim and (claim if n % 3 else claim.replace("三", "3")) for n, claim in enumerate(odd)]
    odd = [claim and (claim if n % 5 else claim.replace("学", "雪")) for n, claim in enumerate(odd)]
    return [claim and (claim if n % 7 else claim.replace("中学", "初中")) for n, claim in enumerate(odd)]


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    world = tmp_path_factory.mktemp("world")
    stream_world(SPEC, world, world / "truth")
    met, schools = read_table(world, "identities").sort("identity_id"), read_table(world, "schools")
    met = hide_some_places(met)
    met = met.with_columns(pl.Series("claimed_school", write_oddly(met["claimed_school"].to_list())))
    schools = schools.with_columns(
        pl.col("name").str.replace("第二", "第2").str.strip_prefix("澜川市"), campuses=pl.lit("东校区、本部")
    )
    people, registry = open_registry(world), scan_table(world, "registry")
    staff = scan_table(world, "staff_lists")
    listed = find_listed(met["phone"], staff, registry, schools, policy().school.fits_from)
    schools = schools.sort("school_id")
    blocked = score_pairs(met, people, schools, policy(), listed).pairs
    rng = np.random.default_rng(5)
    more = np.repeat(np.arange(met.height), BESIDE), rng.integers(0, SPEC.teachers, met.height * BESIDE)
    both = [np.concatenate(part) for part in zip((blocked.identity, blocked.row), more, strict=True)]
    pairs = np.unique(np.stack(both, axis=1), axis=0)
    fast = score_pairs(
        met, people, schools, policy(), listed, Pairs(pairs[:, 0].copy(), pairs[:, 1].copy(), {})
    )
    return fast, met.rows(named=True), registry.collect().rows(named=True), schools.rows(named=True), listed


@pytest.fixture(scope="module")
def reference(scored):
    fast, met, people, schools, listed = scored
    rules = policy()
    phones = dict(zip(listed.row.tolist(), listed.phone.tolist(), strict=True))
    people = [read_record(row) | {"listed": phones.get(i, 0)} for i, row in enumerate(people)]
    for person in people:
        former = person["former_name"]
        person["former_fold"] = read_record({"name": former})["fold"] if former else ""
        person["registered_birth"] = person["born"]
    met = [read_record(row) for row in met]
    for school in schools:
        school["kinds"] = name_kinds(school)
        school["region"] = int(school["area"])
    by_kind = {
        kind: {school["school_id"]: school["kinds"][kind] for school in schools}
        for kind in ("written", "in words", "with campus", "by sound")
    }
    for identity in met:
        identity["reading"] = read_claim(identity, schools, rules.school.fits_from)
        identity["names_of"] = by_kind
    counts = Counts(people, met, schools, rules)
    pairs = list(zip(fast.pairs.identity.tolist(), fast.pairs.row.tolist(), strict=True))
    taught = Counter(people[row]["subject"] for row in {row for _, row in pairs})
    rule = rules.subject
    for row in {row for _, row in pairs}:
        alike = taught[people[row]["subject"]] + rule.lean * rule.even_share
        people[row]["subject_share"] = alike / (sum(taught.values()) + rule.lean)
    for identity in met:
        identity["school_share"] = counts.school_share(identity)
        if identity["age"] is not None:
            identity["age_share"] = counts.age_share(identity, date(1900, 1, 1))
    names = by_kind["written"]
    areas = {school["school_id"]: school["region"] for school in schools}
    found = {}
    for i, row in pairs:
        levels = compare(met[i], people[row], names, areas, rules)
        found[i, row] = {"levels": levels, "bits": weigh(met[i], people[row], levels, counts, rules)}
    return found, met, people


def test_there_are_two_thousand_pairs_of_every_kind(scored):
    fast = scored[0]
    assert len(fast.pairs.row) >= 2_000
    for field in FIELDS:
        assert len(set(fast.compared.levels[field].tolist())) >= 2, field


def test_claims_are_read_in_every_way(reference):
    every = {"written", "in words", "with campus", "by sound"}
    assert {identity["reading"][1] for identity in reference[1]} == every


@pytest.mark.parametrize("field", FIELDS)
def test_levels_and_bits_of_every_pair_are_those_of_the_reference(scored, reference, field):
    fast, ladder, wrong = scored[0], LADDERS[field], []
    for place, (pair, slow) in enumerate(reference[0].items()):
        level = fast.compared.levels[field][place]
        got = (ladder[level] if level >= 0 else None), float(fast.bits[field][place])
        if got != (slow["levels"][field], slow["bits"][field]):
            wrong.append((pair, got, slow["levels"][field], slow["bits"][field]))
    assert wrong == []


def test_scores_of_every_pair_are_those_of_the_reference(scored, reference):
    fast, rules = scored[0], policy()
    found, met, people = reference
    weights: dict[int, dict[int, float]] = defaultdict(dict)
    person: dict[tuple[int, int], int] = {}
    for (i, row), slow in found.items():
        weights[i][row] = sum(slow["bits"].values()) + fast.prior
    for i, rows in weights.items():
        person |= {(i, row): other for row, other in merge_records(list(rows), people).items()}

    def settle_all():
        for i, rows in weights.items():
            settled = settle(rows, {row: person[i, row] for row in rows})
            for row, outcome in settled.items():
                found[i, row] |= outcome

    settle_all()
    for (i, row), bits in exclude(found, met, person, rules).items():
        weights[i][row] += bits
    settle_all()
    got = np.empty(len(found))
    got[fast.ranked.order] = fast.ranked.score
    slow = [outcome["score"] for outcome in found.values()]
    assert [(p, a, b) for p, a, b in zip(found, got.tolist(), slow, strict=True) if a != b] == []
