#!/usr/bin/env python3
"""Names, ID numbers and schools per second on this machine, in seconds of user CPU.

    python benchmarks/identity_throughput.py [--names 1000000]

With pypinyin installed (`pip install pypinyin==0.55.0`) it is measured beside, on 20,000 names.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tongcha.identity.characters import regions, surname_readings
from tongcha.identity.id_columns import id_columns
from tongcha.identity.id_numbers import check_digit
from tongcha.identity.name_keys import name_keys
from tongcha.identity.phones import phone_columns
from tongcha.identity.schools import resolve_schools
from tongcha.policy.intake import IntakePolicy

if TYPE_CHECKING:
    from collections.abc import Callable

GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉萍红宇鑫玲桐晓建文"
    "华国志春海燕雪梅婷浩然子涵欣怡梓轩佳俊毅峰鹏飞龙喆䶮"
)
POLICY = IntakePolicy.load(Path(__file__).resolve().parents[1] / "policy" / "intake.yaml")
SHARE_OF_TWO = 0.8
PYPINYIN_SAMPLE = 20_000


def main() -> None:
    """Measure and print one line per step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=1_000_000)
    count = parser.parse_args().names
    rng = np.random.default_rng(1)
    names = draw_names(rng, count)
    name_keys(names.head(1000))  # load the tables
    report("names: all keys", count, lambda: name_keys(names))
    ids = draw_ids(rng, count // 4)
    report("ID numbers", ids.len(), lambda: id_columns(ids))
    phones = pl.Series([f"138{n:08d}" for n in rng.integers(1, 10**8, count // 4)])
    report("phones", phones.len(), lambda: phone_columns(phones))
    written, schools = draw_schools(rng)
    report(
        "schools: distinct short forms",
        written.height,
        lambda: resolve_schools(written, schools, limits=POLICY.school_names),
    )
    if importlib.util.find_spec("pypinyin"):
        pinyin = importlib.import_module("pypinyin")
        sample = names.head(PYPINYIN_SAMPLE).to_list()
        report("pypinyin per name", len(sample), lambda: [pinyin.lazy_pinyin(name) for name in sample])


def report(what: str, count: int, work: Callable[[], object]) -> None:
    """Run the work once and print how many per second of user CPU and of wall time."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{what:32} {count:>9,}  {cpu:6.2f} s CPU  {wall:6.2f} s wall  {count / cpu:>12,.0f} per CPU second"
    )


def draw_names(rng: np.random.Generator, count: int) -> pl.Series:
    """Names of two and three characters; surnames and characters fall off as 1/rank."""
    surnames = np.array(sorted(surname_readings()))
    given = np.array([*GIVEN, ""])
    first = surnames[rng.choice(len(surnames), count, p=fall_off(len(surnames)))]
    second = given[rng.choice(len(GIVEN), count, p=fall_off(len(GIVEN)))]
    third = np.where(rng.random(count) < SHARE_OF_TWO, rng.choice(len(GIVEN), count), len(GIVEN))
    return pl.Series(np.char.add(np.char.add(first, second), given[third]))


def fall_off(count: int) -> np.ndarray:
    """Shares that fall off as 1/rank."""
    shares = 1 / np.arange(1, count + 1)
    return shares / shares.sum()


def draw_ids(rng: np.random.Generator, count: int) -> pl.Series:
    """Valid numbers of one province."""
    codes = sorted(code for code in regions() if code.startswith("21") and not code.endswith("00"))
    region, day = rng.integers(0, len(codes), count), rng.integers(0, 15_000, count)
    first17 = [
        f"{codes[r]}{date(1960, 1, 1) + timedelta(int(d)):%Y%m%d}{order:03d}"
        for r, d, order in zip(region, day, rng.integers(1, 996, count), strict=True)
    ]
    return pl.Series([number + check_digit(number) for number in first17])


def draw_schools(rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """120 schools of one city, and 3,000 distinct ways of writing their names."""
    cores = ["红旗", "光明", "星河", "向阳", "育才", "实验", "东风", "新华", "第三", "第五", "第七", "第十二"]
    kinds = ["小学", "中学", "初级中学", "高级中学", "学校"]
    names = [f"澜川市望海区{core}{kind}" for core in cores for kind in kinds]
    names += [name.replace("望海", "柳湖") for name in names]
    ids = [f"31{n:08d}" for n in range(len(names))]
    area = ["219902" if "望海" in name else "219903" for name in names]
    schools = pl.DataFrame({"school_id": ids, "name": names, "area": area, "city": "澜川市"})
    tails = ["", "老师", "三年级", "东校区", "(本部)", "教师", "初三"]
    written = {
        names[n][cut:].replace("学" if short else "~", "") + tails[tail] + str(serial) * (serial > 0)
        for n in range(len(names))
        for cut in (0, 3, 6)
        for short in (0, 1)
        for tail, serial in ((int(rng.integers(len(tails))), int(rng.integers(9))) for _ in range(9))
    }
    frame = pl.DataFrame({"school_written": sorted(written)[:3000]})
    return frame.with_columns(area=pl.lit("219902")), schools


if __name__ == "__main__":
    main()
