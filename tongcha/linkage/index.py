"""The keys of all people, prepared once per snapshot, so that later batches need not read everyone again.

Per kind two sorted arrays (key, row) and the records themselves lie in a folder and are mapped into memory;
a batch then touches only the pages that its own keys lead to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.blocking import Scan, SortedKeys
from tongcha.linkage.census import Census
from tongcha.linkage.keys import COUNTED, KINDS, person_keys
from tongcha.linkage.source import PeopleFile

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.linkage.source import People

FORMAT: Final = 2
MANIFEST: Final = "index.json"
RECORDS: Final = "people.arrow"
ARRAYS: Final = ("surnames", "births", "areas", "sexes", "schools", "staff")


def prepare_index(people: People, folder: Path, fingerprint: str) -> int:
    """Write the index of these people into a folder; return how many they are.

    Args:
        people: the people on record.
        folder: gets the index; what lies there of an older one is overwritten.
        fingerprint: tells the snapshot that the index belongs to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    census = Census.empty()
    files = {
        kind: [(folder / f"{kind}.{part}").open("wb") for part in ("key", "row")]
        for kind in (*KINDS, *COUNTED)
    }
    for offset, read in people.parts():
        keyed = read()
        census.add(Census.of(keyed))
        for kind, key, row in person_keys(keyed, offset):
            key.tofile(files[kind][0])
            row.astype(np.uint32).tofile(files[kind][1])
    for kind, pair in files.items():
        for file in pair:
            file.close()
        _sort_on_disk(folder, kind)
    _write_census(census, folder)
    people.save(folder / RECORDS)
    manifest = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "people": census.people,
        "polars": pl.__version__,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return census.people


def _sort_on_disk(folder: Path, kind: str) -> None:
    key = np.fromfile(folder / f"{kind}.key", np.uint64)
    row = np.fromfile(folder / f"{kind}.row", np.uint32)
    order = np.argsort(key, kind="stable")
    key[order].tofile(folder / f"{kind}.key")
    row[order].tofile(folder / f"{kind}.row")


def _write_census(census: Census, folder: Path) -> None:
    arrays = {name: getattr(census, name) for name in ARRAYS}
    np.savez(folder / "census.npz", people=np.array([census.people]), **arrays)


def load_index(folder: Path, fingerprint: str) -> tuple[PeopleFile, Scan]:
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
        raise InputError("比对索引", "与当前教师库或程序版本不符", "用 --prepare 重新生成")
    keys = {kind: _map_keys(folder, kind) for kind in (*KINDS, *COUNTED)}
    records = pl.scan_ipc(folder / RECORDS)
    return PeopleFile(records, int(manifest["people"])), Scan(keys, {}, _read_census(folder))


def _map_keys(folder: Path, kind: str) -> SortedKeys:
    key, row = folder / f"{kind}.key", folder / f"{kind}.row"
    if key.stat().st_size == 0:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
    return SortedKeys(np.memmap(key, np.uint64, "r"), np.memmap(row, np.uint32, "r"))


def _read_census(folder: Path) -> Census:
    with np.load(folder / "census.npz") as held:
        return Census(people=int(held["people"][0]), **{name: held[name] for name in ARRAYS})
