"""Packing a document for its recipient: encrypted, listed, with a receipt; the password goes apart."""

from __future__ import annotations

import hashlib
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from console.accounts import propose_password
from pipelines.handover import choose_document
from pipelines.home import write_private
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.packets import record_packing
from tongcha.documents.packet import LIST, seal_packet, write_list
from tongcha.documents.render import CompiledTemplate
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.policy.adoption import EXAMPLE_MARK
from tongcha.policy.routing import RoutingPolicy

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from assets.office import Office
    from pipelines.casework import Desk

RECEIPT: Final = "送达回证.docx"
TEMPLATE: Final = "receipt.docx"


def pack_document(desk: Desk, document_id: str, out: Path, *, password_file: Path | None) -> Path:
    """Write a document's encrypted packet and its receipt, and record the packet's fingerprint.

    Packing is not handing over: that is recorded with `tongcha case deliver`.

    Args:
        desk: who packs.
        document_id: the package, notice, prompt, order, list or letter.
        out: an existing folder.
        password_file: where to write the password, closed to others; None shows it on the terminal.

    Returns:
        The packet.

    Raises:
        LedgerError: no such document stands, a file isn't what was recorded, the folder is missing, or
            there is neither a terminal nor a file for the password, or one of both lies where it mustn't.
    """
    desk.refuse_stranger(document_id)
    if password_file is None and not sys.stdout.isatty():
        raise LedgerError("密码", "输出不是终端，不能显示密码", "用 --password-file 指定存密码的文件")
    refuse_place(desk.runner.home.root, out, password_file)
    office = build_office(desk.runner.home)
    papers = choose_document(desk.runner, document_id)
    files = read_papers(office, papers)
    ledger, recipient = Ledger(office.ledger_url), str(papers["recipient_name"][0])
    listed = write_list(document_id, recipient, files, head=ledger.verify().head)
    password = propose_password()
    packet = seal_packet({**files, LIST: listed.encode("utf-8-sig")}, password)
    digest = hashlib.sha256(packet).hexdigest()
    write_private(out / f"{document_id}.zip", packet)
    receipt = render_receipt(office, document_id, recipient, digest, papers)
    write_private(out / f"{document_id}-{RECEIPT}", receipt)
    said = record_packing(papers, document_id, digest=digest, by=desk.by)
    recorded = ledger.append(said, at=office.now())
    say(f"✓ {document_id}.zip（{papers.height} 个文件）与送达回证已写入 {out}，台账第 {recorded.seq} 条")
    hand_out_password(password, password_file)
    return out / f"{document_id}.zip"


def refuse_place(home: Path, out: Path, password_file: Path | None) -> None:
    """Refuse, before anything is written or recorded, places that the packet or its password mustn't go to.

    Raises:
        LedgerError: a folder is missing, or lies in the home, which couldn't be proven clean any more; or the
            password would lie beside the packet.
    """
    folders = [out, *([password_file.parent] if password_file else [])]
    for folder in folders:
        if not folder.is_dir():
            raise LedgerError(f"文件夹 {folder.name}", "不存在", "先建立，再指定 --out 或者 --password-file")
        if folder.resolve().is_relative_to(home.resolve()):
            raise LedgerError(
                f"文件夹 {folder.name}", "在工作目录之内，办结时无法查看加密包", "另选工作目录之外的文件夹"
            )
    if password_file and (password_file.is_dir() or folders[0].resolve() == folders[1].resolve()):
        raise LedgerError("密码文件", "不能是文件夹，也不能与加密包放在一起", "另选文件夹，密码另路告知")


def read_papers(office: Office, papers: pl.DataFrame) -> dict[str, bytes]:
    """Return a document's files by their names.

    Raises:
        LedgerError: a file isn't what was recorded.
    """
    files = {}
    for path, sha256 in papers.select("path", "sha256").iter_rows():
        file = office.outbox / path
        content = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LedgerError(f"文件 {path}", "与登记的指纹不符", "重新运行 tongcha act 后再打包")
        files[PurePosixPath(path).name] = content
    return files


def render_receipt(
    office: Office, document_id: str, recipient: str, digest: str, papers: pl.DataFrame
) -> bytes:
    """Return the receipt that the recipient signs."""
    policy = office.policy(RoutingPolicy, "routing")
    rows = papers.select("path", "sha256").iter_rows()
    listed = [
        {"order": order, "name": PurePosixPath(path).name, "sha256": sha256}
        for order, (path, sha256) in enumerate(rows, start=1)
    ]
    return CompiledTemplate(office.policies / "templates" / TEMPLATE).render(
        {
            "mark": EXAMPLE_MARK if office.is_demo else "",
            "number_line": "发文字号待编",
            "issuer": policy.issuer,
            "contact": policy.contact,
            "recipient_name": recipient,
            "document_id": document_id,
            "packet_sha256": digest,
            "papers": listed,
        }
    )


def hand_out_password(password: str, file: Path | None) -> None:
    """Show the password on the terminal, once, or write it into a file of its own; it is kept nowhere."""
    if file is None:
        say(f"密码（只显示这一次，请另行告知接收单位，不与包同路）：{password}")
    else:
        write_private(file, f"{password}\n".encode())
        say(f"密码已写入 {file}，请另行告知接收单位后删除")
