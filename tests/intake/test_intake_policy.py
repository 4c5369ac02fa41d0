"""policy/intake.yaml: a typing error in a table, column or value can't pass unseen."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from tests.intake_files import POLICY
from tongcha.errors import PolicyError
from tongcha.intake.headers import HeaderBook, clean_header
from tongcha.policy.intake import IntakePolicy, SchoolNameLimits, SchoolNameScores
from tongcha.tables import BY_NAME


def test_every_alias_belongs_to_a_column_that_exists():
    for table, columns in POLICY.headers.items():
        assert set(columns) <= set(BY_NAME[table].schema.names()), table
    assert set(POLICY.file_names) == set(POLICY.headers)


def test_every_way_of_writing_leads_to_a_value_that_is_admitted():
    admitted = {c.name: set(c.one_of) for name in POLICY.headers for c in BY_NAME[name].columns if c.one_of}
    for column, ways in POLICY.values.items():
        assert set(ways) <= admitted[column], column


@pytest.mark.parametrize("table", list(POLICY.headers))
def test_no_alias_means_two_columns_of_a_table(table):
    seen: dict[str, str] = {}
    for column, aliases in POLICY.headers[table].items():
        for alias in {clean_header(alias) for alias in aliases}:
            assert seen.setdefault(alias, column) == column, alias


@pytest.mark.parametrize("table", list(POLICY.headers))
def test_a_table_is_found_by_its_own_labels(table):
    labels = [
        c.label for c in BY_NAME[table].columns if c.name not in {"batch", "snapshot", "file", "sheet", "row"}
    ]
    header = HeaderBook(POLICY, list(POLICY.headers)).find_header([labels])
    assert header is not None
    assert header.table == table


@pytest.mark.parametrize(
    "changes", [{"header_hitz": 3}, {"registry_loss_share": 0}, {"header_rows": 0}, {"limits": {}}]
)
def test_unknown_keys_and_impossible_numbers_are_refused(tmp_path, changes):
    values = POLICY.model_dump(mode="json") | changes
    path = tmp_path / "intake.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError):
        IntakePolicy.load(path)


@pytest.mark.parametrize(
    "changes", [{"settled": 0.55}, {"candidate": 0.7}, {"lead": 0}, {"same_district": 0.2}, {"leed": 0.1}]
)
def test_a_school_name_cannot_be_settled_below_what_is_good_enough(changes):
    limits = POLICY.school_names.model_dump() | changes
    with pytest.raises(ValidationError):
        SchoolNameLimits.model_validate(limits)


@pytest.mark.parametrize(
    "changes",
    [
        {"ordinal_conflict": -0.25},
        {"ordinal_conflict": 0},
        {"kind_conflict": 0.1},
        {"place_conflict": 0},
        {"query_share": 1},
        {"older_name": 0.1},
    ],
)
def test_a_contradiction_in_a_school_name_can_never_speak_for_the_school(changes):
    scores = POLICY.school_names.scores.model_dump() | changes
    with pytest.raises(ValidationError):
        SchoolNameScores.model_validate(scores)


def test_the_shares_of_both_cores_make_up_the_whole():
    scores = POLICY.school_names.scores
    assert scores.query_share + scores.candidate_share == 1


def test_only_columns_that_a_row_can_do_without_are_soft():
    for table, columns in POLICY.soft_columns.items():
        contract = BY_NAME[table]
        for name in columns:
            may_be_any_day = f"{name}_latest" in contract.schema
            assert not contract.column(name).required or may_be_any_day
            assert name not in contract.key
