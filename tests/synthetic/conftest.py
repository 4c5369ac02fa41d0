"""Invented worlds shared by the tests of this folder."""

from dataclasses import replace

import pytest

from tongcha.synthetic.spec import CITY, SIZES
from tongcha.synthetic.world import build_world


@pytest.fixture(scope="session")
def demo_world():
    return build_world(CITY)


@pytest.fixture(scope="session")
def big_world():
    """Enough people met for shares to show."""
    return build_world(replace(SIZES["city"], seed=11, identities=12_000, teachers=50_000))
