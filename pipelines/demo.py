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
from pipelines.resources import build_office
from pipelines.runs import Runner
from pipelines.terminal import say, track
from pipelines.workflow import act_on, propose_batches, settle, take_returns
from tongcha.errors import HomeError
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.reviewer import judge
from tongcha.synthetic.spec import CITY, WorldSpec
from tongcha.synthetic.workbook_filler import Answer, fill_workbook, list_links
from tongcha.synthetic.world import build_world

if TYPE_CHECKING:
    from collections.abc import Mapping

REVIEWERS: Final = (
    {"code": "R01", "name": "演示一审", "roles": ["一审"]},
    {"code": "R02", "name": "演示二审", "roles": ["二审"]},
    {"code": "R03", "name": "演示负责人甲", "roles": ["集体研究"]},
    {"code": "R04", "name": "演示负责人乙", "roles": ["集体研究"]},
    {"code": "R05", "name": "演示复验", "roles": ["复验"]},
    {"code": "R06", "name": "演示办案", "roles": ["办案"]},
)
SIGNERS: Final = {"一审": "R01", "二审": "R02", "集体研究": "R03、R04", "复验": "R05"}
REASONS: Final = {
    "same": "演示：按虚构城市的真值是同一人",
    "different": "演示：按虚构城市的真值不是同一人",
    "unsure": "演示：脚本复核人表示不能确定",
}
ROUNDS_BEFORE_ACT: Final = 2
"""the first and the second people; what the panel answers, `act` itself takes in"""
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
    spec = size_city(sizes)
    refuse_real_home(home)
    found_city(home, spec)
    runner = Runner.open(home)
    propose_batches(runner, None)
    for _ in range(ROUNDS_BEFORE_ACT):
        take_returns(runner, answer_workbooks(home, spec))
    answer_workbooks(home, spec)
    act_on(runner, home.raid_batches())
    settle(runner)
    show_demo(home)


def size_city(sizes: Mapping[str, int]) -> WorldSpec:
    """Return what to build; the batches are as many as the raids."""
    return replace(
        CITY,
        seed=sizes["seed"],
        teachers=sizes["teachers"],
        schools=sizes["schools"],
        raids=sizes["raids"],
        identities=sizes["people"],
        pupils=sizes["pupils"],
    )


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
    for path in home.root.glob("ledger.*"):  # the database and the note of its head
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


def answer_workbooks(home: Home, spec: WorldSpec) -> list[str]:
    """Let the scripted reviewers fill every waiting workbook and put it into `inbox/returns`.

    Returns:
        The batches answered for.
    """
    workbooks = [book for name in SIGNERS for book in (home.outbox / "review").glob(f"*-{name}.xlsx")]
    truth = pl.read_parquet(home.root / "truth" / "truth.parquet")
    links = read_all(home, "candidate_links")
    pairs = dict(links.select("link_id", pl.struct("identity_id", "person_id")).iter_rows())
    batches, sign = set(), build_office(home).sign
    for workbook in sorted(workbooks):
        batch, _, review_round = workbook.stem.rpartition("-")
        signed = [f"{code}/{sign(code, batch, review_round)}" for code in SIGNERS[review_round].split("、")]
        answers = {
            link: replace(_answer(truth, pairs[link], review_round, spec), reviewer="、".join(signed))
            for link in list_links(workbook)
        }
        fill_workbook(workbook, answers, home.inbox / "returns" / workbook.name)
        batches.add(batch)
    return sorted(batches)


def _answer(truth: pl.DataFrame, pair: Mapping[str, str], review_round: str, spec: WorldSpec) -> Answer:
    signer = SIGNERS[review_round]
    verdict = judge(truth, (pair["identity_id"], pair["person_id"]), reviewer=signer)
    return Answer(verdict, signer, spec.snapshot + timedelta(days=7), REASONS[verdict])
