from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.responsibility import hand_worked as world
from tongcha.errors import PolicyError
from tongcha.responsibility.notices import NoticePolicies
from tongcha.responsibility.prompts import write_prompts

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def write(out: Path, *, demo: bool = True) -> pl.DataFrame:
    return write_prompts(
        pupil_schools=world.build_pupil_schools(),
        sites=world.build_sites(),
        schools=world.build_schools(),
        policies=NoticePolicies(world.DEDUCTIONS, world.CLOCKS),
        templates=world.TEMPLATES,
        out=out,
        demo=demo,
    )


def test_a_school_is_asked_to_look_into_a_number_and_told_that_nothing_is_decided(tmp_path):
    prompts = write(tmp_path)
    assert dict(prompts.select("school_id", "pupil_count").iter_rows()) == {"S1": 6, "S4": 15}
    for path in prompts["path"]:
        with zipfile.ZipFile(tmp_path / path) as archive:
            text = archive.read("word/document.xml").decode()
        assert "不是扣分决定" in text
        assert "10个工作日" in text
        assert "天数由本单位确定" in text  # no text gives it, and the school may know
        assert not any(name in text for name in world.build_people()["name"])


def test_a_prompt_needs_adopted_rules(tmp_path):
    with pytest.raises(PolicyError, match=r"扣分规则.*只能用于演示"):
        write(tmp_path, demo=False)
