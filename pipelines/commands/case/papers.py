"""`tongcha case …`: papers that leave, and what is kept of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.commands.signing import dated, open_desk, signed, sure_of_the_day, to_day
from pipelines.home import Home

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("document", metavar="文书编号")
@click.option("--by", required=True, metavar="代号", help="打包人在名单中的代号。 Your code.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="文件夹", help="写到哪里。")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="文件", help="密码存到哪里。")
def pack(document: str, by: str, out: Path, password_file: Path | None) -> None:
    """把一份文书打成加密包（AES-256 zip），附清单与送达回证；密码另行告知，不入台账、不入日志。

    Pack a document for its recipient: encrypted, with a list of fingerprints and a receipt to sign.
    """
    from pipelines.packing import pack_document

    pack_document(open_desk(by), document, out, password_file=password_file)


@click.command()
@click.argument("document", metavar="文书编号")
@click.option("--by", required=True, metavar="代号", help="送达人在名单中的代号。 Your code.")
@click.option(
    "--receipt", required=True, metavar="方式", help="送达方式与回执号。 How, and the receipt number."
)
@click.option(
    "--packed", is_flag=True, help="交出的是打包的那一份，尽管其后已撤回或者内容有变。 The packet of then."
)
@dated
def deliver(document: str, by: str, receipt: str, *, packed: bool, on: datetime | None) -> None:
    """登记一份文书已经送达（发件箱里有文件不等于已送达）。

    Record that a package, notice, prompt, list or correction letter was handed over.
    """
    from pipelines.handover import deliver as record

    record(open_desk(by), document, on=to_day(on), receipt=receipt, is_packed=packed)


@click.command()
@signed
@dated
def release(by: str, reason: str, on: datetime | None) -> None:
    """按未成年人信息规则出具本校学生名单（默认不允许）。

    Release pupils' names to their own schools, if policy/minors.yaml allows it; it doesn't by default.
    """
    from pipelines.casedesk import release as record

    record(open_desk(by), on=to_day(on), reason=reason)


@click.command()
@click.argument("link", metavar="[比对编号]", required=False)
def disclosed(link: str | None) -> None:
    """列出送达记录与待更正文书；写明比对编号则只列提到它的。

    List what was handed to whom, and the corrections due; only what mentions a link when one is named.
    """
    from pipelines.caseview import show_disclosures

    show_disclosures(Home.from_environment().open(), link)


@click.command()
@click.argument("event", metavar="台账事件")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="文件", help="存到哪里。 Where to."
)
def reissue(event: str, out: Path) -> None:
    """把当时送达的原件逐字节另存一份（学生名单除外，到期销毁）。

    Issue again, byte for byte, what was handed over; lists of pupils are destroyed and can't be.
    """
    from pipelines.casedesk import reissue as write

    write(Home.from_environment().open(), event, out)


@click.command()
@signed
@sure_of_the_day
def expire(by: str, reason: str, today: datetime | None) -> None:
    """删除存档中保存期满的已送达文书（期限见 policy/casebook.yaml），逐份登记删除记录。

    先列出将删除哪些，核对日期后写明 --today 才删；删除不能恢复。

    Delete archived papers whose term is over, with a deletion record each; lists them first.
    """
    from pipelines.casedesk import expire_archive

    expire_archive(open_desk(by), reason=reason, today=to_day(today))
