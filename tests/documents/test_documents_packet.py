"""A packet opens with its password and with no other, tells nothing outside, and lists what it holds."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
import pyzipper

from tongcha.documents.packet import seal_packet, write_list
from tongcha.errors import ContractError

FILES = {
    "移送函.docx": b"PK-letter" * 50,
    "附件2-人员身份附件（限经办人）.xlsx": b"210203198001011234",
}
PASSWORD = "k7m2-pq9w-x3ra-8tuv"  # noqa: S105 - of nothing but this test


def test_the_right_password_gives_every_file_back_and_a_wrong_one_nothing():
    packet = seal_packet(FILES, PASSWORD)
    with pyzipper.AESZipFile(io.BytesIO(packet)) as archive:
        archive.setpassword(PASSWORD.encode())
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        archive.setpassword(b"k7m2-pq9w-x3ra-8tux")
        with pytest.raises(RuntimeError, match="Bad password"):
            archive.read("移送函.docx")


def test_nothing_of_the_content_stands_outside_the_encryption():
    packet = seal_packet(FILES, PASSWORD)
    assert b"210203198001011234" not in packet
    assert PASSWORD.encode() not in packet
    with zipfile.ZipFile(io.BytesIO(packet)) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {99}  # WinZip AES
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        with pytest.raises(RuntimeError, match="encrypted"):
            archive.read("移送函.docx")


def test_the_list_names_each_file_with_its_fingerprint_and_the_end_of_the_ledger():
    listed = write_list("P0123456789ab", "某纪检监察组", FILES, head="f" * 64)
    for name, content in FILES.items():
        assert f"{hashlib.sha256(content).hexdigest()}  {len(content):>9} 字节  {name}" in listed
    assert f"台账末端指纹：{'f' * 64}" in listed


@pytest.mark.parametrize(
    ("files", "password", "said"),
    [
        (FILES, "short", "密码短于"),
        ({}, PASSWORD, "没有文件"),
        ({"../张三.xlsx": b"x"}, PASSWORD, "不宜写在包外"),
        ({"a/b.xlsx": b"x"}, PASSWORD, "不宜写在包外"),
    ],
)
def test_a_poor_password_an_empty_packet_and_a_strange_name_are_refused(files, password, said):
    with pytest.raises(ContractError, match=said):
        seal_packet(files, password)
