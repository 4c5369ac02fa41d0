"""How a policy file becomes a frozen, typed, bounded object with a version and a hash."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from tongcha.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path


SAFE_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where PyYAML was built with it: ten times faster, and as safe"""


class PolicyPart(BaseModel):
    """Any part of a policy: frozen, and an unknown key is refused so that a typo can't pass."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class PolicyFile(PolicyPart):
    """A whole policy file.

    Attributes:
        version: what officials call this version.
        adopted_by: the body that adopted it; empty until it did.
        adopted_on: ISO date of adoption; empty until then.
        document_no: number of the adopting document; empty until then.
    """

    version: str
    adopted_by: str = ""
    adopted_on: str = ""
    document_no: str = ""

    @field_validator("adopted_on", mode="before")
    @classmethod
    def _write_day(cls, given: object) -> object:
        """Take a day written without quotes, which YAML reads as a date, as well."""
        return given.isoformat() if isinstance(given, date) else given

    @property
    def is_adopted(self) -> bool:
        """Whether the bureau has filled in who adopted it, when and by which document."""
        return all(said.strip() for said in (self.adopted_by, self.adopted_on, self.document_no))

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
            return cls.model_validate(yaml.load(path.read_text(encoding="utf-8"), SAFE_LOADER))  # noqa: S506  it is one of the two safe ones
        except (OSError, yaml.YAMLError) as error:
            raise PolicyError(f"政策文件 {path.name}", "无法读取", "核对文件是否存在、是否为 YAML") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"]) or "整个文件"
            raise PolicyError(
                f"政策文件 {path.name} 的 {where}", f"不合规定（{first['msg']}）", "按 policy/README.md 改正"
            ) from error
