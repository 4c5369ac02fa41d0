from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from docx import Document

from tests.referral.referral_scene import build_inputs, read_cells, write
from tests.responsibility import hand_worked as world
from tongcha.errors import ContractError, PolicyError
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.referral.package import join_clues


def read_letter(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


def test_each_recipient_gets_a_letter_a_list_and_an_attachment(tmp_path):
    packages = write(tmp_path)
    per_package = packages.group_by("package_id").agg(pl.col("path").str.split("/").list.last().sort())
    assert (
        per_package["path"].to_list()
        == [["人员身份附件.xlsx", "移送函.docx", "线索清单.xlsx"]] * packages["package_id"].n_unique()
    )
    assert all((tmp_path / path).stat().st_mode & 0o077 == 0 for path in packages["path"])


def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path):
    assert write(tmp_path / "a").equals(write(tmp_path / "b", reverse=True))


def test_whole_names_and_numbers_stand_in_the_attachment_only(tmp_path):
    for path in write(tmp_path)["path"]:
        text = read_letter(tmp_path / path) if path.endswith(".docx") else read_cells(tmp_path / path)
        assert ("210202198505" in text) == ("附件" in path and "penalty" not in text and "证件号码" in text)
        if "附件" not in path:
            assert not any(name in text for name in world.build_people()["name"])


def test_the_penalty_team_gets_no_id_number(tmp_path):
    packages = write(tmp_path).filter(
        pl.col("recipient") == "penalty_team", pl.col("path").str.contains("附件")
    )
    assert "证件号码" not in read_cells(tmp_path / packages["path"][0])


def test_no_paper_shows_a_score_or_a_probability(tmp_path):
    for path in write(tmp_path)["path"]:
        text = read_letter(tmp_path / path) if path.endswith(".docx") else read_cells(tmp_path / path)
        assert not any(word in text for word in ("概率", "比特", "-14", "30.0", "得分"))


def test_every_paper_says_that_a_match_is_not_a_finding(tmp_path):
    packages = write(tmp_path)
    for path in packages.filter(pl.col("path").str.ends_with("docx"))["path"]:
        assert "身份比对一致不等于违规事实成立" in read_letter(tmp_path / path)
    for path in packages.filter(pl.col("path").str.ends_with("xlsx"))["path"]:
        assert "比对一致不等于违规事实成立" in read_cells(tmp_path / path)


def test_the_lists_bear_the_numbers_and_names_that_the_letter_calls_them_by(tmp_path):
    for path in write(tmp_path)["path"]:
        if path.endswith("docx"):
            letter = read_letter(tmp_path / path)
            assert "附件：1.线索清单" in letter
            assert "2.人员身份附件" in letter
        else:
            name = "附件1　线索清单" if "清单" in path else "附件2　人员身份附件"
            assert read_cells(tmp_path / path).startswith(name)


def test_evidence_against_is_in_the_list_as_well(tmp_path):
    path = write(tmp_path).filter(pl.col("path").str.contains("清单"))["path"][0]
    assert "自称学科与登记学科不同" in read_cells(tmp_path / path)


def test_a_hostile_cell_stays_text(tmp_path):
    referrals, _ = build_inputs()
    hostile = referrals.with_columns(conduct=pl.lit('=HYPERLINK("http://x","点我")'))
    packages = write(tmp_path, referrals=hostile).filter(pl.col("path").str.contains("清单"))
    with zipfile.ZipFile(tmp_path / packages["path"][0]) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()


def test_a_demonstration_is_marked_on_every_letter(tmp_path):
    for path in write(tmp_path).filter(pl.col("path").str.ends_with("docx"))["path"]:
        assert "演示·示例" in read_letter(tmp_path / path)


def test_nothing_is_written_under_a_policy_that_nobody_adopted(tmp_path):
    raw = RoutingPolicy.load(world.ROOT / "policy" / "routing.yaml")
    with pytest.raises(PolicyError, match="尚未经本单位审定"):
        write(tmp_path, policy=raw)
    with pytest.raises(PolicyError, match="只能用于演示"):
        write(tmp_path, demo=False)
    assert not list(tmp_path.rglob("*.*"))


def test_a_really_adopted_policy_leaves_no_demonstration_mark(tmp_path):
    update = {"adopted_by": "某市教育局", "adopted_on": "2026-09-01", "document_no": "某教〔2026〕1号"}
    adopted = RoutingPolicy.load(world.ROOT / "policy" / "routing.yaml").model_copy(update=update)
    clocks = ClockPolicy.load(world.ROOT / "policy" / "clocks.yaml").model_copy(update=update)
    files = write(tmp_path, policy=adopted, clocks=clocks, demo=False)
    path = files.filter(pl.col("path").str.ends_with("docx"))["path"][0]
    assert "演示" not in read_letter(tmp_path / path)


def test_a_withdrawn_package_leaves_the_outbox(tmp_path):
    first = write(tmp_path)
    left = write(tmp_path, referrals=build_inputs()[0].filter(pl.col("recipient") == "penalty_team"))
    folders = {path.name for path in (tmp_path / "referrals" / world.BATCH).iterdir()}
    assert folders == set(left["package_id"]) < set(first["package_id"])
    assert write(tmp_path, referrals=build_inputs()[0].clear()).height == 0
    assert not list((tmp_path / "referrals" / world.BATCH).iterdir())


@pytest.mark.parametrize("batch", ["../x", "a/b", "", ".", "a\x00"])
def test_a_batch_name_can_not_leave_the_outbox(tmp_path, batch):
    with pytest.raises(ContractError):
        write(tmp_path, batch=batch)


def test_the_letter_opens_as_a_word_document(tmp_path):
    path = write(tmp_path).filter(pl.col("path").str.ends_with("docx"))["path"][0]
    document = Document(io.BytesIO((tmp_path / path).read_bytes()))
    assert any("关于移送“同查”线索的函" in p.text for p in document.paragraphs)


@pytest.mark.parametrize(
    ("by", "on", "is_adopted"),
    [
        ("某市教育局", "2026-09-01", True),
        ("某市教育局", '"2026-09-01"', True),
        ('" "', '"2026-09-01"', False),
    ],
)
def test_a_day_of_adoption_needs_no_quotes_and_a_blank_adopts_nothing(tmp_path, by, on, is_adopted):
    path = tmp_path / "minors.yaml"
    shipped = (Path(world.__file__).parents[2] / "policy" / "minors.yaml").read_text(encoding="utf-8")
    filled = shipped.replace('adopted_by: ""', f"adopted_by: {by}").replace(
        'adopted_on: ""', f"adopted_on: {on}"
    )
    path.write_text(filled.replace('document_no: ""', "document_no: 某教〔2026〕1号"), encoding="utf-8")
    policy = MinorPolicy.load(path)
    assert (policy.adopted_on, policy.is_adopted) == ("2026-09-01", is_adopted)


def test_the_list_says_how_each_identity_was_taken_and_whether_an_officer_checked_it(tmp_path):
    """What the letter says of all must hold of each: not everybody met was checked by the police."""
    referrals, dossiers = build_inputs()
    known = dossiers.identities.with_columns(
        capture=pl.lit("oral"),
        checked_by=pl.when(pl.col("identity_id") == "I01").then(pl.lit("J1")),
    )
    clues = join_clues(referrals, replace(dossiers, identities=known))
    taken = dict(clues.select("identity_id", "taken").unique().iter_rows())
    assert taken.pop("I01") == "口述"
    assert set(taken.values()) == {"口述（没有登记核验民警）"}
    path = write(tmp_path).filter(pl.col("path").str.contains("清单"))["path"][0]
    assert "身份怎样取得" in read_cells(tmp_path / path)


def test_from_the_last_sentence_to_the_signature_the_letter_stays_on_one_page(tmp_path):
    """A page with nothing but attachments or the signature is not allowed (GB/T 9704-2012, 7.3.5)."""
    path = write(tmp_path).filter(pl.col("path").str.ends_with("docx"))["path"][0]
    lines = Document(tmp_path / path).paragraphs
    first = next(n for n, line in enumerate(lines) if line.text.startswith("请自收到本函"))
    last = next(n for n, line in enumerate(lines) if line.text.startswith("（联系人"))
    for line in lines[first:last]:
        assert line.style is not None
        own, styled = line.paragraph_format.keep_with_next, line.style.paragraph_format.keep_with_next
        assert own or styled, line.text
    assert any(line.text.startswith("附件：1.") for line in lines[first:last])
