"""The archive: the exact bytes of every paper that was handed over, kept under its fingerprint.

What recipients hold can be shown and issued again byte for byte, whatever has changed since. Lists of
pupils aren't kept: they are destroyed when their day comes (policy/minors.yaml).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assets.office import ARCHIVE
from pipelines.home import PRIVATE_FOLDER, write_private
from tongcha.errors import LedgerError
from tongcha.tables import BY_NAME, Partition, Stage

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from assets.office import Office

NOT_KEPT: Final = "pupils"
_SHOWN: Final = 12
_INPUTS: Final = frozenset({Stage.INTAKE, Stage.LINKAGE})


@dataclass(frozen=True, slots=True)
class Archive:
    """Files by content under `archive/` of the home.

    Attributes:
        home: the home folder.
    """

    home: Path

    def keep(self, office: Office, papers: pl.DataFrame) -> None:
        """Copy papers from the outbox; what is kept already stays as it is.

        Args:
            office: whose outbox.
            papers: `kind, path, sha256`; lists of pupils are passed over.
        """
        (self.home / ARCHIVE).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        for kind, path, sha256 in papers.select("kind", "path", "sha256").iter_rows():
            target = self.home / ARCHIVE / sha256
            if kind != NOT_KEPT and not target.is_file():
                write_private(target, (office.outbox / path).read_bytes())

    def keep_rules(self, office: Office) -> str:
        """Keep today's deduction rules and return their SHA-256: what is decided now stays priced by them."""
        content = (office.policies / "deductions.yaml").read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        (self.home / ARCHIVE).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        write_private(self.home / ARCHIVE / sha256, content)
        return sha256

    def holds(self, sha256: str) -> bool:
        """Whether anything is kept under a fingerprint."""
        return (self.home / ARCHIVE / sha256).is_file()

    def drop(self, sha256: str) -> None:
        """Delete what is kept under a fingerprint, if anything is."""
        (self.home / ARCHIVE / sha256).unlink(missing_ok=True)

    def read(self, sha256: str) -> bytes:
        """Return the bytes kept under a fingerprint.

        Raises:
            LedgerError: nothing is kept under it, or what is kept was altered.
        """
        target = self.home / ARCHIVE / sha256
        if not target.is_file():
            raise LedgerError(
                f"存档 {sha256[:_SHOWN]}", "没有这份文件", "学生名单不存档，期满的已删除；其余请查备份"
            )
        content = target.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LedgerError(f"存档 {sha256[:_SHOWN]}", "内容与指纹不符", "从备份恢复")
        return content


def describe_making(office: Office) -> dict[str, str]:
    """Return what the papers of this moment were made of: code, policy, snapshot, state of each batch.

    Keys `代码版本`, `政策指纹`, `参照快照`, and `批次 <name>` with a digest of its landed and linked tables.
    """
    batches = office.tables.partitions(BY_NAME["candidate_links"])
    states = {f"批次 {name}": digest_batch(office, name) for name in batches}
    return {**office.provenance, "参照快照": office.tables.current_snapshot(), **states}


def digest_batch(office: Office, batch: str) -> str:
    """Return twelve hex digits that change with any landed or linked row of a batch."""
    total = hashlib.sha256()
    for table in BY_NAME.values():
        if table.stage in _INPUTS and table.partition is Partition.BATCH:
            path = office.tables.path(table, batch)
            total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()[:_SHOWN]
