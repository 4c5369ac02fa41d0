"""The demo: an invented city in the real inbox formats, scripted reviewers, and the real jobs between."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
import yaml

from pipelines.home import Home, Settings, write_private
from pipelines.report import read_all, show_demo
from pipelines.runs import Runner
from pipelines.terminal import say, track
from pipelines.workflow import act_batches, propose_batches
from tongcha.errors import HomeError
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.reviewer import judge
from tongcha.synthetic.spec import CITY, WorldSpec
from tongcha.synthetic.workbook_filler import Answer, fill_workbook, list_links
from tongcha.synthetic.world import build_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REVIEWERS: Final = (
    {"code": "R01", "name": "演示一审", "roles": ["一审"]},
    {"code": "R02", "name": "演示二审", "roles": ["二审"]},
    {"code": "R03", "name": "演示负责人甲", "roles": ["集体研究"]},
    {"code": "R04", "name": "演示负责人乙", "roles": ["集体研究"]},
)
SIGNERS: Final = {"一审": "R01", "二审": "R02", "集体研究": "R03、R04"}
REASONS: Final = {
    "same": "证件号、姓名与任职学校相符",
    "different": "证件号与出生日期不符",
    "unsure": "现有证据不足以判断",
}
ROUNDS: Final = 3
WIPED: Final = ("inbox", "tables", "outbox", "dagster", "truth", "keys")


def run_demo(home: Home, sizes: Mapping[str, int]) -> None:
    """Build the city, run everything, and show one of each.

    Args:
        home: an empty home, or one that holds a demo.
        sizes: seed, teachers, schools, raids, people, pupils.

    Raises:
        HomeError: the home holds real data.
        TongchaError: a rule refused the work.
    """
    spec = replace(CITY, identities=sizes["people"], **{k: v for k, v in sizes.items() if k != "people"})
    refuse_real_home(home)
    found_city(home, spec)
    runner = Runner.open(home)
    propose_batches(runner, None)
    for number in range(1, ROUNDS + 1):
        waiting = list_waiting(home)
        if not waiting and number > 1:
            break
        answer_workbooks(home, waiting, spec)
        act_batches(runner, None)
    show_demo(home)


def refuse_real_home(home: Home) -> None:
    """Refuse a home that holds anything but a demo.

    Raises:
        HomeError: it does.
    """
    used = home.root.is_dir() and any(path.name != "dagster" for path in home.root.iterdir())
    if used and not home.settings().demo:
        raise HomeError(
            f"工作目录 {home.root.name}", "已有真实数据，不能在此演示", "用 TONGCHA_HOME 指定另一个文件夹"
        )


def found_city(home: Home, spec: WorldSpec) -> None:
    """Write the city into the inbox, the truth apart; a home that holds this very city is left as it is."""
    built = home.root / "truth" / "spec.json"
    wanted = json.dumps(asdict(spec), default=str, sort_keys=True)
    if built.is_file() and built.read_text(encoding="utf-8") == wanted:
        say("✓ 虚构城市已在，沿用")
        return
    for name in WIPED:
        shutil.rmtree(home.root / name, ignore_errors=True)
    for path in home.root.glob("ledger.sqlite*"):
        path.unlink()
    home.open()
    home.write_settings(Settings(demo=True, today=spec.snapshot + timedelta(days=14)))
    people = yaml.safe_dump({"reviewers": list(REVIEWERS)}, allow_unicode=True, sort_keys=False)
    write_private(home.root / "reviewers.yaml", people.encode())
    with track(f"虚构城市（种子 {spec.seed}：教师 {spec.teachers}，学校 {spec.schools}）", 2) as tell:
        world = build_world(spec)
        tell("生成")
        write_inbox(world, home.inbox, snapshot=spec.snapshot.isoformat())
        tell("写入收件箱")
    (home.root / "truth").mkdir(mode=0o700)
    world.truth.write_parquet(home.root / "truth" / "truth.parquet")
    write_private(built, wanted.encode())


def list_waiting(home: Home) -> list[Path]:
    """Return the workbooks in which links wait for people."""
    return sorted((home.outbox / "review").glob("*.xlsx"))


def answer_workbooks(home: Home, workbooks: list[Path], spec: WorldSpec) -> None:
    """Let the scripted reviewers fill workbooks and put them into `inbox/returns`."""
    truth = pl.read_parquet(home.root / "truth" / "truth.parquet")
    links = read_all(home, "candidate_links")
    pairs = dict(links.select("link_id", pl.struct("identity_id", "person_id")).iter_rows())
    for workbook in workbooks:
        review_round = workbook.stem.rpartition("-")[2]
        answers = {link: _answer(truth, pairs[link], review_round, spec) for link in list_links(workbook)}
        fill_workbook(workbook, answers, home.inbox / "returns" / workbook.name)


def _answer(truth: pl.DataFrame, pair: Mapping[str, str], review_round: str, spec: WorldSpec) -> Answer:
    signer = SIGNERS[review_round]
    verdict = judge(truth, (pair["identity_id"], pair["person_id"]), reviewer=signer)
    return Answer(verdict, signer, spec.snapshot + timedelta(days=7), REASONS[verdict])
