"""Exact ID number, else name and phone, else phone, else a unique name. Usage: exact_keys.py DIR OUT."""

from __future__ import annotations

import sys

import polars as pl

KEYS = (("id_number",), ("name", "phone"), ("phone",), ("name",))
"""strongest first; the score tells which key joined"""


def main(folder: str, out: str) -> None:
    """Join on one key after the other; an identity stays with the first that finds somebody."""
    columns = ["id_number", "name", "phone"]
    met = pl.read_parquet(f"{folder}/identities.parquet", columns=["identity_id", *columns])
    registry = pl.read_parquet(f"{folder}/registry.parquet", columns=["teacher_id", *columns])
    found = []
    for strength, key in zip(range(len(KEYS), 0, -1), KEYS, strict=True):
        people = registry.drop_nulls(key)
        if key == ("name",):
            people = people.unique("name", keep="none")
        joined = met.join(people, on=key).select("identity_id", "teacher_id", score=pl.lit(float(strength)))
        found.append(joined.unique("identity_id", keep="first", maintain_order=True))
        met = met.join(joined, on="identity_id", how="anti")
    pl.concat(found).write_parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
