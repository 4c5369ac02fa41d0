"""What is recorded as the policy that made a table changes with every rule and with nothing else."""

from __future__ import annotations

import shutil

import pytest

from pipelines.provenance import POLICIES, policy_digest

RULES = sorted(path.relative_to(POLICIES).as_posix() for path in POLICIES.rglob("*") if path.suffix != ".md")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(POLICIES, tmp_path / "policy")


@pytest.mark.parametrize("name", [name for name in RULES if "." in name])
def test_a_changed_rule_list_or_template_is_another_policy(folder, name):
    before = policy_digest(folder)
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    assert policy_digest(folder) != before


def test_a_word_frequency_table_beside_the_rules_is_policy(folder):
    before = policy_digest(folder)
    (folder / "frequencies.csv").write_text("王,0.07\n", encoding="utf-8")
    assert policy_digest(folder) != before


def test_text_that_only_explains_is_no_policy(folder):
    before = policy_digest(folder)
    (folder / "README.md").write_text("另一种说明", encoding="utf-8")
    (folder / "templates" / "说明.md").write_text("怎样改模板", encoding="utf-8")
    assert policy_digest(folder) == before
    (folder / "README.md").unlink()
    assert policy_digest(folder) == before
