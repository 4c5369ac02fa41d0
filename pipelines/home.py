"""The home folder: where everything of one deployment lies, closed to everyone but its owner."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic reads it at run time
from pathlib import Path
from typing import Final, Self

import yaml

from pipelines.provenance import POLICIES
from tongcha.errors import HomeError
from tongcha.ledger.wording import refuse_named_people
from tongcha.policy.base import PolicyPart
from tongcha.yaml_files import MisfitError, read_model

ENVIRONMENT: Final = "TONGCHA_HOME"
FOLDERS: Final = (
    "inbox",
    "inbox/reference",
    "inbox/raids",
    "inbox/returns",
    "tables",
    "outbox",
    "keys",
    "dagster",
)
KEYS: Final = ("review", "pupils", "console", "closing")
KEY_BYTES: Final = 32
PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
DAGSTER_YAML: Final = """\
# written by Tongcha; nothing is sent anywhere
telemetry: {enabled: false}
nux: {enabled: false}
event_log_storage:  # one SQLite file, over connections that stay open
  module: pipelines.event_log
  class: PooledEventLog
  config: {base_dir: {env: DAGSTER_HOME}}
compute_logs:  # no process per stream and step; what a run says is in its events
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency: {runs: {max_concurrent_runs: 1}}
"""


class Settings(PolicyPart):
    """settings.yaml of a home.

    Attributes:
        demo: the home holds an invented city; example policies may issue marked documents.
        today: fixed date that deadlines are judged by; only a demo may fix it.
        ledger_url: SQLAlchemy URL of the ledger; empty means `ledger.sqlite` in the home.
        policies: folder of the bureau's own policy files; empty means the shipped ones.
    """

    demo: bool = False
    today: date | None = None
    ledger_url: str = ""
    policies: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The home folder of one deployment.

    Attributes:
        root: absolute path.
    """

    root: Path

    @classmethod
    def from_environment(cls) -> Self:
        """Return the home that TONGCHA_HOME names, or `./tongcha-home`."""
        return cls(Path(os.environ.get(ENVIRONMENT) or "tongcha-home").expanduser().resolve())

    @property
    def inbox(self) -> Path:
        """Where files arrive."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """Where documents leave from."""
        return self.root / "outbox"

    @property
    def dagster(self) -> Path:
        """Dagster's own folder (DAGSTER_HOME)."""
        return self.root / "dagster"

    def open(self) -> Self:
        """Create what is missing and refuse a home that others can read.

        Raises:
            HomeError: the folder belongs to someone else or is open to others, or can't be made.
        """
        try:
            self.root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            fix = "检查 TONGCHA_HOME 的路径是否写错、是否可写"
            raise HomeError(f"工作目录 {self.root.name}", "不是文件夹，或者不能建立", fix) from error
        refuse_shared(self.root)
        for name in FOLDERS:
            (self.root / name).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        settings = self.dagster / "dagster.yaml"
        if not settings.is_file():
            write_private(settings, DAGSTER_YAML.encode())
        for name in KEYS:
            self.key(name)
        return self

    def key(self, name: str) -> bytes:
        """Return a secret key, made once from the operating system's randomness.

        Raises:
            HomeError: the key file is open to others, belongs to someone else, or is damaged.
        """
        path = self.root / "keys" / f"{name}.key"
        if not path.exists():
            write_private(path, secrets.token_hex(KEY_BYTES).encode())
        refuse_shared(path)
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii"))
        except ValueError as error:
            raise HomeError(f"密钥文件 {path.name}", "内容已损坏", "从备份恢复；不要自行新建") from error
        if len(key) != KEY_BYTES:
            raise HomeError(f"密钥文件 {path.name}", "长度不对", "从备份恢复；不要自行新建")
        return key

    def settings(self) -> Settings:
        """Return settings.yaml, or the defaults where there is none.

        Raises:
            HomeError: the file can't be read, has an unknown key, or fixes a date outside a demo.
        """
        path = self.root / "settings.yaml"
        if not path.is_file():
            return Settings()
        try:
            settings = read_model(path, Settings)
        except MisfitError as misfit:
            fix = "按 docs/operations.md 改正"
            raise HomeError(misfit.name_culprit("settings.yaml"), misfit.rule, fix) from misfit
        if settings.today and not settings.demo:
            raise HomeError("settings.yaml 的 today", "只有演示可以固定日期", "删去 today")
        return settings

    def write_settings(self, settings: Settings) -> None:
        """Write settings.yaml."""
        text = yaml.safe_dump(settings.model_dump(mode="json"), allow_unicode=True, sort_keys=True)
        write_private(self.root / "settings.yaml", text.encode())

    def policies(self) -> Path:
        """Return the folder of the policy files: the bureau's own, relative to the home, or ours."""
        own = self.settings().policies
        return self.root / Path(own).expanduser() if own else POLICIES

    def ledger_url(self) -> str:
        """Return the SQLAlchemy URL of the ledger."""
        return self.settings().ledger_url or f"sqlite:///{self.root / 'ledger.sqlite'}"

    def raid_batches(self) -> list[str]:
        """Return the batches in the inbox, sorted.

        Raises:
            InputError: one is named by somebody's number; it would stand in every log.
        """
        folders = (self.inbox / "raids").iterdir()
        names = sorted(path.name for path in folders if path.is_dir() and not path.name.startswith("."))
        refuse_named_people(f"raids/{name}" for name in names)
        return names

    def has_table(self, table: str, partition: str) -> bool:
        """Whether a good table is stored for that partition."""
        return (self.root / "tables" / table / f"{partition}.parquet").is_file()


def refuse_shared(path: Path) -> None:
    """Refuse a file or folder that anyone but this user can read.

    Raises:
        HomeError: it belongs to someone else, or its mode is too open.
    """
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise HomeError(f"{path.name}", "不属于当前用户", "用所有者的账户运行，或改正所有者")
    if stat.S_IMODE(status.st_mode) & 0o077:
        fix = "0700" if path.is_dir() else "0600"
        raise HomeError(f"{path.name}", "其他用户可以访问", f"把权限改为 {fix}（chmod {fix[1:]}）")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, all at once."""
    fresh = path.with_name(path.name + ".tmp")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
