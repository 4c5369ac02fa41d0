"""What an invented world should be: its seed and its sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """Seed and sizes of an invented world; equal specs give equal bytes.

    Attributes:
        seed: seed of everything random.
        teachers: registry records.
        schools: schools, at least one per district.
        provinces: provinces that have schools.
        cities: cities per province.
        districts: districts per city.
        raids: raids.
        identities: people taken down at the raids.
        pupils: pupils met at the raids.
        first_raid: no raid is before this day.
        last_raid: no raid is after this day.
        snapshot: day on which the registry and the staff lists were exported.
        part_size: registry records made at a time, which bounds the memory used.
    """

    seed: int = 1
    teachers: int = 20_000
    schools: int = 120
    provinces: int = 1
    cities: int = 1
    districts: int = 6
    raids: int = 6
    identities: int = 300
    pupils: int = 400
    first_raid: date = date(2026, 7, 11)
    last_raid: date = date(2026, 11, 14)
    snapshot: date = date(2026, 11, 16)
    part_size: int = 500_000

    @property
    def parts(self) -> int:
        """Into how many parts the registry is cut while it is made."""
        return -(-self.teachers // self.part_size)


CITY: Final = WorldSpec()
LONG_AGO: Final = date(2024, 10, 12)
"""First raid of the benchmark worlds: two years, so that people come and go in between."""

SIZES: Final[dict[str, WorldSpec]] = {
    "demo": CITY,
    "city": replace(
        CITY,
        teachers=60_000,
        schools=500,
        districts=10,
        raids=140,
        identities=2_000,
        pupils=3_000,
        first_raid=LONG_AGO,
    ),
    "province": replace(
        CITY,
        teachers=700_000,
        schools=7_000,
        cities=14,
        districts=8,
        raids=1_400,
        identities=20_000,
        pupils=0,
        first_raid=LONG_AGO,
    ),
    "province_200k": replace(
        CITY,
        teachers=700_000,
        schools=7_000,
        cities=14,
        districts=8,
        raids=14_000,
        identities=200_000,
        pupils=0,
        first_raid=LONG_AGO,
    ),
    "nation": replace(
        CITY,
        teachers=19_000_000,
        schools=200_000,
        provinces=31,
        cities=10,
        districts=9,
        raids=7_000,
        identities=100_000,
        pupils=0,
        first_raid=LONG_AGO,
    ),
}
"""The world of the demo and those of the benchmarks, by name; `dataclasses.replace` changes the seed."""
