"""What is missing or misconfigured on this machine and in this home, and what to do about it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import polars as pl
import yaml

from assets.office import list_returns
from console.policy import ConsolePolicy
from pipelines.closing import list_leftovers, name_sought
from pipelines.provenance import ROOT
from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.witness import refuse_earlier_clock, refuse_older_ledger
from tongcha.casebook.closing import find_closed, find_proven
from tongcha.documents.check import FIELDS, check_template
from tongcha.errors import TongchaError
from tongcha.ledger.store import Ledger
from tongcha.policy.calibration import CalibrationPolicy
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.reference.snapshot import newest_snapshot
from tongcha.review.reviewers import Reviewers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assets.office import Office
    from pipelines.home import Home
    from tongcha.policy.base import PolicyFile

PINNED: Final = {
    "dagster": "1.13.27",
    "dagster-webserver": "1.13.27",
    "duckdb": "2.0.0",
    "polars": "2.1.0",
    "great-expectations": "1.24.1",
}
POLICY_FILES: Final[dict[str, type[PolicyFile]]] = {
    "intake": IntakePolicy,
    "reference": ReferencePolicy,
    "linkage": LinkagePolicy,
    "review": ReviewPolicy,
    "routing": RoutingPolicy,
    "deductions": DeductionPolicy,
    "clocks": ClockPolicy,
    "minors": MinorPolicy,
    "casebook": CasebookPolicy,
    "calibration": CalibrationPolicy,
    "console": ConsolePolicy,
}
SHOWN: Final = 5
OUTWARD: Final = frozenset({"review", "routing", "deductions", "clocks"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        subject: what was looked at.
        state: how it is.
        is_fine: whether it is as it should be.
        fix: what to do when it isn't.
    """

    subject: str
    state: str
    is_fine: bool
    fix: str = ""


def diagnose(home: Home) -> Iterator[Finding]:
    """Look at programs, home, policies, templates, people, inbox, ledger, closed batches, in that order."""
    yield from _look_at_versions()
    folder = _try("工作目录", home.open, f"可用（{home.root}）")
    yield folder
    if not folder.is_fine:
        return  # nothing in it can be looked at, nor may be
    settings = _try("settings.yaml", home.settings, "可读")
    yield settings
    if not settings.is_fine:
        return  # it says where policies and ledger are
    office = build_office(home)
    for name, kind in POLICY_FILES.items():
        yield from _look_at_policy(home.policies() / f"{name}.yaml", kind, office)
    yield from _look_at_templates(home.policies() / "templates")
    yield _try("复核人名单", lambda: Reviewers.load(home.root / "reviewers.yaml"), "可读")
    yield from _look_at_inbox(home)
    yield _look_at_ledger(home)
    yield _try("本机时间", lambda: refuse_earlier_clock(home), "不早于台账")
    yield from _look_at_closing(home)


def _try(subject: str, action: Callable[[], object], state: str) -> Finding:
    try:
        action()
    except TongchaError as error:
        return _name_fault(subject, error)
    return Finding(subject, state, is_fine=True)


def _name_fault(subject: str, error: TongchaError) -> Finding:
    return Finding(subject, f"{error.culprit}：{error.rule}", is_fine=False, fix=error.fix)


def _look_at_versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", python, (3, 11) <= sys.version_info[:2] <= (3, 13), "改用 3.11 至 3.13")
    for name, wanted in PINNED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "没有安装"
        yield Finding(name, found, found == wanted, f"应为 {wanted}：运行 python3 run.py setup")
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))
    yield Finding("workspace.yaml", "可读", "load_from" in workspace, "从代码库恢复")


def _look_at_policy(path: Path, kind: type[PolicyFile], office: Office) -> Iterator[Finding]:
    subject = f"政策 {path.name}"
    try:
        policy = kind.load(path)
    except TongchaError as error:
        yield _name_fault(subject, error)
        return
    is_in_force = policy.as_of(office.today).is_adopted
    adopted = is_in_force or office.is_demo or path.stem not in OUTWARD
    lacks = f"审定日期 {policy.adopted_on} 未到" if policy.is_adopted else "尚未审定"
    state = f"版本 {policy.version}" + ("" if adopted else f"，{lacks}，不能据以出具文书")
    yield Finding(subject, state, adopted, "填写 adopted_by、adopted_on（不晚于今天）、document_no")


def _look_at_templates(folder: Path) -> Iterator[Finding]:
    for name in FIELDS:
        faults = check_template(folder / name)
        fix = "对照 docs/templates.md 的栏目表改正，或从代码库恢复原模板"
        yield Finding(f"公文模板 {name}", "；".join(faults) or "可用", not faults, fix)


def _look_at_inbox(home: Home) -> Iterator[Finding]:
    yield _look_at_snapshots(home.inbox)
    yield _look_at_batches(home)
    refused = read_all(home, "review_returns").filter(pl.col("outcome") == "refused")
    files = "、".join(refused["file"].unique().sort().head(SHOWN))
    state = f"{len(list_returns(home.inbox))} 个，退回 {refused.height} 行" + (
        f"（{files}）" if files else ""
    )
    fix = "tongcha sql 查 review_returns 的 reason，请复核人改正后重新交回"
    yield Finding("回传文件", state, refused.is_empty(), fix)


def _look_at_snapshots(inbox: Path) -> Finding:
    try:
        return Finding("参照快照", newest_snapshot(inbox), is_fine=True)
    except TongchaError as error:
        return _name_fault("参照快照", error)


def _look_at_batches(home: Home) -> Finding:
    try:
        batches = home.raid_batches()
    except TongchaError as error:
        return _name_fault("查处批次", error)
    return Finding("查处批次", f"{len(batches)} 个", bool(batches), "把材料放入 inbox/raids/<批次>/")


def _look_at_closing(home: Home) -> Iterator[Finding]:
    """Say which batches should have been closed, and which closed ones hold something again."""
    try:
        events, due = Ledger(home.ledger_url()).events(), read_all(home, "due_items")
    except TongchaError:
        return  # said of the ledger already
    late = due.filter((pl.col("kind") == "closing") & pl.col("overdue"))["ref"].to_list()
    closed, proven = find_closed(events), find_proven(events)
    unfinished = [
        name
        for name in sorted(closed)
        if name not in proven or name_sought(home.root, name).is_file() or any(list_leftovers(home, name))
    ]
    fix = "tongcha case close 批次 --by 代号 --reason 理由"
    yield Finding("到期应办结的批次", "、".join(late) or "没有", not late, fix)
    state = f"{len(closed)} 个" + (f"，有残留或没有删除记录：{'、'.join(unfinished)}" if unfinished else "")
    yield Finding("已办结的批次", state, not unfinished, fix)


def _look_at_ledger(home: Home) -> Finding:
    try:
        found = Ledger(home.ledger_url()).verify()
        refuse_older_ledger(home)
    except TongchaError as error:
        return _name_fault("台账", error)
    return Finding("台账", f"{found.count} 条", found.is_intact, "停止使用，从备份核对")
