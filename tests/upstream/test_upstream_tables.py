"""What Tongcha relies on in DuckDB, Great Expectations and Polars; a failure names the decision."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from checks.expectations import build_suite, find_breaches
from checks.judging import open_desk
from tests.scenario import make_table
from tongcha.tables import BY_NAME


def test_duckdb_reads_no_file_outside_what_was_allowed(tmp_path):
    """Decides: `tongcha sql` may be given to analysts (pipelines/views.py)."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        pl.DataFrame({"a": [1]}).write_parquet(folder / "t.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{inside}/t.parquet')")
        connection.execute(f"SET allowed_directories = ['{inside}']")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]
        for refused in (
            f"SELECT * FROM read_parquet('{outside}/t.parquet')",
            f"COPY (SELECT 1) TO '{outside}/x.csv'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(refused)


def test_duckdb_patterns_must_match_the_whole_value():
    """Decides: patterns of contracts use regexp_full_match (tongcha/tables/predicates.py)."""
    with duckdb.connect() as connection:
        assert connection.execute("SELECT regexp_full_match('a1', '[0-9]')").fetchone() == (False,)


@pytest.mark.slow
def test_great_expectations_reads_what_lies_on_the_desk_and_closes_nothing():
    """Decides: the small dialect instead of duckdb-engine (checks/duckdb_dialect.py)."""
    find_breaches(BY_NAME["sites"], make_table("sites"))
    assert open_desk().execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.slow
def test_braces_of_a_predicate_survive_great_expectations():
    """Decides: braces are doubled on the way in (checks/expectations.py)."""
    table = BY_NAME["sites"]
    bad = make_table("sites").with_columns(area=pl.lit("99x"))
    assert [breach.rule for breach in find_breaches(table, bad)] == ["area_has_its_form"]
    assert any("{batch}" in e.unexpected_rows_query for e in build_suite(table).expectations[1:])


def test_equal_frames_are_equal_parquet_bytes(tmp_path):
    """Decides: stored tables can be compared by fingerprint (assets/store.py)."""
    frame = make_table("candidate_links")
    for name in ("a", "b"):
        frame.rechunk().write_parquet(
            tmp_path / name, compression="zstd", compression_level=3, statistics=True
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
