"""`tongcha link`."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import click

FOLDER = click.Path(file_okay=False, path_type=Path)
PARQUET = click.Path(dir_okay=False, writable=True, path_type=Path)
POLICY = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="文件夹", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", metavar="文件", type=PARQUET, help="每人一行的结果。 The best candidate of each.")
@click.option("--candidates", metavar="文件", type=PARQUET, help="另存全部候选。 Every candidate kept, too.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="引擎。 Engine.")
@click.option("--policy", metavar="文件", type=POLICY, help="另用一份 linkage.yaml。 Another linkage.yaml.")
@click.option(
    "--index", metavar="文件夹", type=FOLDER, help="教师库的键索引，一份快照建一次。 Key index, kept."
)
@click.option("--prepare", is_flag=True, help="只建键索引。 Only write the key index.")
def link(
    folder: Path,
    *,
    out: Path | None,
    candidates: Path | None,
    engine: str,
    policy: Path | None,
    index: Path | None,
    prepare: bool,
) -> None:
    """只比对一个文件夹的 Parquet 表（registry、identities，可有 spells、schools、staff_lists）。

    Link one folder of Parquet tables: registry, identities, and spells, schools, staff_lists if any.

    输出 Output: identity_id, teacher_id, score, probability, decision, rank, margin_bits, in_service,
    responsible_school_id
    """
    if engine == "spark":  # named by the fixed interface; see docs/adr/0008-one-engine-in-one-process.md
        raise click.UsageError("没有 Spark 引擎：一台两核机器就能比对全国的教师库，去掉 --engine 即可")
    if prepare:
        if index is None:
            raise click.UsageError("--prepare 须同时写 --index（要建在哪个文件夹）")
        from tongcha.linkage.folder import prepare_folder

        click.echo(f"键索引已建，{prepare_folder(folder, index)} 条登记：{index}")
        return
    if out is None:
        raise click.UsageError("须写 --out（结果写到哪个文件）")
    for target in filter(None, (out, candidates)):  # found out now, and not when the work is done
        if not target.parent.is_dir():
            raise click.UsageError(f"文件夹 {target.parent} 不存在：先建立，或改写 --out、--candidates")
    gc.disable()  # a link makes millions of numbers and no cycles: looking for them costs a tenth of it
    try:
        counts, unread = _link(folder, out, candidates, policy, index)
    finally:
        gc.enable()
    click.echo("，".join(f"{name} {count}" for name, count in counts.items()))
    for column, count in unread.items():
        click.echo(
            f"! {column}：{count} 个值读不成日期或整数，已当作没有填写"
            + ("（此人当日是否在职因此可能不作判定）" if column.startswith("spells.") else ""),
            err=True,
        )


def _link(
    folder: Path, out: Path, candidates: Path | None, policy: Path | None, index: Path | None
) -> tuple[dict[str, int], dict[str, int]]:
    """Begin to read, then load what links: the two take about as long, and not the same core."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads that linking never uses
    from tongcha.linkage.reading.tables import Reading, count_unread

    with Reading.start(folder, is_indexed=index is not None) as reading:
        from pipelines.provenance import POLICIES
        from tongcha.linkage.folder import link_reading
        from tongcha.policy.linkage import LinkagePolicy

        rules = LinkagePolicy.load(policy or POLICIES / "linkage.yaml")
        return link_reading(reading, out, candidates, rules, index), count_unread(folder)
