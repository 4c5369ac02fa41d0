"""`tongcha replay --upto SEQ`."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.home import Home


@click.command()
@click.option(
    "--upto", type=int, required=True, metavar="序号", help="算到台账第几条。 The last event to count."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, exists=False),
    metavar="文件夹",
    help="把当时的文书另存到这里。 Leave the papers of then here.",
)
def replay(upto: int, out: Path | None) -> None:
    """按台账某一条之后所知的情况重算一遍，与现在对照；不改动任何东西。

    Recompute everything as known after an event and compare with now; changes nothing.
    """
    from pipelines.caseview import show_replay
    from pipelines.replay import replay as run

    show_replay(run(Home.from_environment().open(), upto, out=out))
