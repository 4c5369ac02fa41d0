"""How a policy file becomes a frozen, typed, bounded object with a version and a hash."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, field_validator

from tongcha.errors import PolicyError
from tongcha.yaml_files import MisfitError, read_model

if TYPE_CHECKING:
    from pathlib import Path


class PolicyPart(BaseModel):
    """Any part of a policy: frozen, and an unknown key is refused so that a typo can't pass."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PolicyFile(PolicyPart):
    """A whole policy file.

    Attributes:
        version: what officials call this version.
        adopted_by: the body that adopted it; empty until it did.
        adopted_on: ISO date of adoption; empty until then. A day to come adopts nothing before it comes.
        document_no: number of the adopting document; empty until then.
    """

    version: str
    adopted_by: str = ""
    adopted_on: str = ""
    document_no: str = ""

    @field_validator("adopted_on", mode="before")
    @classmethod
    def _write_day(cls, given: object) -> object:
        """Take a day, quoted or as YAML reads it, and nothing else: 待定 is no adoption."""
        if isinstance(given, date):
            return given.isoformat()
        if isinstance(given, str):
            if not given.strip():
                return ""
            try:
                return date.fromisoformat(given.strip()).isoformat()
            except ValueError:
                raise ValueError("须是日期，写成 2027-12-31 的样式；还没有审定的留空") from None
        return given

    @property
    def is_adopted(self) -> bool:
        """Whether the bureau has filled in who adopted it, when and by which document."""
        return all(said.strip() for said in (self.adopted_by, self.adopted_on, self.document_no))

    def as_of(self, today: date) -> Self:
        """Return the policy as it counts on a day: without its adoption while that day lies ahead."""
        lies_ahead = bool(self.adopted_on) and date.fromisoformat(self.adopted_on) > today
        return self.model_copy(update={"adopted_on": ""}) if lies_ahead else self

    @property
    def digest(self) -> str:
        """Twelve hex digits that change with any value of the policy."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a YAML policy file.

        Raises:
            PolicyError: the file is missing, isn't YAML, or breaks its schema.
        """
        try:
            return read_model(path, cls)
        except MisfitError as misfit:
            culprit = misfit.name_culprit(f"政策文件 {path.name}")
            raise PolicyError(culprit, misfit.rule, "按 policy/README.md 改正") from misfit
