from __future__ import annotations

import shutil

import pytest

from console.accounts import Accounts
from tests.console.console_scenario import (
    CHEAP,
    PASSWORD,
    PEOPLE_OF_THE_DESK,
    SHORTEST,
    Browser,
    Clock,
    World,
    make_settings,
    running,
)


@pytest.fixture(scope="session")
def home_with_people(tmp_path_factory):
    """Hashing six passwords takes a while, so it is done once."""
    home = tmp_path_factory.mktemp("people")
    accounts = Accounts(home, min_chars=SHORTEST, hasher=CHEAP)
    for code, name, roles in PEOPLE_OF_THE_DESK:
        accounts.add(code, name, roles, PASSWORD)
    return home


@pytest.fixture
def home(tmp_path, home_with_people):
    for name in ("reviewers.yaml", "accounts.yaml"):
        shutil.copy(home_with_people / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def settings(home, world, clock):
    return make_settings(home, world, clock)


@pytest.fixture
def address(settings):
    with running(settings) as url:
        yield url


@pytest.fixture
def log_in(address):
    """Return a function that logs somebody in with a browser of their own."""

    def enter(code: str) -> Browser:
        browser = Browser(address)
        answer = browser.log_in(code)
        assert answer.status == 200
        return browser

    return enter
