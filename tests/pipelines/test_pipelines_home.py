"""The home folder: made closed, refused when open to others, keys made once."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.diagnosis import diagnose
from pipelines.home import Home, Settings
from pipelines.states import reference_state
from tongcha.errors import HomeError, InputError


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home").open()


def test_a_new_home_is_closed_to_others(home):
    for path in [home.root, *home.root.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_home_that_others_can_enter_is_refused_with_the_fix(home):
    home.root.chmod(0o755)
    with pytest.raises(HomeError, match=r"其他用户可以访问.*chmod 700"):
        home.open()


def test_a_key_is_made_once_and_differs_by_purpose_and_home(home, tmp_path):
    assert home.key("review") == home.open().key("review")
    other = Home(tmp_path / "other").open()
    assert len({home.key("review"), home.key("pupils"), other.key("review")}) == 3


def test_a_key_file_that_others_can_read_is_refused(home):
    (home.root / "keys" / "review.key").chmod(0o644)
    with pytest.raises(HomeError, match=r"review\.key.*chmod 600"):
        home.key("review")


@pytest.mark.parametrize("content", ["not hex", "abcd"])
def test_a_damaged_key_is_never_replaced_silently(home, content):
    path = home.root / "keys" / "review.key"
    path.write_text(content)
    with pytest.raises(HomeError, match="从备份恢复"):
        home.key("review")
    assert path.read_text() == content


def test_settings_survive_the_round_trip(home):
    settings = Settings(demo=True, today=dt.date(2026, 11, 30))
    home.write_settings(settings)
    assert home.settings() == settings


@pytest.mark.parametrize("text", ["today: 2026-11-30", "demo: true\nnope: 1", "demo: [", "- a"])
def test_settings_that_make_no_sense_are_refused(home, text):
    (home.root / "settings.yaml").write_text(text)
    with pytest.raises(HomeError, match=r"settings\.yaml"):
        home.settings()


def test_the_bureaus_own_policies_are_found_from_wherever_a_command_runs(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home.write_settings(Settings(policies="policies"))
    assert home.policies() == home.root / "policies"
    home.write_settings(Settings(policies=str(tmp_path / "own")))
    assert home.policies() == tmp_path / "own"


def test_dagster_sends_nothing_and_asks_nothing(home):
    text = (home.dagster / "dagster.yaml").read_text()
    assert "telemetry: {enabled: false}" in text
    assert "nux: {enabled: false}" in text


def test_the_environment_names_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("TONGCHA_HOME", str(tmp_path / "x"))
    assert Home.from_environment().root == tmp_path / "x"
    monkeypatch.delenv("TONGCHA_HOME")
    monkeypatch.chdir(tmp_path)
    assert Home.from_environment().root == tmp_path / "tongcha-home"


def test_a_new_snapshot_is_noticed_whatever_else_lies_beside_it(home):
    for name in ("2026-03-01", "备份"):
        (home.inbox / "reference" / name).mkdir()
    before = reference_state(home)
    (home.inbox / "reference" / "2026-09-01").mkdir()
    assert reference_state(home).startswith("2026-09-01_")
    assert before.startswith("2026-03-01_")


def test_a_batch_named_by_somebodys_number_is_in_no_list_and_no_message(home):
    (home.inbox / "raids" / "张三13800138000").mkdir()
    with pytest.raises(InputError, match="证件号码或者手机号") as stopped:
        home.raid_batches()
    finding = next(finding for finding in diagnose(home) if finding.subject == "查处批次")
    assert not finding.is_fine
    assert "13800138000" not in f"{stopped.value}{finding}"
