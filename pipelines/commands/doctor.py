"""`tongcha doctor`."""

from __future__ import annotations

import click

from pipelines.exits import Exit
from pipelines.home import Home


@click.command()
def doctor() -> int:
    """检查缺什么、哪里配错，并给出办法；有问题则退出码为 3。

    Say what is missing or misconfigured, with the fix; exit code 3 when there is anything.
    """
    from pipelines.diagnosis import diagnose

    findings = list(diagnose(Home.from_environment()))
    for finding in findings:
        mark = "✓" if finding.is_fine else "✗"
        fix = "" if finding.is_fine else f"　办法：{finding.fix}"
        click.echo(f"{mark} {finding.subject}：{finding.state}{fix}")
    return Exit.OK if all(finding.is_fine for finding in findings) else Exit.PROBLEMS
