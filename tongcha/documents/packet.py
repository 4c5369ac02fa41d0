"""A packet for a recipient: its papers in one AES-256 zip, with a list of what is in it.

WinZip's AE-2 format, which 7-Zip, WinRAR and 360压缩 open; Windows' own folder view doesn't. Names of entries
aren't encrypted, so they are the papers' own neutral names. The salt is fresh each time: what a packet holds
is proven by the fingerprints of the files in it, not by its own bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Final

import pyzipper

from tongcha.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping

LIST: Final = "清单.txt"
FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)
SHORTEST: Final = 12
"""characters of a password"""
_NEUTRAL: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff_.（）-]{1,80}")


def write_list(document_id: str, recipient: str, files: Mapping[str, bytes], *, head: str) -> str:
    """Return what is in a packet, for its reader to check: names, sizes, fingerprints.

    Args:
        document_id: the document.
        recipient: whom it is for.
        files: entry name → content.
        head: digest of the ledger's last event; noted here, an end cut off the ledger later shows.
    """
    lines = [
        f"文书编号：{document_id}",
        f"接收单位：{recipient}",
        f"台账末端指纹：{head}",
        "请用 SHA-256 核对下列文件；不一致的请勿使用，并告知我局。比对一致不等于违规事实成立。",
        "",
    ]
    for name, content in sorted(files.items()):
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {len(content):>9} 字节  {name}")
    return "\r\n".join([*lines, ""])


def seal_packet(files: Mapping[str, bytes], password: str) -> bytes:
    """Return an encrypted zip of files.

    Args:
        files: entry name → content.
        password: known to the recipient by another way than the packet.

    Raises:
        ContractError: the password is short, nothing is to be packed, or a name might tell something.
    """
    if len(password) < SHORTEST:
        raise ContractError("加密包", f"密码短于 {SHORTEST} 个字符", "用系统给出的密码")
    if not files:
        raise ContractError("加密包", "没有文件", "核对文书编号")
    if bad := sorted(name for name in files if not _NEUTRAL.fullmatch(name)):
        raise ContractError(f"文件名 {bad[0][:20]}", "不宜写在包外可见处", "文件名只用文书名称")
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in sorted(files.items()):
            entry = archive.zipinfo_cls(name, FIXED_DATE)
            entry.compress_type = pyzipper.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
