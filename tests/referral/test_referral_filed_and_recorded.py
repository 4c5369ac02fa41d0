"""What a package says of how a person came to be known, and of a recording: true of a raid and of a list."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.intake_files import POLICY as INTAKE
from tests.referral.referral_scene import build_inputs
from tests.responsibility import hand_worked as world
from tongcha.referral.exculpatory import find_exculpatory
from tongcha.referral.lists import list_recordings
from tongcha.referral.package import join_clues, write_packages
from tongcha.tables.intake import BATCH_KINDS

if TYPE_CHECKING:
    from pathlib import Path

ON_SITE, FILED = BATCH_KINDS
DIGEST = "a" * 64


def write_letter(out: Path, kind: str | None) -> str:
    """Write the packages of a batch of that kind; returns the text of one letter."""
    referrals, dossiers = build_inputs()
    dossiers = replace(dossiers, sites=dossiers.sites.with_columns(kind=pl.lit(kind, pl.String)))
    one = referrals.filter(pl.col("recipient") == referrals["recipient"][0])
    table = write_packages(
        referrals=one, dossiers=dossiers, policy=world.ROUTING, clocks=world.CLOCKS,
        templates=world.TEMPLATES, batch=world.BATCH, out=out, demo=True,
    )  # fmt: skip
    path = table.filter(pl.col("path").str.ends_with("移送函.docx"))["path"][0]
    with zipfile.ZipFile(io.BytesIO((out / path).read_bytes())) as archive:
        return re.sub("<[^>]+>", "", archive.read("word/document.xml").decode())


@pytest.mark.parametrize("kind", [ON_SITE, None])
def test_the_letter_of_a_raid_says_that_police_checked(tmp_path, kind):
    letter = write_letter(tmp_path, kind)
    assert "查处现场登记身份的人员" in letter
    assert "日查处，" in letter


def test_the_letter_of_filed_staff_never_says_that_anybody_was_met(tmp_path):
    letter = write_letter(tmp_path, FILED)
    assert "机构备案名单所列、经学校或者本人核实的人员（没有现场核验）" in letter
    assert "公安机关核验" not in letter
    assert "日备案，" in letter


def test_that_a_person_is_only_filed_speaks_for_them():
    found = [
        find_exculpatory(
            confirmed=world.build_confirmed(),
            identities=world.build_identities(),
            people=world.build_people(),
            employment=world.build_employment(),
            schools=world.build_schools(),
            sites=world.build_sites().with_columns(kind=pl.lit(kind)),
            rules=world.ROUTING.facts,
            spell_rules=world.LINKAGE.employment,
            school_names=INTAKE.school_names,
        )
        for kind in BATCH_KINDS
    ]
    counts = [(frame["finding"] == "only_filed").sum() for frame in found]
    assert counts == [0, len(world.ACTS)]


def test_a_recording_is_told_by_number_and_fingerprint_only_where_there_is_one():
    referrals, dossiers = build_inputs()
    has_one = pl.when(pl.col("raid_id") == "Q1")
    sites = dossiers.sites.with_columns(
        recorder_file=has_one.then(pl.lit("ZFJL-7")), recorder_sha256=has_one.then(pl.lit(DIGEST))
    )
    clues = join_clues(referrals, replace(dossiers, sites=sites))
    rows = list_recordings(clues)
    assert rows["referral_id"].to_list() == clues.filter(pl.col("raid_id") == "Q1")["referral_id"].to_list()
    assert rows["effect"].unique().to_list() == ["可调阅"]
    assert all("ZFJL-7" in text and DIGEST in text for text in rows["sentence"])
