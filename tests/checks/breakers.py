"""How each rule between tables is broken once: a breaker changes a consistent state."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from assets.office import Office

Tables = dict[str, pl.DataFrame]
Breaker = Callable[[Tables, Office], None]
BREAKERS: dict[str, Breaker] = {}


def breaks(rule: str) -> Callable[[Breaker], Breaker]:
    def keep(breaker: Breaker) -> Breaker:
        BREAKERS[rule] = breaker
        return breaker

    return keep


def change(tables: Tables, name: str, **columns: pl.Expr) -> None:
    tables[name] = tables[name].with_columns(**columns)
