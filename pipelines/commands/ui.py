"""`tongcha ui`."""

from __future__ import annotations

import click

from pipelines.commands.signing import PORT
from pipelines.home import Home


@click.command()
@click.option(
    "--port", type=PORT, default=3000, show_default=True, metavar="端口", help="本机端口。 Local port."
)
def ui(port: int) -> int:
    """在本机打开 Dagster 界面：看流程、看校验、手动运行；Ctrl-C 停止。

    Open the Dagster UI on 127.0.0.1 on the same home; Ctrl-C stops it cleanly.
    """
    from pipelines.server import serve_ui

    return serve_ui(Home.from_environment().open(), port)
