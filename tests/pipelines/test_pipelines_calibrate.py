"""`tongcha calibrate` on a whole home: learns from what people agreed on, says so, and writes nothing."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner

from assets.store import TableStore
from pipelines.cli import tongcha
from pipelines.exits import Exit
from pipelines.home import Home, Settings
from pipelines.provenance import POLICIES
from tests.linkage.linkage_scene import RAIDED, SCHOOLS, met, people, policy, spells
from tests.pipelines.conftest import digests
from tongcha.errors import InputError
from tongcha.ledger.store import Ledger
from tongcha.linkage.engine import propose_links
from tongcha.policy.diff import replace_numbers
from tongcha.review.decisions import record_judgement
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

BATCH, SNAPSHOT, MET = "2026-10-18", "2026-10-01", 240
TRUE_SHARE = 0.4
"""how often the phone is right in this world; the policy as shipped holds 0.70"""
SURNAMES, GIVEN = "蔡潘袁邓许傅沈曾彭吕", "鹏婷宁萍昊琳雯峥璐骏昕蕾翔晨菲锋"
AT = "2026-10-20T10:00:00+08:00"


def describe(n: int, dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A teacher, and the same person as met: name and age right, the phone right or somebody else's."""
    name = SURNAMES[n % 10] + GIVEN[n // 10 % 16] + GIVEN[n // 160 + 3]
    phone = str(13_000_000_000 + n * 1_234_567)
    teacher = {"name": name, "phone": phone, "id_number": None, "sex": "女", "area": "340104"}
    given = phone if dice.random() < TRUE_SHARE else str(18_900_000_000 + n * 987_653)
    return teacher, {"name": name, "phone": given, "age": 41, "sex": "女"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Home:
    """One linked batch in which every proposal was judged; a second person saw half of the sure ones."""
    dice = random.Random(5)
    pairs = [describe(n, dice) for n in range(MET)]
    tables = {
        "identities": met(*(identity for _, identity in pairs)),
        "people": people(*(person for person, _ in pairs)),
        "schools": SCHOOLS,
        "staff_entries": BY_NAME["staff_entries"].empty(),
    }
    linked = propose_links(
        identities=tables["identities"], people=tables["people"], employment=spells(), schools=SCHOOLS,
        policy=policy(), batch=BATCH, snapshot=SNAPSHOT,
    )  # fmt: skip
    home = Home(tmp_path_factory.mktemp("calibrate") / "home").open()
    store = TableStore(home.root / "tables")
    for name, frame in tables.items():
        store.write(BY_NAME[name], BATCH if name == "identities" else SNAPSHOT, fit(name, frame))
    store.write(BY_NAME["candidate_links"], BATCH, linked.candidate_links)
    give_verdicts(Ledger(home.ledger_url()), linked.candidate_links, dice)
    return home


def fit(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The scene's columns under the contract's schema; what the scene doesn't know is empty."""
    table = BY_NAME[name]
    known = frame.with_columns(snapshot=pl.lit(SNAPSHOT), batch=pl.lit(BATCH))
    columns = [
        (pl.col(column) if column in known.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in table.schema.items()
    ]
    return known.select(columns)


def give_verdicts(ledger: Ledger, links: pl.DataFrame, dice: random.Random) -> None:
    events = []
    for row in links.filter(pl.col("decision") != "none").sort("link_id").iter_rows(named=True):
        is_same = row["identity_id"][1:] == row["person_id"][1:] and row["person_id"][0] == "P"
        rounds = [("一审", "r1")]
        if row["decision"] == "review" or not is_same:
            rounds.append(("二审", "r2"))
        elif dice.random() < 0.5:
            rounds.append(("复验", "v1"))
        events += [
            record_judgement(
                batch=BATCH, link_id=row["link_id"], review_round=name, reviewer=who, reason="按世界的真值",
                verdict="same" if is_same else "different", evidence_hash=row["evidence_hash"],
                decided_on=RAIDED,
            )
            for name, who in rounds
        ]  # fmt: skip
    ledger.append_all(events, at=AT)


def write_policies(home: Home, folder: Path, **rules: float) -> None:
    """Give the home policy files of its own, with other rules for calibration."""
    shutil.copytree(POLICIES, folder)
    path = folder / "calibration.yaml"
    changed = replace_numbers(
        path.read_text(encoding="utf-8"), {(name,): value for name, value in rules.items()}
    )
    path.write_text(changed, encoding="utf-8")
    home.write_settings(Settings(policies=str(folder)))


def test_it_learns_the_truth_from_two_peoples_word_tells_the_effect_and_writes_nothing(
    judged, tmp_path, monkeypatch
):
    write_policies(judged, tmp_path / "policy", carries=10, least_pairs=20)
    monkeypatch.setenv("TONGCHA_HOME", str(judged.root))
    folders = [path.name for path in judged.root.iterdir() if path.is_dir()]
    before = digests(judged, *folders, "../home"), digests(Home(tmp_path), "policy")
    done = CliRunner().invoke(tongcha, ["calibrate", "--from", "judgements"], catch_exceptions=False)
    assert (digests(judged, *folders, "../home"), digests(Home(tmp_path), "policy")) == before
    assert done.exit_code == Exit.OK
    assert done.stdout.startswith("--- a/linkage.yaml\n+++ b/linkage.yaml\n")
    [line] = [
        line for line in done.stdout.splitlines() if line.startswith("+  m: {exact") and "listed" in line
    ]
    m = yaml.safe_load(line[1:])["m"]
    assert m["exact"] == pytest.approx(TRUE_SHARE, abs=0.08)
    assert m["exact"] + m["near"] + m["different"] == pytest.approx(1, abs=1e-4)
    assert "以下只是建议，未作任何改动" in done.stderr
    assert "按其所代表的件数计" in done.stderr
    assert "条候选比对的机器建议会改变" in done.stderr


def test_with_the_rules_as_shipped_few_second_looks_are_refused(judged, monkeypatch, tmp_path):
    write_policies(judged, tmp_path / "policy", least_second_looks=10_000)
    monkeypatch.setenv("TONGCHA_HOME", str(judged.root))
    with pytest.raises(InputError, match="少于 10000 条"):
        CliRunner().invoke(tongcha, ["calibrate", "--from", "judgements"], catch_exceptions=False)


def test_a_home_without_links_is_told_to_propose_first(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGCHA_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(tongcha, ["calibrate"])
    assert "先运行 tongcha propose" in str(done.exception)
