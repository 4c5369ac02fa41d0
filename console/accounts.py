"""Who may log in: the deployment's reviewers and, in a file of its own, their password hashes.

`reviewers.yaml` is shared with the workbook import; `accounts.yaml` holds argon2id hashes (RFC 9106,
argon2-cffi's defaults) and nothing else reads it. Both are readable by the owner alone.
"""

from __future__ import annotations

import hashlib
import secrets
import stat
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Final

import argon2
import yaml
from pydantic import ValidationError

from tongcha.documents.files import write_file
from tongcha.errors import HomeError
from tongcha.policy.base import PolicyPart
from tongcha.review.reviewers import Reviewer, Reviewers
from tongcha.yaml_files import MisfitError, read_model

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from tongcha.review.reviewers import Role

LONGEST_PASSWORD: Final = 128
"""characters; hashing time must not grow with what a stranger sends"""
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class Account(PolicyPart):
    """One person's password hash."""

    code: str
    password_hash: str


class _AccountsFile(PolicyPart):
    accounts: tuple[Account, ...] = ()


class Accounts:
    """The people who may log in to the console of one deployment.

    Args:
        home: folder of `reviewers.yaml` and `accounts.yaml`.
        min_chars: shortest password accepted.
        hasher: how passwords are hashed; argon2-cffi's defaults (64 MiB, three passes) unless given.
    """

    def __init__(self, home: Path, *, min_chars: int, hasher: argon2.PasswordHasher | None = None) -> None:
        """Keep the paths; the files are read at each use, so that a change counts at once."""
        self._reviewers = home / "reviewers.yaml"
        self._accounts = home / "accounts.yaml"
        self._min_chars = min_chars
        self._hasher = hasher or argon2.PasswordHasher()
        self._one_at_a_time = threading.Lock()  # each hash takes 64 MiB

    def add(
        self, code: str, name: str, roles: Sequence[Role], password: str, areas: Sequence[str] = ()
    ) -> Reviewer:
        """Enter a person into the list and give them a password.

        A person who is entered again gets the name, roles, areas and password given now.

        Raises:
            HomeError: code, name, roles or password don't keep the rules, or a file is unsafe.
        """
        self._refuse_weak(password, code)
        try:
            reviewer = Reviewer(code=code, name=name, roles=tuple(roles), areas=tuple(areas))
        except ValidationError as error:
            raise HomeError(
                f"复核人代号 {code[:20]}",
                "代号、姓名、轮次或区划不合规定",
                "代号用 2 至 20 个字母、数字，轮次取一审、二审、集体研究、复验、查看、办案，区划为六位代码",
            ) from error
        if not roles:
            raise HomeError(f"复核人代号 {code}", "没有写明轮次", "用 --role 至少写一个")
        others = [known for known in self.list_reviewers().reviewers if known.code != code]
        people = sorted([*others, reviewer], key=lambda known: known.code)
        self._write_account(code, self._hasher.hash(password))
        self._write_reviewers(people)
        return reviewer

    def set_password(self, code: str, password: str) -> None:
        """Change a person's password.

        Raises:
            HomeError: nobody has that code, or the password doesn't keep the rules.
        """
        person = self.list_reviewers().find(code)
        if person is None or person.disabled_on is not None:
            why = "不在复核人名单上" if person is None else "已经停用"
            raise HomeError(f"复核人代号 {code[:20]}", why, "先用 tongcha reviewer add 登记")
        self._refuse_weak(password, code)
        self._write_account(code, self._hasher.hash(password))

    def disable(self, code: str, *, on: date) -> None:
        """Let a person neither log in, nor judge by workbook, nor record from now on.

        What they judged stays, and so does their entry in the list. Who is disabled already stays so since
        the day it was.

        Raises:
            HomeError: nobody has that code.
        """
        known = self.list_reviewers().reviewers
        if not self._find_hash(code) and code not in {person.code for person in known}:
            raise HomeError(f"复核人代号 {code[:20]}", "不在复核人名单上", "用 tongcha reviewer list 核对")
        since = {"disabled_on": on}
        self._write_reviewers(
            [p.model_copy(update=since) if p.code == code and p.disabled_on is None else p for p in known]
        )
        kept = [account for account in self._list_accounts() if account.code != code]
        _write_yaml(self._accounts, {"accounts": [account.model_dump() for account in kept]})

    def verify(self, code: str, password: str) -> Reviewer | None:
        """Return the person if the password is theirs; an unknown code takes as long as a wrong password."""
        expected = self._find_hash(code)
        if len(password) > LONGEST_PASSWORD:
            return None
        try:
            with self._one_at_a_time:
                self._hasher.verify(expected or self._nobody, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return None
        return self.find(code)

    def stamp(self, code: str) -> str:
        """Return what stands for the person's present password; it changes with it and tells nothing."""
        return hashlib.sha256(self._find_hash(code).encode()).hexdigest()[:16]

    def find(self, code: str) -> Reviewer | None:
        """Return the person if they are on the list and may still log in."""
        person = self.list_reviewers().find(code) if self._find_hash(code) else None
        return person if person is not None and person.disabled_on is None else None

    def list_reviewers(self) -> Reviewers:
        """Return everyone on the deployment's list; empty where there is no file yet.

        Raises:
            HomeError: the file is open to others or breaks its schema.
        """
        if not self._reviewers.exists():
            return Reviewers(reviewers=())
        _refuse_shared(self._reviewers)
        return Reviewers.load(self._reviewers)

    @cached_property
    def _nobody(self) -> str:
        """A hash that no password opens."""
        return self._hasher.hash(secrets.token_hex())

    def _find_hash(self, code: str) -> str:
        return next((account.password_hash for account in self._list_accounts() if account.code == code), "")

    def _list_accounts(self) -> tuple[Account, ...]:
        if not self._accounts.exists():
            return ()
        _refuse_shared(self._accounts)
        try:
            return read_model(self._accounts, _AccountsFile).accounts
        except MisfitError as misfit:
            fix = "删去此文件，再用 tongcha reviewer add 逐人设密码"
            raise HomeError(misfit.name_culprit("登录文件 accounts.yaml"), misfit.rule, fix) from misfit

    def _write_reviewers(self, people: Sequence[Reviewer]) -> None:
        rows = [person.model_dump(mode="json", exclude_none=True) for person in people]
        _write_yaml(self._reviewers, {"reviewers": rows})

    def _write_account(self, code: str, password_hash: str) -> None:
        others = [account for account in self._list_accounts() if account.code != code]
        fresh = sorted([*others, Account(code=code, password_hash=password_hash)], key=lambda a: a.code)
        _write_yaml(self._accounts, {"accounts": [account.model_dump() for account in fresh]})

    def _refuse_weak(self, password: str, code: str) -> None:
        if not self._min_chars <= len(password) <= LONGEST_PASSWORD:
            rule = f"须为 {self._min_chars} 至 {LONGEST_PASSWORD} 个字符"
        elif len(set(password)) < self._min_chars // 2 or code.lower() in password.lower():
            rule = "太容易猜到（重复字符过多，或含有代号）"
        else:
            return
        raise HomeError("密码", rule, "换一个更长、不含代号的密码")


def propose_password() -> str:
    """Return a random password of four groups without characters that look alike (78 bits)."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def _write_yaml(path: Path, content: object) -> None:
    write_file(path, yaml.safe_dump(content, allow_unicode=True, sort_keys=True).encode())


def _refuse_shared(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise HomeError(f"文件 {path.name}", "其他用户可以访问", "把权限改为 0600")
