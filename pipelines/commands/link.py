"""`tongcha link`."""

from __future__ import annotations

from pathlib import Path

import click

PARQUET = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("folder", metavar="文件夹", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", required=True, metavar="文件", type=PARQUET, help="每人一行的结果。 Best candidate of each."
)
@click.option(
    "--candidates", metavar="文件", type=PARQUET, help="另存全部候选。 Every candidate kept, as well."
)
@click.option(
    "--engine", type=click.Choice(["duckdb"]), default="duckdb", show_default=True, help="引擎。 Engine."
)
@click.option("--policy", metavar="文件", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="另用一份 linkage.yaml。 Another linkage.yaml.")  # fmt: skip
def link(folder: Path, out: Path, candidates: Path | None, engine: str, policy: Path | None) -> None:
    """只比对一个文件夹的 Parquet 表（registry、identities，可有 spells、schools）。

    Link one folder of Parquet tables: registry, identities, and spells, schools where there are any.

    输出 Output: identity_id, teacher_id, score, probability, decision, rank, margin_bits, in_service,
    responsible_school_id
    """
    from pipelines.provenance import POLICIES
    from tongcha.linkage.folder import link_folder
    from tongcha.policy.linkage import LinkagePolicy

    del engine  # one engine so far
    counts = link_folder(folder, out, candidates, LinkagePolicy.load(policy or POLICIES / "linkage.yaml"))
    click.echo("，".join(f"{name} {count}" for name, count in counts.items()))
