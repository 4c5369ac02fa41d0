"""Only the gate makes confirmed links, and a stored table of them is proven again before use."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from tests.review.gate_scenario import both, judge, pass_gate, store
from tests.review.review_scenario import BATCH, LATIN, RIVAL, ROOT, SURE, candidate_links
from tongcha.errors import GateError
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.review.decisions import record_retraction
from tongcha.review.judgements import project_judgements


def test_only_the_gate_makes_confirmed_links():
    frame = pass_gate([judge(SURE, "r1")]).confirmed.frame
    with pytest.raises(GateError, match="只能由关口产生"):
        ConfirmedLinks(frame, seal=object())


def test_a_stored_table_is_proven_again_before_use():
    events = [judge(SURE, "r1"), *both(LATIN)]
    stored = pass_gate(events).confirmed.frame
    proof = project_judgements(store(events), candidate_links(), BATCH)
    assert ConfirmedLinks.reload(stored, proof).frame.equals(stored)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("judgement_ids", "E0000000000000000"),
        ("signed_by", "r9"),
        ("evidence_hash", "other"),
        ("link_id", RIVAL),
        ("decision", "review"),
    ],
)
def test_a_stored_row_that_was_edited_is_refused_and_named(column, value):
    events = [judge(SURE, "r1")]
    stored = pass_gate(events).confirmed.frame.with_columns(pl.lit(value).alias(column))
    proof = project_judgements(store(events), candidate_links(), BATCH)
    with pytest.raises(GateError, match=stored["link_id"][0]):
        ConfirmedLinks.reload(stored, proof)


def test_a_stored_table_outlives_no_judgement_that_was_taken_back():
    events = [judge(SURE, "r1")]
    stored = pass_gate(events).confirmed.frame
    events.append(record_retraction(event_id=events[0].event_id, by="r1", reason="看错了"))
    with pytest.raises(GateError):
        ConfirmedLinks.reload(stored, project_judgements(store(events), candidate_links(), BATCH))


@pytest.mark.slow
def test_the_type_checker_refuses_candidates_where_confirmed_links_are_asked(tmp_path):
    snippet = tmp_path / "leak.py"
    snippet.write_text(
        "import polars as pl\n"
        "from tongcha.review.confirmed import ConfirmedLinks\n"
        "def refer(confirmed: ConfirmedLinks) -> None: ...\n"
        "candidate_links: pl.DataFrame = pl.DataFrame()\n"
        "refer(candidate_links)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(snippet)], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert 'incompatible type "DataFrame"; expected "ConfirmedLinks"' in done.stdout
