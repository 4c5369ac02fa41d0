"""`policy/console.yaml`: how long a login lasts, how many wrong passwords are borne."""

from __future__ import annotations

from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart


class SessionRules(PolicyPart):
    """How long a login lasts."""

    idle_minutes: int = Field(ge=1, le=240, description="无操作多少分钟后须重新登录")
    longest_hours: int = Field(ge=1, le=24, description="一次登录最长多少小时")
    undo_minutes: int = Field(ge=1, le=1440, description="多少分钟内可以撤销刚作的判断")


class LoginRules(PolicyPart):
    """How many failures are borne before logging in pauses."""

    failures_per_user: int = Field(ge=1, le=100)
    failures_per_address: int = Field(ge=1, le=10_000)
    pause_minutes: int = Field(ge=1, le=1440)


class PasswordRules(PolicyPart):
    """What a password must be."""

    min_chars: int = Field(ge=8, le=64)


class DeskRules(PolicyPart):
    """How reviewers who work at the same time keep out of each other's way."""

    hold_minutes: int = Field(ge=1, le=120, description="打开某条比对后多少分钟内不再派给别人")


class ConsolePolicy(PolicyFile):
    """The whole of `policy/console.yaml`."""

    session: SessionRules
    login: LoginRules
    password: PasswordRules
    desk: DeskRules
