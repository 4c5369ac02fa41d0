"""One small invented city that went through the whole loop once, copied for each test that changes it."""

from __future__ import annotations

import hashlib
import os
import shutil

import pytest

from pipelines.demo import run_demo
from pipelines.home import Home
from pipelines.runs import Runner

SIZES = {"seed": 7, "teachers": 900, "schools": 12, "raids": 2, "people": 60, "pupils": 30}


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Home:
    """A home in which the demo ran to its end; not to be changed."""
    before = dict(os.environ)
    home = Home(tmp_path_factory.mktemp("city") / "home")
    run_demo(home, SIZES)
    os.environ.clear()
    os.environ.update(before)
    return home


@pytest.fixture
def runner(finished, tmp_path, monkeypatch) -> Runner:
    """A runner on a copy of the finished home."""
    monkeypatch.setenv("TONGCHA_HOME", "")
    monkeypatch.setenv("DAGSTER_HOME", "")
    root = tmp_path / "home"
    shutil.copytree(finished.root, root)
    return Runner.open(Home(root))


def digests(home: Home, *folders: str) -> dict[str, str]:
    """Fingerprint of every file below these folders of the home, by path."""
    files = (path for name in folders for path in (home.root / name).rglob("*") if path.is_file())
    return {str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def batches(home: Home) -> list[str]:
    return home.raid_batches()
