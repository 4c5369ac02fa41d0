"""The assembled pipeline: every table is an asset of its stage, described in Chinese, gated and loadable."""

from __future__ import annotations

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.definitions import defs
from pipelines.provenance import ROOT
from tongcha.tables import ALL, BY_NAME, Partition, Stage

GRAPH = defs.resolve_asset_graph()
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_declared_table_is_an_asset_and_nothing_else_is():
    assert {key.path[-1] for key in GRAPH.materializable_asset_keys} == set(BY_NAME)


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_each_asset_belongs_to_its_stage_and_says_in_chinese_what_it_is(table):
    node = GRAPH.get(dg.AssetKey(table.name))
    assert node.group_name == table.stage.value
    assert node.description == f"{table.label}：{table.meaning}"  # lists show Markdown as it is
    schema = node.metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == table.schema.names()
    is_partitioned = node.partitions_def is not None
    assert is_partitioned == (table.partition is Partition.BATCH)


def test_every_check_is_a_chinese_sentence():
    specs = [GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys]
    sentences = [str(spec.description) for spec in specs]
    assert all(sentence.endswith("。") and CHINESE.search(sentence) for sentence in sentences)


@pytest.mark.parametrize("stage", [Stage.REFERRAL, Stage.RESPONSIBILITY], ids=str)
def test_every_outward_table_has_a_blocking_rule_besides_its_contract(stage):
    outward = {table.name for table in ALL if table.stage is stage} - {
        "exculpatory_findings",
        "pupil_schools",
    }
    gated = {
        key.asset_key.path[-1]
        for key in GRAPH.asset_check_keys
        if GRAPH.get_check_spec(key).blocking and not key.name.endswith("_keeps_its_contract")
    }
    assert outward <= gated


def test_workspace_yaml_loads_these_very_definitions():
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))
    [entry] = workspace["load_from"]
    module = entry["python_module"]
    assert module["module_name"] == "pipelines.definitions"
    assert (ROOT / module["working_directory"]).resolve() == ROOT
    from dagster._core.workspace.load import location_origins_from_yaml_paths

    origins = location_origins_from_yaml_paths([str(ROOT / "workspace.yaml")])
    assert [origin.location_name for origin in origins] == ["tongcha"]


def test_no_dg_block_overrides_workspace_yaml():
    pyproject = Path(ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "[tool.dg" not in pyproject
    assert "[tool.dagster" not in pyproject


def test_jobs_and_sensors_are_described_and_sensors_run_by_themselves():
    repository = defs.get_repository_def()
    jobs = {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert set(jobs) == {"reference", "propose", "review", "act", "settle"}
    assert all(CHINESE.search(job.description or "") for job in jobs.values())
    sensors = list(repository.sensor_defs)
    assert {sensor.name for sensor in sensors} == {
        "watch_reference",
        "watch_raids",
        "watch_returns",
        "settle_after_act",
        "watch_runs",
    }
    assert all(sensor.default_status is dg.DefaultSensorStatus.RUNNING for sensor in sensors)


def test_people_stand_between_the_two_jobs():
    propose, act = ({k.path[-1] for k in selected("propose")}, {k.path[-1] for k in selected("act")})
    assert "confirmed_links" not in propose
    assert "candidate_links" not in act
    assert not {t.name for t in ALL if t.stage in {Stage.REFERRAL, Stage.RESPONSIBILITY}} & propose


def selected(job: str) -> set[dg.AssetKey]:
    return set(defs.resolve_job_def(job).asset_layer.executable_asset_keys)
