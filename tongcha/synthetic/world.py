"""A whole invented world with known truth: `build_world`, and `stream_world` for those too large to hold."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import parquet

from tongcha.synthetic.capture import Recorder, take_down
from tongcha.synthetic.confusions import Dice
from tongcha.synthetic.part import Part, build_part
from tongcha.synthetic.population import People, write_id_numbers
from tongcha.synthetic.pupils import draw_pupils
from tongcha.synthetic.raids import Slots, draw_sites, draw_slots
from tongcha.synthetic.setting import Setting, build_setting
from tongcha.synthetic.strangers import draw_strangers, pick_donors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tongcha.synthetic.spec import WorldSpec

REFERENCE: Final = ("registry", "spells", "staff_lists")
"""Tables that are made part by part."""


@dataclass(frozen=True, slots=True)
class Raids:
    """What was found at the raids, and the truth about it.

    Attributes:
        sites: table `sites`.
        identities: table `identities`.
        pupils: table `pupils`.
        truth: one row per identity: identity_id, raid_id, raid_date, person (equal for one person met
            twice), category, capture, teacher_id (null if not registered), teacher_ids (all records
            of the person), staff_row (`list_id#row_no`, contract staff only), error_classes, in_service
            (on the raid date), responsible_school_id (the employing school that day, null if not in
            service), host_school_id (the school to which the person is lent), moved_that_day.
        pupil_truth: raid_id, pupil_no, pupil, school_id, spelling.
    """

    sites: pl.DataFrame
    identities: pl.DataFrame
    pupils: pl.DataFrame
    truth: pl.DataFrame
    pupil_truth: pl.DataFrame


@dataclass(frozen=True, slots=True)
class World(Raids):
    """Everything: what lands in the inbox (canonical columns of DESIGN §4), and the truth apart.

    Attributes:
        spec: what it was built from.
        registry: table `registry`.
        spells: table `spells`.
        schools: table `schools`.
        staff_lists: table `staff_lists`.
        list_truth: staff_row (`list_id#row_no`) and teacher_ids of each entry whose person is registered.
    """

    spec: WorldSpec
    registry: pl.DataFrame
    spells: pl.DataFrame
    schools: pl.DataFrame
    staff_lists: pl.DataFrame
    list_truth: pl.DataFrame


def build_world(spec: WorldSpec) -> World:
    """Build a world in memory; equal specs give equal frames."""
    setting = build_setting(spec)
    sites, slots = plan_raids(setting)
    parts = list(build_parts(setting, slots))
    raids = hold_raids(setting, sites, slots, [part.met for part in parts], [part.donors for part in parts])
    return World(
        sites=raids.sites,
        identities=raids.identities,
        pupils=raids.pupils,
        truth=raids.truth,
        pupil_truth=raids.pupil_truth,
        spec=spec,
        registry=pl.concat([part.registry for part in parts]),
        spells=pl.concat([part.spells for part in parts]),
        schools=setting.places.schools.drop("short"),
        staff_lists=pl.concat([part.staff_lists for part in parts]).sort("list_id", "row_no"),
        list_truth=pl.concat([part.listed for part in parts]).sort("staff_row"),
    )


def write_world(world: World, folder: Path, truth_folder: Path | None = None) -> None:
    """Write a world as Parquet: registry, spells, schools, staff_lists, sites, identities, pupils.

    Args:
        world: from `build_world`.
        folder: the DIR of `tongcha link DIR`.
        truth_folder: gets truth and pupil_truth, apart so that no linker sees them; not written if left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in REFERENCE:
        write_frame(getattr(world, name), folder / f"{name}.parquet")
    write_rest(world, world.schools, folder, truth_folder)


def stream_world(spec: WorldSpec, folder: Path, truth_folder: Path | None = None) -> None:
    """Build a world part by part straight into the files of `write_world`, holding one part at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    setting = build_setting(spec)
    sites, slots = plan_raids(setting)
    met, donors = [], []
    with ExitStack() as stack:
        writers: dict[str, parquet.ParquetWriter] = {}
        for part in build_parts(setting, slots):
            for name in REFERENCE:
                table, path = plain_table(getattr(part, name)), folder / f"{name}.parquet"
                if name not in writers:
                    writer = parquet.ParquetWriter(path, table.schema, compression="zstd")
                    writers[name] = stack.enter_context(writer)
                writers[name].write_table(table)
            met.append(part.met)
            donors.append(part.donors)
    raids = hold_raids(setting, sites, slots, met, donors)
    write_rest(raids, setting.places.schools.drop("short"), folder, truth_folder)


def write_rest(raids: Raids, schools: pl.DataFrame, folder: Path, truth_folder: Path | None) -> None:
    """Write what isn't made part by part."""
    write_frame(schools, folder / "schools.parquet")
    for name in ("sites", "identities", "pupils"):
        write_frame(getattr(raids, name), folder / f"{name}.parquet")
    if truth_folder:
        truth_folder.mkdir(parents=True, exist_ok=True)
        for name in ("truth", "pupil_truth"):
            write_frame(getattr(raids, name), truth_folder / f"{name}.parquet")


def plain_table(frame: pl.DataFrame) -> pa.Table:
    """Return the frame as Arrow with ordinary strings, which every reader knows."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write one Parquet file; equal frames give equal bytes."""
    parquet.write_table(plain_table(frame), path, compression="zstd")


def plan_raids(setting: Setting) -> tuple[pl.DataFrame, Slots]:
    """Decide when and where the raids are and what kind of person each will meet."""
    rng = np.random.default_rng([setting.spec.seed, 2])
    sites = draw_sites(rng, setting.spec, setting.places)
    return sites, draw_slots(rng, setting.spec, setting.shares.found, sites)


def build_parts(setting: Setting, slots: Slots) -> Iterator[Part]:
    """Build the registry part by part."""
    rows_before = np.zeros(setting.spec.schools, dtype=np.int64)
    for number in range(setting.spec.parts):
        yield build_part(setting, slots, number, rows_before)


def hold_raids(
    setting: Setting, sites: pl.DataFrame, slots: Slots, met: list[pl.DataFrame], donors: list[pl.DataFrame]
) -> Raids:
    """Add the strangers, and take everybody down."""
    spec = setting.spec
    rng = np.random.default_rng([spec.seed, 3])
    lenders = pl.concat(donors).sort("city", "donor_teacher_id")
    teachers = pl.concat(met)
    strangers = draw_strangers(rng, setting, slots, teachers, lenders)
    everybody = pl.concat([teachers, strangers]).sort("slot")
    where = sites[slots.raid].select("raid_id", "raid_date", "area")
    lent = pick_donors(rng, slots, lenders).drop("slot")
    invented = invent(rng, setting, everybody)
    rows = pl.concat([everybody, where, lent, invented], how="horizontal")
    recorder = Recorder(setting.shares, setting.confusions, setting.places, setting.rare, Dice(rng))
    taken = take_down(recorder, rows)
    pupils, pupil_truth = draw_pupils(rng, setting, sites)
    return Raids(
        sites=sites.drop("city"),
        identities=taken.drop("error_classes"),
        pupils=pupils,
        truth=write_truth(setting, everybody, taken),
        pupil_truth=pupil_truth,
    )


def invent(rng: np.random.Generator, setting: Setting, everybody: pl.DataFrame) -> pl.DataFrame:
    """Return an invented name and ID number per row, for those who lie: invented_name, invented_id."""
    count = len(everybody)
    woman = everybody["woman"].to_numpy()
    birth = everybody["birth_date"].to_physical().to_numpy().astype(np.int64)
    year = everybody["birth_date"].dt.year().to_numpy().astype(np.int64)
    names = np.char.add(setting.drawer.draw_surnames(rng, count), setting.drawer.draw_given(rng, woman, year))
    nobody = np.zeros(count, dtype=np.int64)
    people = People(
        woman=woman,
        birth=birth + rng.integers(-900, 900, count),
        city=nobody,
        region=rng.permutation(everybody["id_number"].str.head(6).cast(pl.Int64).to_numpy()),
        # the last sequence numbers of each sex lie beyond every lane
        sequence=np.where(woman, 998, 999),
        surname=names,
        name=names,
        former=names,
        phone=nobody,
        ethnicity=nobody,
    )
    return pl.DataFrame({"invented_name": names, "invented_id": write_id_numbers(people)})


def write_truth(setting: Setting, everybody: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Return the truth about each identity; see `Raids.truth`."""
    numbers = pl.Series("id", setting.places.school_id)

    def name_school(column: str) -> pl.Series:
        return numbers[everybody[column].fill_null(0)].set(everybody[column].is_null(), None).alias(column)

    return taken.select("identity_id", "raid_id", "raid_date").with_columns(
        everybody["person"],
        everybody["category"],
        taken["capture"],
        everybody["teacher_ids"].list.first().alias("teacher_id"),
        everybody["teacher_ids"],
        everybody["staff_row"],
        taken["error_classes"],
        everybody["in_service"],
        name_school("school_no").alias("responsible_school_id"),
        name_school("host_no").alias("host_school_id"),
        everybody["moved_that_day"],
    )
