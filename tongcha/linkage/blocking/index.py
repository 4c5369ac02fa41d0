"""The keys of all people, prepared once per snapshot, so that later batches need not read everyone again.

Per kind two sorted arrays (key, row), the records themselves, their employment and the staff lists lie in a
folder and are mapped into memory; a batch then touches only the pages that its own keys lead to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.blocking.keys import COUNTED, KINDS, person_keys
from tongcha.linkage.blocking.lookups import (
    Lookup,
    find_rows,
    map_keys,
    map_table,
    prepare_lookup,
    sort_on_disk,
)
from tongcha.linkage.blocking.scan import Scan
from tongcha.linkage.people.census import Census
from tongcha.linkage.people.keyed import name_keys
from tongcha.linkage.people.source import PeopleFrame
from tongcha.linkage.reading.list_entries import TOLD

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.linkage.people.source import Part, People

FORMAT: Final = 9
"""of the files; another number is written anew"""
MANIFEST: Final = "index.json"
RECORDS: Final = "people.arrow"
ARRAYS: Final = ("surnames", "births", "areas", "origins", "sexes", "schools", "staff")


def prepare_index(
    people: People, spells: pl.LazyFrame, staff: pl.LazyFrame, folder: Path, fingerprint: str
) -> int:
    """Write the index of these people into a folder; return how many they are.

    Args:
        people: the people on record.
        spells: their employment.
        staff: staff lists.
        folder: gets the index; what lies there of an older one is overwritten.
        fingerprint: tells the snapshot that the index belongs to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        kind: [(folder / f"{kind}.{part}").open("wb") for part in ("key", "row")]
        for kind in (*KINDS, *COUNTED)
    }

    def write(part: Part) -> Census:
        offset, read = part
        keyed = read()
        for keys in person_keys(keyed):
            keys.key.tofile(files[keys.kind][0])
            (keys.rows() + offset).astype(np.uint32).tofile(files[keys.kind][1])
        return Census.of(keyed)

    census = Census.sum(map(write, people.parts()))
    for kind, pair in files.items():
        for file in pair:
            file.close()
        sort_on_disk(folder, kind)
    _write_census(census, folder)
    people.save(folder / RECORDS)
    prepare_lookup(spells, ("teacher_id",), folder, "spells")
    prepare_lookup(staff, ("phone", "name"), folder, "staff_lists")
    manifest = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "people": census.people,
        "polars": pl.__version__,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return census.people


def _write_census(census: Census, folder: Path) -> None:
    arrays = {name: getattr(census, name) for name in ARRAYS}
    np.savez(folder / "census.npz", people=np.array([census.people]), **arrays)


@dataclass(frozen=True, slots=True)
class Index:
    """A prepared index, mapped into memory.

    Attributes:
        people: the people on record.
        scan: their keys.
        spells: their employment, by teacher_id.
        staff: staff lists, by phone.
        listed: the same, by name.
    """

    people: PeopleFrame
    scan: Scan
    spells: Lookup
    staff: Lookup
    listed: Lookup

    @classmethod
    def load(cls, folder: Path, fingerprint: str) -> Self:
        """Map a prepared index into memory.

        Args:
            folder: where `prepare_index` wrote it.
            fingerprint: of the snapshot that is linked.

        Raises:
            InputError: there is no index, it belongs to another snapshot, or another version wrote it.
        """
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError("比对索引", "不存在或无法读取", "先用 --prepare 生成") from error
        expected = {"format": FORMAT, "fingerprint": fingerprint, "polars": pl.__version__}
        if any(manifest.get(name) != value for name, value in expected.items()):
            raise InputError("比对索引", "与当前各表或程序版本不符", "用 --prepare 重新生成")
        keys = {kind: map_keys(folder, kind) for kind in (*KINDS, *COUNTED)}
        return cls(
            PeopleFrame(map_table(folder / RECORDS)),
            Scan(keys, {}, _read_census(folder)),
            Lookup.load(folder, "spells", "teacher_id"),
            Lookup.load(folder, "staff_lists", "phone"),
            Lookup.load(folder, "staff_lists", "name"),
        )

    def find_entries(self, given: pl.Series) -> pl.DataFrame:
        """Return the entries of staff lists whose name stands beside one of these phones."""
        return self.listed.find(self.staff.find(given)["name"])

    def find_namesakes(self, names: pl.Series) -> pl.DataFrame:
        """Return row and columns `TOLD` of the people whose name reads as one of these."""
        rows = find_rows(self.scan.keys["name_exact"], name_keys(names))
        return self.people.frame.select(TOLD)[rows].select(pl.Series("row", rows), *TOLD)


def _read_census(folder: Path) -> Census:
    with np.load(folder / "census.npz") as held:
        return Census(people=int(held["people"][0]), **{name: held[name] for name in ARRAYS})
