"""How many times the wall time of a bare ID join `tongcha link` takes, whoever writes the join.

    python benchmarks/linkage/bare_joins.py WORLD [--repeat 11]

The same join in four ways: polars and DuckDB read the two columns that it needs, polars and pandas the files
as they are. Each runs in a process of its own, process start and reading included, in turns with Tongcha, so
that other work on the machine meets all of them. Prints medians. WORLD is a folder that `run.py` made.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
JOINS: Final = {
    "DuckDB, two columns": """
import duckdb, sys
met = duckdb.read_parquet("identities.parquet")
known = duckdb.read_parquet("registry.parquet").select("teacher_id, id_number")
met.join(known, "id_number").select("identity_id, teacher_id").write_parquet(sys.argv[1])
""",
    "polars, two columns": """
import polars as pl, sys
met, known = pl.scan_parquet("identities.parquet"), pl.scan_parquet("registry.parquet")
met.join(known, on="id_number").select("identity_id", "teacher_id").collect().write_parquet(sys.argv[1])
""",
    "polars, whole files": """
import polars as pl, sys
met, known = pl.read_parquet("identities.parquet"), pl.read_parquet("registry.parquet")
met.join(known, on="id_number").select("identity_id", "teacher_id").write_parquet(sys.argv[1])
""",
    "pandas, whole files": """
import pandas as pd, sys
met, known = pd.read_parquet("identities.parquet"), pd.read_parquet("registry.parquet")
joined = met.dropna(subset="id_number").merge(known, on="id_number")
joined[["identity_id", "teacher_id"]].to_parquet(sys.argv[1])
""",
}


def main() -> None:
    """Time everything in turns and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("world", type=Path)
    parser.add_argument("--repeat", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "links.parquet")
        commands = {name: ["-c", code, out] for name, code in JOINS.items()}
        commands["Tongcha"] = [str(HERE / "linkers" / "tongcha_link.py"), ".", out]
        walls = time_in_turns(commands, options.world, options.repeat)
    for name, wall in walls.items():
        print(f"{name:22} {wall:6.3f} s   Tongcha takes {walls['Tongcha'] / wall:4.1f} x as long")


def time_in_turns(commands: dict[str, list[str]], world: Path, repeat: int) -> dict[str, float]:
    """Return the median wall seconds of each command of this interpreter, run in the world's folder."""
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            timed = [sys.executable, str(HERE / "timer.py"), sys.executable, *command]
            done = subprocess.run(timed, cwd=world, capture_output=True, text=True, check=True)  # noqa: S603
            walls[name].append(json.loads(done.stdout.splitlines()[-1])["wall_s"])
    return {name: statistics.median(times) for name, times in walls.items()}


if __name__ == "__main__":
    main()
