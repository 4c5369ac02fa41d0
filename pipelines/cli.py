"""The command line: commands are loaded when they are called, so that `tongcha link` starts fast."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final, NoReturn

import click

from pipelines.exits import Exit, StoppedError
from tongcha.errors import TongchaError

DEBUG: Final = "TONGCHA_DEBUG"
COMMANDS: Final[dict[str, str]] = {
    "demo": "在虚构的城市上走完全过程 / run the whole loop on an invented city",
    "propose": "收件、比对、出复核表 / take in, link, write review workbooks",
    "act": "读回复核表、过关口、出移送与告知 / read returns, pass the gate, refer, notify",
    "link": "只比对一个文件夹的 Parquet 表 / link one folder of Parquet tables",
    "calibrate": "重估权重的建议，不作改动 / propose re-estimated weights, change nothing",
    "explain": "逐项说明一条比对 / explain one link, evidence by evidence",
    "sql": "用 SQL 查各表 / query the tables with SQL",
    "review": "打开复核台，在浏览器里逐条判断 / open the review console",
    "reviewer": "登记、停用复核人 / enter and disable reviewers",
    "ledger": "核验、查看台账 / verify and list the ledger",
    "case": "登记送达、申辩、决定、复核、申诉，查看状态与期限 / casework: record steps, show what is due",
    "issue": "问题台账、整改台账、销号、回头看 / registers of issues and of putting them right",
    "replay": "按当时所知重算并与现在对照 / recompute as known then, compare with now",
    "withdraw": "撤销一条比对并全部重算 / withdraw a link and recompute everything",
    "retract": "撤回台账中的一个事件并重算 / take back a ledger event and recompute",
    "ui": "打开 Dagster 界面 / open the Dagster UI",
    "doctor": "检查缺什么、哪里配错、怎么办 / say what is missing or misconfigured, and the fix",
}


class LazyGroup(click.Group):
    """Finds each command in `pipelines.commands.<name>` and lists them without loading any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"pipelines.commands.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list from the table above."""
        del ctx
        with formatter.section("命令 Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="tongcha")
def tongcha() -> None:
    """同查：身份比对、人工确认、线索移送、责任倒查。没有人的判断，什么都不会移送。

    Check together: link identities, let people decide, refer, trace responsibility.
    Nothing is referred without a person's judgement.

    \b
    工作目录 Home: TONGCHA_HOME（默认 ./tongcha-home）
    退出码 Exit codes: 0 完成 ok · 1 规则不允许 refused · 2 用法 usage · 3 查出问题 problems
                       4 校验未通过 check failed · 70 程序错误 internal · 130 中断 interrupted
    """  # noqa: D301, D415 - ends in 。; \b is click's mark for a paragraph that isn't rewrapped


def main() -> NoReturn:
    """Run the command line and leave with a documented exit code."""
    os.umask(0o077)  # nothing that is written, by Dagster either, is open to others
    try:
        outcome = tongcha.main(prog_name="tongcha", standalone_mode=False)
        _leave(outcome if isinstance(outcome, int) else Exit.OK)
    except click.UsageError as error:
        error.show()
        sys.exit(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        _complain("已中断。已完成的步骤都已保存，重新运行即可继续。")
        sys.exit(Exit.INTERRUPTED)
    except TongchaError as error:
        _complain(str(error))
        sys.exit(Exit.REFUSED)
    except StoppedError as error:
        _complain(str(error))
        sys.exit(Exit.STOPPED)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _complain(f"程序错误（{type(error).__name__}）：请以 {DEBUG}=1 重新运行，把输出交给维护人员。")
        sys.exit(Exit.INTERNAL)


def _leave(code: int) -> NoReturn:
    """End the process; `link` has nothing left to tidy, and taking its arrays apart would take a while."""
    if sys.argv[1:2] == ["link"]:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _complain(message: str) -> None:
    click.echo(f"✗ {message}", err=True)
