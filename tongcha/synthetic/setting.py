"""What all parts of one invented world share: policy, places, names, confusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongcha.synthetic.confusions import Confusions, Lookalikes, build_confusions
from tongcha.synthetic.frequencies import POLICY, NameFrequencies
from tongcha.synthetic.names import NameDrawer, build_name_drawer
from tongcha.synthetic.places import Places, build_places
from tongcha.synthetic.shares import WorldShares

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.synthetic.spec import WorldSpec


@dataclass(frozen=True, slots=True)
class Setting:
    """The stage on which a world is built.

    Attributes:
        spec: seed and sizes.
        shares: how often what happens.
        drawer: names by frequency.
        confusions: which characters are mistaken for which.
        places: where the schools are.
        rare: rare characters.
    """

    spec: WorldSpec
    shares: WorldShares
    drawer: NameDrawer
    confusions: Confusions
    places: Places
    rare: str

    @property
    def snapshot_day(self) -> int:
        """Day of the registry export, in days since 1970-01-01."""
        return int(np.datetime64(self.spec.snapshot, "D").astype(np.int64))

    @property
    def lanes(self) -> int:
        """Lanes of ID sequence numbers: teachers and contract staff of each part, and strangers."""
        return 2 * self.spec.parts + 1


def build_setting(spec: WorldSpec, folder: Path = POLICY) -> Setting:
    """Load the policies in `folder` and lay out the places."""
    frequencies = NameFrequencies.load(folder / "names.yaml")
    shares = WorldShares.load(folder / "world.yaml")
    return Setting(
        spec=spec,
        shares=shares,
        drawer=build_name_drawer(frequencies),
        confusions=build_confusions(frequencies, Lookalikes.load(folder / "confusions.yaml")),
        places=build_places(np.random.default_rng([spec.seed, 0]), spec, shares.places),
        rare=frequencies.given.rare,
    )
