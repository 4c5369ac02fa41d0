"""Splink 5 on DuckDB as a practitioner would set it up. Usage: splink_link.py DIR OUT.

Nine blocking rules, custom levels for names and ID numbers, term frequencies, u by sampling, m by
expectation maximisation. Needs the `bench` extra.
"""

from __future__ import annotations

import sys

import polars as pl
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

U_PAIRS = 1e7
"""what the documentation calls often adequate while testing a model; for the final one it advises 1e9"""
RULES = (
    ("id_number",),
    ("phone",),
    ("name", "birth_year"),
    ("name", "area"),
    ("name", "school_city"),
    ("id_tail", "surname"),
    ("id_head",),
    ("surname", "given_end", "birth_year", "school_city"),
    ("surname", "given_start", "birth_year", "school_city"),
)


def main(folder: str, out: str) -> None:
    """Train and predict; write the best pair of each identity."""
    met, people = prepare(folder)
    api = DuckDBAPI()
    linker = Linker([api.register(met), api.register(people)], settings())
    linker.training.estimate_probability_two_random_records_match([block_on("id_number")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=1)
    for rule in (block_on("id_number"), block_on("name", "birth_year")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_weight=-10).as_duckdbpyrelation().pl()
    swapped = pl.col("source_dataset_l") == "people"
    pairs = pairs.select(
        identity_id=pl.when(swapped).then("unique_id_r").otherwise("unique_id_l"),
        teacher_id=pl.when(swapped).then("unique_id_l").otherwise("unique_id_r"),
        score="match_weight",
    )
    ordered = pairs.sort("score", "teacher_id", descending=[True, False])
    ordered.unique("identity_id", keep="first", maintain_order=True).write_parquet(out)


def settings() -> SettingsCreator:
    """Comparisons and blocking rules."""
    return SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
        comparisons=[
            cl.CustomComparison(
                output_column_name="id_number",
                comparison_levels=[
                    cll.NullLevel("id_number"),
                    cll.ExactMatchLevel("id_number"),
                    cll.DamerauLevenshteinLevel("id_number", 1),
                    cll.ElseLevel(),
                ],
            ),
            cl.CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    cll.NullLevel("name"),
                    cll.ExactMatchLevel("name", term_frequency_adjustments=True),
                    cll.And(cll.ExactMatchLevel("surname"), cll.ExactMatchLevel("given_end")),
                    cll.And(cll.ExactMatchLevel("surname"), cll.ExactMatchLevel("given_start")),
                    cll.ExactMatchLevel("surname"),
                    cll.ElseLevel(),
                ],
            ),
            cl.ExactMatch("phone"),
            cl.CustomComparison(
                output_column_name="birth_year",
                comparison_levels=[
                    cll.NullLevel("birth_year"),
                    cll.ExactMatchLevel("birth_year"),
                    cll.CustomLevel("abs(birth_year_l - birth_year_r) <= 1", "one year"),
                    cll.CustomLevel("abs(birth_year_l - birth_year_r) <= 3", "three years"),
                    cll.ElseLevel(),
                ],
            ),
            cl.ExactMatch("sex"),
            cl.CustomComparison(
                output_column_name="area",
                comparison_levels=[
                    cll.NullLevel("area"),
                    cll.ExactMatchLevel("area"),
                    cll.CustomLevel("school_city_l = school_city_r", "same city"),
                    cll.ElseLevel(),
                ],
            ),
            cl.ExactMatch("id_tail"),
            cl.ExactMatch("subject"),
        ],
        retain_intermediate_calculation_columns=False,
    )


def prepare(folder: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bring both tables to the same columns."""
    met = pl.read_parquet(f"{folder}/identities.parquet").with_columns(
        unique_id="identity_id",
        area="site_area",
        subject="claimed_subject",
        birth_year=pl.col("raid_date").dt.year() - pl.col("age"),
    )
    registry = pl.read_parquet(f"{folder}/registry.parquet").with_columns(
        unique_id="teacher_id", birth_year=pl.col("birth_date").dt.year().cast(pl.Int64)
    )
    return derive(met), derive(registry)


def derive(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what the blocking rules and levels use."""
    number, name = pl.col("id_number"), pl.col("name")
    written = number.str.contains(r"^\d{17}[0-9X]$")
    year = pl.when(written).then(number.str.slice(6, 4).cast(pl.Int64, strict=False))
    return frame.select(
        "unique_id",
        "name",
        "phone",
        "sex",
        "area",
        "subject",
        birth_year=pl.coalesce(year, "birth_year"),
        id_number=pl.when(written).then(number),
        id_tail=number.str.tail(4),
        id_head=pl.when(written).then(number.str.head(14)),
        surname=name.str.slice(0, 1),
        given_start=name.str.slice(1, 1),
        given_end=name.str.tail(1),
        school_city=pl.col("area").str.head(4),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
