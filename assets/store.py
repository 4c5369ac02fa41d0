"""The table store: one Parquet file per table and partition, replaced whole or not at all."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import ContractError, InputError
from tongcha.tables import ALL, Partition, Table

if TYPE_CHECKING:
    from pathlib import Path

WHOLE: Final = "all"
"""Partition of a table that covers everything known."""
SUFFIX: Final = ".parquet"
REFUSED: Final = ".refused"
"""Suffix of a table that broke its contract and therefore didn't replace the last good one."""
_SAFE_KEY = re.compile(r"[\w()（）][\w()（）·.\- ]{0,59}")


@dataclass(frozen=True, slots=True)
class TableStore:
    """Parquet files under one root: `<root>/<table>/<partition>.parquet`.

    Attributes:
        root: the folder `tables/` of the home.
    """

    root: Path

    def write(self, table: Table, partition: str, frame: pl.DataFrame, *, is_good: bool = True) -> Path:
        """Replace a stored table atomically; a bad one is set aside and the last good one stays.

        Args:
            table: the contract.
            partition: raid batch, snapshot date, or `WHOLE`.
            frame: rows that conform to the contract's schema.
            is_good: whether the rows keep every rule of the contract.

        Returns:
            The file written.
        """
        stored = self.path(table, partition)
        refused = stored.with_name(stored.name + REFUSED)
        stored.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = stored if is_good else refused
        _replace_durably(frame, target)
        if is_good:
            refused.unlink(missing_ok=True)
        return target

    def read(self, table: Table, partition: str) -> pl.DataFrame:
        """Return a stored table.

        Raises:
            ContractError: it was never made, or was stored under another contract.
        """
        path = self.path(table, partition)
        if not path.is_file():
            raise ContractError(
                f"表 {table.label}（{partition}）", "还没有生成", "先运行产生它的步骤（propose 或 act）"
            )
        return self._load(table, path)

    def read_latest(self, table: Table, partition: str) -> pl.DataFrame:
        """Return what the last run made, even when it was refused; checks judge this."""
        path = self.path(table, partition)
        refused = path.with_name(path.name + REFUSED)
        return self._load(table, refused) if refused.is_file() else self.read(table, partition)

    def read_all(self, table: Table) -> pl.DataFrame:
        """Return every stored partition of a table, in the contract's row order."""
        frames = [self.read(table, partition) for partition in self.partitions(table)]
        return table.conform(pl.concat([table.empty(), *frames]))

    def read_earlier(self, table: Table, partition: str) -> pl.DataFrame:
        """Return every stored partition that comes before the named one, in the contract's row order."""
        earlier = [key for key in self.partitions(table) if key < partition]
        return table.conform(pl.concat([table.empty(), *(self.read(table, key) for key in earlier)]))

    def read_before(self, table: Table, partition: str) -> pl.DataFrame:
        """Return the last stored partition that comes before the named one; empty if none does."""
        earlier = [key for key in self.partitions(table) if key < partition]
        return self.read(table, earlier[-1]) if earlier else table.empty()

    def has(self, table: Table, partition: str) -> bool:
        """Whether a good table is stored for that partition."""
        return self.path(table, partition).is_file()

    def partitions(self, table: Table) -> list[str]:
        """Return the stored partitions, sorted."""
        return sorted(path.stem for path in (self.root / table.name).glob(f"*{SUFFIX}"))

    def partitions_made(self, table: Table) -> list[str]:
        """Return the partitions that runs made, refused ones included, sorted; checks judge these."""
        files = (path.name.removesuffix(REFUSED) for path in (self.root / table.name).glob("*"))
        return sorted({name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)})

    def current_snapshot(self) -> str:
        """Return the newest snapshot that every reference table holds.

        Raises:
            ContractError: no snapshot is complete.
        """
        dated = [table for table in ALL if table.partition is Partition.SNAPSHOT]
        complete = set.intersection(*(set(self.partitions(table)) for table in dated))
        if not complete:
            raise ContractError(
                "参照数据", "还没有任何完整的快照", "先运行 reference（tongcha propose 会自动运行）"
            )
        return max(complete)

    def path(self, table: Table, partition: str) -> Path:
        """Return where a partition is stored.

        Raises:
            InputError: the partition key isn't a safe file name.
        """
        if not _SAFE_KEY.fullmatch(partition) or ".." in partition:
            raise InputError(
                "批次名称", "只能用汉字、字母、数字、连字符、点与括号，不超过 60 字", "给收件箱的文件夹改名"
            )
        return self.root / table.name / f"{partition}{SUFFIX}"

    def _load(self, table: Table, path: Path) -> pl.DataFrame:
        frame = pl.read_parquet(path)
        if frame.schema != table.schema:
            raise ContractError(
                f"表 {table.label}（{path.stem}）", "按旧的表结构保存", "重新运行产生它的步骤"
            )
        return frame


def _replace_durably(frame: pl.DataFrame, target: Path) -> None:
    """Write beside the target, flush to disk, then rename: a crash leaves the old file whole."""
    fresh = target.with_name(target.name + ".tmp")
    with fresh.open("wb") as file:
        fresh.chmod(0o600)
        frame.rechunk().write_parquet(file, compression="zstd", compression_level=3, statistics=True)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
