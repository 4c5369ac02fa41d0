"""How long intake takes against the bare readers: 1,000 school workbooks and a 700,000-row registry CSV.

    python3 run.py exec python benchmarks/intake_speed.py [--books 1000] [--rows 700000] [--repeat 5]

Three measures of the same files, alternating; of several runs the least wall and the least CPU seconds:

- `reader`: calamine gives every cell as a Python value, polars every column as text; nothing is kept.
- `table`: the same reader and, from columns known by place, one frame with the types of the contract,
  in the order of its key: what a script of ten lines would do with files it trusts.
- `intake`: what the pipeline does: fingerprints, pre-flight, a process of its own, header and table
  found by alias, remarks dropped, values typed, every rule of the contract judged.

Wall and CPU seconds are of this process and its children, starting them included. The registry comes
once in the order of its key, as an export does, and once shuffled; "both together" adds it to the workbooks.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import deque
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
    from collections.abc import Callable, Iterator, Sequence

POLICY = IntakePolicy.load(Path(__file__).resolve().parents[1] / "policy" / "intake.yaml")
HEADER = ("序号", "姓 名", "性别", "身份证后四位", "任教学科", "联系电话", "人员类别", "学校")
ENTRIES = 60


@dataclass(frozen=True)
class Cost:
    """Seconds of one run."""

    wall: float
    cpu: float


def measure(run: Callable[[], object]) -> Cost:
    """Return what one run costs."""
    before, start = os.times(), time.perf_counter()
    run()
    after = os.times()
    return Cost(time.perf_counter() - start, sum(after[:4]) - sum(before[:4]))


def compare(what: str, runs: dict[str, Callable[[], object]], repeat: int) -> dict[str, Cost]:
    """Take the measures in turn, so that a busy minute hits all of them, and print the least of each."""
    costs = [{name: measure(run) for name, run in runs.items()} for _ in range(repeat)]
    best = {
        name: Cost(min(cost[name].wall for cost in costs), min(cost[name].cpu for cost in costs))
        for name in runs
    }
    tell(what, best)
    return best


def tell(what: str, best: dict[str, Cost]) -> None:
    """Print what each measure costs, and how many times that intake takes."""
    ours = best["intake"]
    for name, cost in best.items():
        times = f"{ours.wall / cost.wall:4.2f} wall {ours.cpu / cost.cpu:4.2f} cpu"
        told = "" if name == "intake" else f"   intake takes {times}"
        print(f"{what:28} {name:7} {cost.wall:6.2f} s wall {cost.cpu:6.2f} s cpu{told}")


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
                    "女男"[n // 10 % 2],  # as the last four digits say
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


def write_registry(path: Path, rows: int, *, shuffled: bool) -> Path:
    """Write a registry with the sixteen canonical columns."""
    path.parent.mkdir(parents=True)
    numbers = pl.int_range(rows, eager=True).alias("n")
    n = (numbers.shuffle(seed=1) if shuffled else numbers).to_frame()
    day = pl.date(1960, 1, 1) + pl.duration(days=pl.col("n") % 14000)
    n.select(
        pl.format("T{}", pl.col("n").cast(pl.String).str.zfill(7)).alias("教师编号"),
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


def read_books(paths: list[Path]) -> Iterator[Sequence[Sequence[object]]]:
    """Yield every cell of each workbook's sheets as calamine gives it."""
    for path in paths:
        with CalamineWorkbook.from_path(path) as book:
            for index in range(len(book.sheet_names)):
                yield book.get_sheet_by_index(index).to_python(skip_empty_area=False)


def tabulate_books(paths: list[Path]) -> pl.DataFrame:
    """Return the entries of workbooks whose layout is known: title, header, entries, total."""
    rows = [
        [str(path), *row] for path, sheet in zip(paths, read_books(paths), strict=True) for row in sheet[2:-1]
    ]
    frame = pl.DataFrame(rows, schema=["file", *HEADER], orient="row")
    return frame.cast({"序号": pl.Int64}).sort("file", "序号")


def tabulate_registry(path: Path) -> pl.DataFrame:
    """Return a registry whose columns are known, typed and sorted."""
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(pl.col("出生日期", "入职日期").str.to_date("%Y-%m-%d")).sort("教师编号")


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


def compare_books(inbox: Path, count: int, repeat: int) -> dict[str, Cost]:
    """Measure the workbooks."""
    folder = inbox / "lists"
    paths = write_books(folder, count)
    assert take_in(folder, inbox, "staff_entries").height == tabulate_books(paths).height == count * ENTRIES  # noqa: S101
    runs: dict[str, Callable[[], object]] = {
        "reader": lambda: deque(read_books(paths), maxlen=0),
        "table": lambda: tabulate_books(paths),
        "intake": lambda: take_in(folder, inbox, "staff_entries"),
    }
    return compare(f"{count:,} workbooks", runs, repeat)


def compare_registry(inbox: Path, rows: int, repeat: int, *, shuffled: bool) -> dict[str, Cost]:
    """Measure the registry."""
    order = "shuffled" if shuffled else "in order"
    path = write_registry(inbox / order / "registry.csv", rows, shuffled=shuffled)
    assert take_in(path.parent, inbox, "teachers").height == rows  # noqa: S101
    runs: dict[str, Callable[[], object]] = {
        "reader": lambda: pl.read_csv(path, infer_schema=False),
        "table": lambda: tabulate_registry(path),
        "intake": lambda: take_in(path.parent, inbox, "teachers"),
    }
    return compare(f"{rows:,}-row CSV {order}", runs, repeat)


def main() -> None:
    """Make the files, take the measures, print them."""
    parser = argparse.ArgumentParser(description="intake against the bare readers")
    parser.add_argument("--books", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=700_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        books = compare_books(Path(place), options.books, options.repeat)
        for shuffled in (False, True):
            rows = compare_registry(Path(place), options.rows, options.repeat, shuffled=shuffled)
            both = {
                name: Cost(books[name].wall + c.wall, books[name].cpu + c.cpu) for name, c in rows.items()
            }
            tell("both together", both)


if __name__ == "__main__":
    main()
