"""The process that reads one Parquet file: answers with its rows as Arrow streams, each after a line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import polars as pl

from tongcha.intake.confinement import end_when_still, limit_time, read_limits, write_line, write_refusal
from tongcha.intake.parquet_files import read_parquet_text
from tongcha.intake.preflight import FileRefusedError


def main() -> None:
    """Read the file named in the second line under the limits given in the first."""
    limits = read_limits()
    path = Path(json.loads(sys.stdin.buffer.readline()))
    limit_time(limits["parser_seconds"])
    out = sys.stdout.buffer
    try:
        for frame in end_when_still(read_parquet_text(path, limits["max_parquet_rows"])):
            stream = io.BytesIO()
            frame.write_ipc_stream(stream, compat_level=pl.CompatLevel.newest())
            out.write(write_line({"bytes": stream.tell()}))
            out.write(stream.getbuffer())
        out.write(write_line({"end": True}))
    except FileRefusedError as refusal:
        out.write(write_refusal(refusal))
    out.flush()
