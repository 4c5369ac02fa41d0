"""What an asset may ask for: where files lie, the policies, the ledger, the keys and the date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from assets.store import TableStore
from tongcha.ledger.store import Ledger
from tongcha.policy.adoption import adopt_as_example
from tongcha.policy.base import PolicyFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from tongcha.ledger.events import Event

ARCHIVE = "archive"
"""Folder of the home that keeps what was handed over and what was decided under, each by its SHA-256."""
Policy = TypeVar("Policy", bound=PolicyFile)


def list_returns(inbox: Path) -> list[Path]:
    """Return the files of `inbox/returns`, sorted; droppings of office suites are left out."""
    files = (path for path in (inbox / "returns").rglob("*") if path.is_file())
    return sorted(path for path in files if not path.name.startswith((".", "~$")))


@dataclass(frozen=True, slots=True)
class Office:
    """The bureau's desk for one run; built by `pipelines`, so assets know no environment and no clock.

    Attributes:
        home: the home folder.
        policies: the folder of policy files.
        today: the date that expiry and deadlines are judged by.
        adopted_by: the day on which policies must have been adopted: today, also where a replay goes back.
        now: returns the ISO time that ledger events are stamped with.
        is_demo: the home holds an invented city; example policies may issue marked documents.
        ledger_url: SQLAlchemy URL of the ledger.
        keys: secret keys by purpose.
        sign: code, batch and round → what that person writes behind their code in a workbook.
        provenance: code version and what else every stored table records.
    """

    home: Path
    policies: Path
    today: date
    adopted_by: date
    now: Callable[[], str]
    is_demo: bool
    ledger_url: str
    keys: Mapping[str, bytes]
    sign: Callable[[str, str, str], str]
    provenance: Mapping[str, str]

    @property
    def inbox(self) -> Path:
        """Where files arrive."""
        return self.home / "inbox"

    @property
    def outbox(self) -> Path:
        """Where documents leave from."""
        return self.home / "outbox"

    def returned(self) -> list[Path]:
        """Return the workbooks that came back, whatever their batch."""
        return list_returns(self.inbox)

    @property
    def tables(self) -> TableStore:
        """The stored tables."""
        return TableStore(self.home / "tables")

    def events(self) -> list[Event]:
        """Return everything that people recorded, in order."""
        return Ledger(self.ledger_url).events()

    def fingerprint(self, path: str) -> str | None:
        """Return the SHA-256 of an outbox file in hex, or None when it isn't there."""
        file = self.outbox / path
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None

    def list_files(self, files: Iterable[Path], *, only_in: Path | None = None) -> pl.DataFrame:
        """Return outbox files as rows: path (relative to the outbox) and sha256.

        Args:
            files: files that were just written.
            only_in: a folder that is to hold these and no older ones.
        """
        files = list(files)
        if only_in is not None and only_in.is_dir():
            for stale in set(only_in.iterdir()) - set(files):
                stale.unlink()
        paths = sorted(file.relative_to(self.outbox).as_posix() for file in files)
        rows = [(path, self.fingerprint(path)) for path in paths]
        return pl.DataFrame(rows, {"path": pl.String, "sha256": pl.String}, orient="row")

    def policy(self, kind: type[Policy], name: str) -> Policy:
        """Load a policy file afresh, so that an official's edit counts from the next run on.

        In a demo an unadopted policy is adopted openly as an example; documents then carry the mark.

        Raises:
            PolicyError: the file is missing or breaks its schema.
        """
        return self._load(kind, self.policies / f"{name}.yaml")

    def kept_policy(self, kind: type[Policy], sha256: str) -> Policy:
        """Load the policy file that was kept when a decision was made under it.

        Raises:
            PolicyError: it isn't in the archive.
        """
        return self._load(kind, self.home / ARCHIVE / sha256)

    def _load(self, kind: type[Policy], path: Path) -> Policy:
        policy = kind.load(path).as_of(self.adopted_by)
        return adopt_as_example(policy) if self.is_demo and not policy.is_adopted else policy
