"""Compare linkers on invented worlds: accuracy against the truth, wall time, CPU and memory.

    python benchmarks/linkage/run.py --size city|province|province_200k|nation [--seed 1] [--linkers …]

Every linker runs in a process of its own, process start and reading included, `--repeat` times; the table
shows medians. Peers come with the `bench` extra; one that isn't installed is left out and said so.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "linkage")]

import polars as pl  # noqa: E402  the path must be set first
from measure import measure, read_best, slice_errors  # noqa: E402  a neighbour of this script

from tongcha.synthetic.spec import SIZES  # noqa: E402  the path must be set first
from tongcha.synthetic.world import stream_world  # noqa: E402  the path must be set first

LINKERS = {
    "exact_id": "exact_id.py",
    "exact_keys": "exact_keys.py",
    "splink": "splink_link.py",
    "tongcha": "tongcha_link.py",
}
SURE = 0.0
"""threshold of the slices in bits: more likely right than wrong"""


def main() -> None:
    """Build the world unless it is there, run the linkers, print and store the table."""
    options = parse()
    world = options.worlds / f"{options.size}-{options.seed}"
    if not (world / "truth" / "truth.parquet").is_file():
        stream_world(replace(SIZES[options.size], seed=options.seed), world, world / "truth")
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    rows = []
    for name in options.linkers:
        out = world / f"{name}.parquet"
        cost = run_linker(LINKERS[name], world, out, options)
        if cost is None:
            print(f"{name}: not installed or failed, left out")
            continue
        best = read_best(out, truth)
        rows.append({"linker": name} | asdict(measure(best, truth)) | cost)
        if name == "tongcha":
            slice_errors(best, truth, SURE).write_csv(world / "slices.csv")
    table = pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(4))
    table.write_csv(world / "table.csv")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, tbl_hide_dataframe_shape=True):
        print(table)
    if (world / "slices.csv").is_file():
        draw(world)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=sorted(SIZES), default="city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--linkers", nargs="+", choices=sorted(LINKERS), default=list(LINKERS))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--worlds", type=Path, default=ROOT / "bench-data" / "linkage")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    return parser.parse_args()


def run_linker(script: str, world: Path, out: Path, options: argparse.Namespace) -> dict[str, float] | None:
    """Run one linker several times; return medians of wall and CPU seconds and of peak memory."""
    here = ROOT / "benchmarks" / "linkage"
    python = options.python if script == "splink_link.py" else sys.executable
    timed = [sys.executable, str(here / "timer.py"), python, str(here / "linkers" / script)]
    costs = []
    for _ in range(options.repeat):
        done = subprocess.run([*timed, str(world), str(out)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr[-2_000:])
            return None
        costs.append(json.loads(done.stdout.splitlines()[-1]))
    return {figure: statistics.median(cost[figure] for cost in costs) for figure in costs[0]}


def draw(world: Path) -> None:
    """Draw the table and the slices."""
    if importlib.util.find_spec("matplotlib") is None:
        print("matplotlib isn't installed: no plot")
        return
    from plot import main as plot  # noqa: PLC0415  comes with the bench extra

    plot(str(world), str(world / "table.svg"))


if __name__ == "__main__":
    main()
