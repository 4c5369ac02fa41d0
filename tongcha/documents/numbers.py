"""Record numbers: short digests of what a record stands for, the same on every run."""

from __future__ import annotations

import hashlib


def number_record(prefix: str, *facts: str) -> str:
    """Return the prefix and twelve hex digits that depend on the facts alone.

    Args:
        prefix: one capital letter that says what the record is.
        facts: what makes it this record; joined unambiguously.
    """
    text = "\x1f".join(facts)
    return prefix + hashlib.sha256(f"{prefix}\x1e{text}".encode()).hexdigest()[:12]
