"""The command line: both languages, documented exit codes, one line per refusal, never a traceback."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import polars as pl
import pytest
from click.testing import CliRunner
from dagster import DagsterInstance
from dagster._core.errors import DagsterExecutionInterruptedError

from pipelines.cli import COMMANDS, tongcha
from pipelines.commands.sql import _converse
from pipelines.diagnosis import PINNED, diagnose
from pipelines.exits import Exit
from pipelines.home import Home, Settings
from pipelines.provenance import POLICIES, ROOT
from pipelines.resources import build_office
from pipelines.runs import Runner
from pipelines.views import open_views, write_result
from tests.linkage.linkage_scene import NAN, met, people, spells
from tests.scenario import BATCH, make_table
from tongcha.policy.routing import RoutingPolicy
from tongcha.tables import ALL, BY_NAME

SITES = BY_NAME["sites"]


def run(*arguments: str, home) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"TONGCHA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipelines", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_in_chinese_and_english(name):
    shown = CliRunner().invoke(tongcha, [name, "--help"])
    assert shown.exit_code == 0
    assert any("\u4e00" <= char <= "\u9fff" for char in shown.output)
    words = shown.output.replace("Options:", "").replace("Usage:", "").replace("Commands:", "")
    assert sum(word.isascii() and word.isalpha() for word in words.split()) > 5


def test_help_calls_the_program_as_the_pages_do(tmp_path):
    shown = run("case", "show", "-h", home=tmp_path / "home").stdout
    assert shown.startswith("Usage: tongcha case show [OPTIONS] [学校标识码]")


def test_the_list_of_commands_loads_none_of_them():
    code = (
        "import sys; from click.testing import CliRunner; from pipelines.cli import tongcha;"
        "r = CliRunner().invoke(tongcha, ['--help']); assert 'withdraw' in r.output;"
        "sys.exit('dagster' in sys.modules or 'polars' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_linkage_command_starts_without_dagster():
    code = (
        "import sys; import pipelines.cli, pipelines.commands.link, tongcha.linkage.folder;"
        "sys.exit('dagster' in sys.modules or 'great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.slow
def test_a_refusal_is_one_chinese_line_and_exit_code_1(tmp_path):
    done = run("propose", "--batch", "没有", home=tmp_path / "home")
    assert done.returncode == Exit.REFUSED
    assert done.stderr.count("\n") == 1
    assert "没有" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_exit_code_2(tmp_path):
    assert run("explain", home=tmp_path / "home").returncode == Exit.USAGE
    assert run("nonsense", home=tmp_path / "home").returncode == Exit.USAGE


@pytest.mark.parametrize("option", ["--out", "--candidates"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_linked(tmp_path, option):
    words = ["link", str(tmp_path), "--out", str(tmp_path / "o"), option, str(tmp_path / "no" / "f")]
    done = CliRunner().invoke(tongcha, words)
    assert done.exit_code == Exit.USAGE
    assert "不存在：先建立" in done.output


def test_values_that_linking_can_not_read_are_counted_on_the_screen_and_never_shown(tmp_path):
    people({"id_number": NAN}).write_parquet(tmp_path / "registry.parquet")
    strange = met({}, {}).with_columns(age=pl.lit("四十多"), raid_date=pl.lit("十月"))
    strange.write_parquet(tmp_path / "identities.parquet")
    undated = spells(("P1", 1, "S1", None, None, "在编")).with_columns(start=pl.lit("早年"))
    undated.write_parquet(tmp_path / "spells.parquet")
    done = run("link", str(tmp_path), "--out", str(tmp_path / "out.parquet"), home=tmp_path)
    assert done.returncode == Exit.OK
    assert done.stderr.splitlines() == [
        "! identities.raid_date：2 个值读不成日期或整数，已当作没有填写",
        "! identities.age：2 个值读不成日期或整数，已当作没有填写",
        "! spells.start：1 个值读不成日期或整数，已当作没有填写（此人当日是否在职因此可能不作判定）",
    ]
    assert not {"四十多", "十月", "早年"} & set(done.stdout.split())


def test_who_asks_for_spark_is_told_that_there_is_one_engine(tmp_path):
    done = run(
        "link", str(tmp_path), "--out", str(tmp_path / "out.parquet"), "--engine", "spark", home=tmp_path
    )
    assert done.returncode == Exit.USAGE
    assert "没有 Spark 引擎" in done.stderr


@pytest.mark.slow
def test_a_password_is_asked_for_and_never_an_argument(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGCHA_HOME", str(tmp_path / "home"))
    words = ["reviewer", "add", "w01", "--name", "王某", "--role", "一审"]
    given = CliRunner().invoke(tongcha, [*words, "--password", "plum-tree-17-north"])
    assert given.exit_code == Exit.USAGE
    asked = CliRunner().invoke(tongcha, words, input="plum-tree-17-north\n" * 2)
    assert asked.exit_code == Exit.OK, asked.output
    assert "plum" not in asked.output


def test_ctrl_c_in_a_run_is_an_interruption_and_no_traceback(home, monkeypatch):
    def interrupt(**_: object) -> None:
        raise DagsterExecutionInterruptedError

    job = SimpleNamespace(nodes=(), execute_in_process=interrupt)
    monkeypatch.setattr("pipelines.runs.defs", SimpleNamespace(resolve_job_def=lambda _: job))
    with pytest.raises(KeyboardInterrupt):  # which the command line ends by, with exit code 130
        Runner(home, DagsterInstance.ephemeral()).run("settle", title="学校责任与扣分")


def test_doctor_names_what_is_missing_with_the_fix_and_exits_3(tmp_path):
    done = run("doctor", home=tmp_path / "home")
    assert done.returncode == Exit.PROBLEMS
    assert "✗ 参照快照" in done.stdout
    assert "办法：" in done.stdout
    assert "✓ 台账：0 条" in done.stdout


def test_doctor_says_what_is_wrong_with_a_home_that_can_not_be_opened(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "file").touch()
    settings = Home(tmp_path / "settings").open().root / "settings.yaml"
    settings.write_text("nonsense: 1\n", encoding="utf-8")
    for name, what in (
        ("open", "其他用户可以访问"),
        ("file", "不是文件夹"),
        ("settings", "nonsense"),
    ):
        found = list(diagnose(Home(tmp_path / name)))
        assert what in found[-1].state, name
        assert not found[-1].is_fine
        assert found[-1].fix


def test_doctor_looks_at_the_bureaus_own_policies_and_templates(tmp_path):
    own = tmp_path / "policy"
    shutil.copytree(POLICIES, own)
    (own / "templates" / "school_notice.docx").write_bytes(b"")
    (own / "routing.yaml").write_text("nonsense: 1\n")
    home = Home(tmp_path / "home").open()
    home.write_settings(Settings(policies=str(own)))
    found = {finding.subject: finding for finding in diagnose(home)}
    assert not found["公文模板 school_notice.docx"].is_fine
    assert found["公文模板 referral_letter.docx"].is_fine
    assert not found["政策 routing.yaml"].is_fine


def test_doctor_looks_at_every_policy_file_and_at_the_versions_that_the_project_pins(tmp_path):
    found = {finding.subject for finding in diagnose(Home(tmp_path / "home"))}
    assert {f"政策 {path.name}" for path in POLICIES.glob("*.yaml")} <= found
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {f"{name}=={version}" for name, version in PINNED.items()} <= set(project["dependencies"])


def test_a_policy_whose_adoption_lies_ahead_lets_nothing_out_and_doctor_says_why(tmp_path):
    own = tmp_path / "policy"
    shutil.copytree(POLICIES, own)
    rules = own / "routing.yaml"
    adopted = 'adopted_by: "某局"', 'adopted_on: "9999-01-01"', 'document_no: "一号"'
    text = rules.read_text(encoding="utf-8")
    for said in adopted:
        text = text.replace(said.split(":")[0] + ': ""', said, 1)
    rules.write_text(text, encoding="utf-8")
    home = Home(tmp_path / "home").open()
    home.write_settings(Settings(policies=str(own)))
    assert RoutingPolicy.load(rules).is_adopted
    assert not build_office(home).policy(RoutingPolicy, "routing").is_adopted
    found = {finding.subject: finding for finding in diagnose(home)}
    assert "审定日期 9999-01-01 未到" in found["政策 routing.yaml"].state


def test_ledger_verify_passes_on_an_untouched_ledger(tmp_path):
    done = run("ledger", "verify", home=tmp_path / "home")
    assert done.returncode == Exit.OK
    assert "台账完好" in done.stdout


@pytest.fixture
def home(tmp_path) -> Home:
    from assets.store import TableStore

    made = Home(tmp_path / "home").open()
    TableStore(made.root / "tables").write(SITES, BATCH, make_table("sites"))
    return made


def test_every_table_is_a_view_even_when_it_was_never_made(home):
    with open_views(home) as connection:
        for table in ALL:
            shown = connection.sql(f'SELECT * FROM "{table.name}"').columns
            assert shown == table.schema.names()
        assert connection.sql("SELECT raid_id FROM sites").fetchall() == [("Q1",)]


def test_a_query_reads_nothing_but_the_tables_and_writes_nothing(home, tmp_path):
    import click

    (tmp_path / "secret.csv").write_text("a\n1\n")
    with open_views(home) as connection:
        for query in (
            f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
            f"COPY sites TO '{tmp_path}/out.csv'",
            f"COPY sites TO '{home.root}/tables/sites/{BATCH}.parquet' (FORMAT parquet)",
            f"EXPLAIN ANALYZE COPY sites TO '{home.root}/tables/sites/b.parquet' (FORMAT parquet)",
            f"EXPORT DATABASE '{home.root}/tables/all'",
            f"ATTACH '{home.root}/tables/x.db'",
            f"SELECT * FROM read_parquet('{home.root}/tables/sites/{BATCH}.parquet')",
            "SELECT * FROM nowhere",
        ):
            with pytest.raises(click.UsageError):
                write_result(connection, query)
    assert not (tmp_path / "out.csv").exists()
    assert [path.name for path in (home.root / "tables").rglob("*")] == ["sites", f"{BATCH}.parquet"]


def test_what_stands_in_a_cell_does_not_steer_the_terminal(home, capsys):
    with open_views(home) as connection:
        write_result(connection, "SELECT '张' || chr(27) || '[2J' || chr(8238) || '伟' AS name")
    shown = capsys.readouterr().out
    assert "张\ufffd[2J\ufffd伟" in shown


def test_a_value_in_brackets_is_shown_as_it_is(home, capsys):
    with open_views(home) as connection:
        write_result(connection, "SELECT '[red]3栋[/x]' AS address")
    assert "[red]3栋[/x]" in capsys.readouterr().out


def test_a_number_is_folded_on_a_narrow_screen_and_never_cut_short(tmp_path, capsys):
    with open_views(Home(tmp_path / "home").open()) as connection:
        columns = ", ".join(f"'L{n}' || repeat('9', 14) AS number_of_link_{n}" for n in range(9))
        write_result(connection, f"SELECT {columns}")
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert shown.count("9") == 9 * 14


def test_the_end_of_the_input_leaves_the_query_prompt(home, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT raid_id FROM sites\n"))
    with open_views(home) as connection:
        _converse(connection)
    assert "Q1" in capsys.readouterr().out


def test_a_query_can_be_given_as_csv(home, capsys):
    with open_views(home) as connection:
        write_result(connection, "SELECT raid_id, licence FROM sites", as_csv=True)
    assert capsys.readouterr().out == "raid_id,licence\nQ1,无照无证\n"
