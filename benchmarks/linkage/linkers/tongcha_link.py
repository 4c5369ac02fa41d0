"""Tongcha on one folder, without the rest of the house. Usage: tongcha_link.py DIR OUT."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tongcha.linkage.folder import link_folder  # noqa: E402  the path must be set first
from tongcha.policy.linkage import LinkagePolicy  # noqa: E402  the path must be set first

if __name__ == "__main__":
    policy = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    link_folder(Path(sys.argv[1]), Path(sys.argv[2]), None, policy)
