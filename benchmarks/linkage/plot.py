"""Draw what `run.py` measured: linkers side by side, and our recall per kind of error.

    python benchmarks/linkage/plot.py WORLD OUT.svg

WORLD holds the `table.csv` and `slices.csv` that `run.py` leaves there. Same tables, same bytes.
Needs matplotlib (`bench` extra).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

SERIES = {"f1": "best F1", "recall_999": "recall at P ≥ .999", "recall_9999": "recall at P ≥ .9999"}
COLOURS = ("#33516b", "#7a9cb8", "#c9d6e0")
LEAST = 20
"""kinds of error with fewer registered people aren't drawn"""


def main(world: str, out: str) -> None:
    """Read the two tables of a world and write the plot."""
    mpl.rcParams.update({"svg.hashsalt": "tongcha", "svg.fonttype": "none", "font.size": 8})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.6), width_ratios=(1, 1.1))
    draw_linkers(left, read_rows(Path(world) / "table.csv"))
    draw_slices(right, read_rows(Path(world) / "slices.csv"))
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None, "Creator": None})


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def draw_linkers(axes: plt.Axes, rows: list[dict[str, str]]) -> None:
    """Three bars per linker; a precision that is never reached has no bar, nor has the same engine twice."""
    rows = [row for row in rows if row["linker"] != "tongcha_prepared"]
    for shift, (column, label) in enumerate(SERIES.items()):
        places = [place + (shift - 1) * 0.27 for place in range(len(rows))]
        heights = [float(row[column]) for row in rows]
        axes.bar(places, heights, width=0.25, label=label, color=COLOURS[shift])
    axes.set_xticks(range(len(rows)), [row["linker"] for row in rows])
    axes.set_ylim(0, 1)
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), fontsize=6.5, frameon=False)


def draw_slices(axes: plt.Axes, rows: list[dict[str, str]]) -> None:
    """One bar per kind of error, best recall on top."""
    drawn = [row for row in rows if int(row["linkable"]) >= LEAST]
    drawn.sort(key=lambda row: (float(row["recall"]), row["kind"]))
    axes.barh([row["kind"] for row in drawn], [float(row["recall"]) for row in drawn], color=COLOURS[0])
    axes.set_xlim(0, 1)
    axes.set_xlabel("recall of registered people, links above 0 bits")
    axes.tick_params(axis="y", labelsize=6.5)


if __name__ == "__main__":
    main(*sys.argv[1:])
