"""How long intake takes against the bare readers: 1,000 school workbooks and a 700,000-row registry CSV.

    python benchmarks/intake_speed.py [--books 1000] [--rows 700000] [--repeat 3]

Prints wall and CPU seconds (own and child processes) of the best of several runs, and their ratio.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter
from python_calamine import CalamineWorkbook

from tongcha.intake.acceptance import accept_table
from tongcha.intake.folder import read_folder
from tongcha.policy.intake import IntakePolicy

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = IntakePolicy.load(Path(__file__).resolve().parents[1] / "policy" / "intake.yaml")
HEADER = ("序号", "姓 名", "性别", "身份证后四位", "任教学科", "联系电话", "人员类别", "学校")
ENTRIES = 60


@dataclass(frozen=True)
class Cost:
    """Seconds of one run."""

    wall: float
    cpu: float


def measure(run: Callable[[], object], repeat: int) -> Cost:
    """Return the cheapest of several runs by wall time."""
    costs = []
    for _ in range(repeat):
        before, start = os.times(), time.perf_counter()
        run()
        after = os.times()
        costs.append(Cost(time.perf_counter() - start, sum(after[:4]) - sum(before[:4])))
    return min(costs, key=lambda cost: cost.wall)


def write_books(folder: Path, count: int) -> list[Path]:
    """Write school workbooks of 60 entries under a merged title."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        path = folder / f"学校{number:04d}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("名册")
            sheet.merge_range(0, 0, 0, len(HEADER) - 1, f"第{number}中学教职工名册")
            sheet.write_row(1, 0, HEADER)
            for n in range(ENTRIES):
                phone = f"138{number:04d}{n:04d}"
                row = (
                    n + 1,
                    f"张{chr(0x4E00 + n)}",
                    "女",
                    f"{n:04d}",
                    "数学",
                    phone,
                    "在编",
                    f"第{number}中学",
                )
                sheet.write_row(n + 2, 0, row)
            sheet.write(ENTRIES + 2, 0, f"合计:{ENTRIES}人")
        paths.append(path)
    return paths


def write_registry(path: Path, rows: int) -> Path:
    """Write a registry with the sixteen canonical columns."""
    path.parent.mkdir(parents=True)
    n = pl.int_range(rows, eager=True).alias("n").to_frame()
    day = pl.date(1960, 1, 1) + pl.duration(days=pl.col("n") % 14000)
    n.select(
        pl.format("T{}", "n").alias("教师编号"),
        pl.format("张三{}", pl.col("n") % 1000).alias("姓名"),
        pl.lit(None, pl.String).alias("曾用名"),
        pl.when(pl.col("n") % 2 == 0).then(pl.lit("女")).otherwise(pl.lit("男")).alias("性别"),
        day.alias("出生日期"),
        pl.format("2101021970010{}", (pl.col("n") % 100000).cast(pl.String).str.zfill(5)).alias("证件号码"),
        pl.format("138{}", pl.col("n").cast(pl.String).str.zfill(8)).alias("手机号"),
        pl.lit("汉族").alias("民族"),
        pl.lit("数学").alias("任教学科"),
        pl.format("213400{}", (pl.col("n") % 9000 + 1000)).alias("学校标识码"),
        pl.lit("340103").alias("区划代码"),
        pl.lit("在编").alias("人员类别"),
        day.alias("入职日期"),
        pl.lit("在职").alias("登记状态"),
        pl.lit("群众").alias("政治面貌"),
        pl.lit("教师").alias("职务"),
    ).write_csv(path)
    return path


def read_books_bare(paths: list[Path]) -> None:
    """Read every cell with calamine and nothing else."""
    for path in paths:
        with CalamineWorkbook.from_path(path) as book:
            for index in range(len(book.sheet_names)):
                book.get_sheet_by_index(index).to_python(skip_empty_area=False)


def take_in(folder: Path, inbox: Path, table: str) -> pl.DataFrame:
    """Read, map, type and judge a folder as the pipeline does."""
    derivable = {table: frozenset({"list_id", "row_no"})}
    landing = read_folder(folder, inbox, derivable=derivable, policy=POLICY)
    taken = accept_table(landing, table, POLICY, derive=complete)
    return taken.rows


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill what files don't carry."""
    frame = frame.with_columns(pl.lit("2026-09-01").alias("snapshot"))
    if "list_id" in frame.columns:
        frame = frame.with_columns(pl.col("list_id").fill_null(pl.col("file")), row_no=pl.col("row"))
    return frame


def report(what: str, bare: Cost, ours: Cost) -> None:
    """Print one line per measure."""
    print(f"{what:24} bare {bare.wall:6.2f} s wall {bare.cpu:6.2f} s cpu", end="   ")
    print(f"intake {ours.wall:6.2f} s wall {ours.cpu:6.2f} s cpu", end="   ")
    print(f"ratio {ours.wall / bare.wall:4.2f} wall {ours.cpu / bare.cpu:4.2f} cpu")


def main() -> None:
    """Make the files, take both measures, print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=700_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        inbox = Path(place)
        paths = write_books(inbox / "lists", options.books)
        registry = write_registry(inbox / "registry" / "registry.csv", options.rows)
        assert take_in(inbox / "lists", inbox, "staff_entries").height == options.books * ENTRIES  # noqa: S101
        assert take_in(registry.parent, inbox, "teachers").height == options.rows  # noqa: S101
        report(
            f"{options.books:,} workbooks",
            measure(lambda: read_books_bare(paths), options.repeat),
            measure(lambda: take_in(inbox / "lists", inbox, "staff_entries"), options.repeat),
        )
        report(
            f"{options.rows:,}-row CSV",
            measure(lambda: pl.read_csv(registry, infer_schema=False), options.repeat),
            measure(lambda: take_in(registry.parent, inbox, "teachers"), options.repeat),
        )


if __name__ == "__main__":
    main()
