"""What an invented world should be: its seed and its sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from tongcha.errors import PolicyError

MOST_PARTS: Final = 240
"""Each part takes two lanes of the 499 sequence numbers of either sex."""
LIMITS: Final = {
    "teachers": (50, 10**8),
    "schools": (1, 10**6),
    "provinces": (1, 31),
    "cities": (1, 15),
    "districts": (1, 14),
    "raids": (1, 10**5),
    "identities": (1, 10**6),
    "pupils": (0, 10**6),
}
"""Smallest and largest size that makes a world; invented region codes and names end where the largest are."""


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

    def __post_init__(self) -> None:
        """Refuse sizes of which no world can be made.

        Raises:
            PolicyError: a size is out of bounds, the parts are too small, or the days are out of order.
        """
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise PolicyError(f"虚构城市的规模 {name}", f"须在 {least} 与 {most} 之间", "改用允许的数")
        if self.part_size < 1 or self.parts > MOST_PARTS:
            raise PolicyError("虚构城市的规模 part_size", f"教师库最多分 {MOST_PARTS} 份", "加大每份的条数")
        if not self.first_raid <= self.last_raid <= self.snapshot:
            raise PolicyError("虚构城市的日期", "首次查处、末次查处、快照须依次在后", "核对三个日期")

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
