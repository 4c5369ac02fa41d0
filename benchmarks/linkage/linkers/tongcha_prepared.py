"""The same with a key index, which the first run writes. Usage: tongcha_prepared.py DIR OUT."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from pipelines.cli import main

if __name__ == "__main__":
    sys.argv[1:] = ["link", sys.argv[1], "--out", sys.argv[2], "--index", f"{sys.argv[1]}/index"]
    main()
