"""The inbox is written in the real formats, deterministically, and intake takes in all but the bad rows."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from tongcha.casebook.listings import find_listing_contradictions
from tongcha.casebook.patrols import find_clean_patrols
from tongcha.intake.batch import read_batch
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.intake import IntakePolicy
from tongcha.reference.snapshot import read_snapshot
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.spec import CITY
from tongcha.synthetic.world import build_world

pytestmark = pytest.mark.slow  # a city is written to files and read back

TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def world():
    return build_world(replace(CITY, teachers=2_000, schools=45, identities=240, pupils=90))


@pytest.fixture(scope="module")
def written(world, tmp_path_factory):
    inbox = tmp_path_factory.mktemp("inbox")
    return inbox, write_inbox(world, inbox)


@pytest.fixture(scope="module")
def policy():
    return IntakePolicy.load(Path("policy/intake.yaml"))


def fingerprints(inbox: Path) -> dict[str, str]:
    return {
        path.relative_to(inbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def test_the_same_world_gives_the_same_bytes(world, written, tmp_path):
    write_inbox(world, tmp_path)
    assert fingerprints(tmp_path) == fingerprints(written[0])


def test_the_formats_are_mixed_as_in_life(written):
    inbox, result = written
    names = {path.name for path in inbox.rglob("*")}
    assert {"registry.parquet", "任职经历.csv", "学校名录.xlsx", "查处登记.xlsx", "现场人员.csv"} <= names
    assert len(list((inbox / "reference" / result.snapshot / "教职工名册").iterdir())) == 45
    with pytest.raises(UnicodeDecodeError):
        (inbox / "reference" / result.snapshot / "任职经历.csv").read_bytes().decode("utf-8")


def test_every_batch_states_its_lawful_source(written):
    inbox, result = written
    assert len(result.batches) == 6
    for batch in result.batches:
        source = yaml.safe_load((inbox / "raids" / batch / "source.yaml").read_text(encoding="utf-8"))
        assert set(source) == {"purpose", "legal_basis", "agreement_id", "expires_on", "impact_assessment_id"}
        assert source["expires_on"] > TODAY


def test_intake_takes_in_every_good_row_and_turns_away_exactly_the_bad_ones(world, written, policy):
    inbox, result = written
    taken, rejected = [], []
    for batch in result.batches:
        intake = read_batch(inbox, batch, today=TODAY, policy=policy)
        taken.append(intake.identities)
        rejected.append(intake.rejected_rows.filter(pl.col("outcome") == "rejected"))
        assert (
            intake.pupils.height
            == world.pupils.filter(pl.col("raid_id") == intake.sites["raid_id"][0]).height
        )
    people = pl.concat(taken).sort("identity_id")
    wanted = world.identities.sort("identity_id")
    for column in (
        "identity_id",
        "raid_id",
        "raid_date",
        "site_area",
        "capture",
        "name",
        "sex",
        "age",
        "role",
    ):
        assert people[column].to_list() == wanted[column].to_list(), column
    bad = result.bad_rows.filter(pl.col("file").str.starts_with("raids/"))
    assert set(pl.concat(rejected).select("file", "row").rows()) == set(bad.select("file", "row").rows())


def test_the_reference_snapshot_is_read_back_whole(world, written, policy):
    inbox, result = written
    snapshot = read_snapshot(inbox, result.snapshot, policy=policy)
    assert snapshot.teachers.height == world.registry.height
    half = world.spells["teacher_id"][0]  # of whom one spell is spoiled, so that none counts
    assert snapshot.employment.height == world.spells.filter(pl.col("teacher_id") != half).height
    assert snapshot.schools.height == world.schools.height
    rows = snapshot.staff_entries.join(world.staff_lists, on=["list_id", "row_no"], suffix="_true")
    assert rows.height == world.staff_lists.height
    assert (rows["name"] == rows["name_true"]).all()
    bad = result.bad_rows.filter(pl.col("file").str.starts_with("reference/"))
    of_themselves = (pl.col("outcome") == "rejected") & (pl.col("rule") != "spells_are_whole")
    turned_away = snapshot.rejected_reference_rows.filter(of_themselves)
    assert set(turned_away.select("file", "row").rows()) == set(bad.select("file", "row").rows())


def test_the_optional_inputs_hold_what_must_be_asked_about(written, policy):
    inbox, result = written
    snapshot = read_snapshot(inbox, result.snapshot, policy=policy)
    listed = snapshot.inspectors.filter(pl.col("end").is_null())["school_id"]
    assert listed.n_unique() == snapshot.schools.height - 1  # one school has none, one has two
    assert listed.len() == snapshot.schools.height
    assert set(snapshot.institutions["listing"]) == {"白名单", "黑名单"}
    batches = [read_batch(inbox, batch, today=TODAY, policy=policy) for batch in result.batches]
    sites, patrols = (pl.concat(getattr(b, name) for b in batches) for name in ("sites", "patrols"))
    assert set(patrols["result"]) == {"发现问题", "未能进入", "正常"}
    assert sites["recorder_sha256"].drop_nulls().n_unique() == 4
    rules = CasebookPolicy.load(Path("policy/casebook.yaml"))
    assert find_clean_patrols(sites, patrols, rules.patrols).height > 0
    assert find_listing_contradictions(sites, snapshot.institutions).height > 0


def test_no_file_of_the_inbox_carries_the_truth(written):
    inbox, _ = written
    assert not [path for path in inbox.rglob("*") if "truth" in path.name]
