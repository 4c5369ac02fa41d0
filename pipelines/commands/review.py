"""`tongcha review`."""

from __future__ import annotations

import click

from pipelines.commands.signing import PORT
from pipelines.home import Home


@click.command()
@click.option("--port", type=PORT, default=8765, show_default=True, metavar="端口", help="端口。 Port.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="地址", help="监听地址。 Address.")
@click.option("--allow-remote", is_flag=True, help="允许其他机器访问；须经加密代理。 Let other machines in.")
@click.option("--public-name", default="", metavar="主机名", help="代理对外的主机名。 The proxy's host name.")
def review(port: int, host: str, public_name: str, *, allow_remote: bool) -> None:
    """打开复核台：在浏览器里逐条判断，与复核表同一本台账。

    Open the review console in the browser; it writes the same ledger as the workbooks do.

    先用 tongcha reviewer add 登记复核人。 Enter reviewers with `tongcha reviewer add` first.
    """
    from console.server import build_server
    from pipelines.desk import build_console_settings
    from pipelines.server import refuse_taken

    settings = build_console_settings(Home.from_environment().open(), public_name=public_name)
    server = build_server(settings, host, port, allow_remote=allow_remote)
    refuse_taken(port, "tongcha review", host)  # else the address shown is somebody else's
    click.echo(f"复核台：http://{host}:{port}（Ctrl-C 停止）")
    server.run()
