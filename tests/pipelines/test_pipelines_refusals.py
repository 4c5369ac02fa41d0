"""What is refused or said before anything is written: where packets go, what can't be searched, doubts."""

from __future__ import annotations

import gzip

import pytest

from pipelines.diagnosis import OUTWARD, diagnose
from pipelines.home import Home, Settings
from pipelines.packing import refuse_place
from pipelines.traces import find_traces
from tongcha.errors import LedgerError


@pytest.mark.parametrize(
    ("out", "password", "why"),
    [
        ("packets", "packets/password.txt", "不能与加密包放在一起"),
        ("packets", "packets/../packets/p.txt", "不能与加密包放在一起"),
        ("packets", "apart", "不能是文件夹"),
        ("packets", "nowhere/p.txt", "不存在"),
        ("home/outbox", "apart/p.txt", "在工作目录之内"),
        ("packets", "home/keys/p.txt", "在工作目录之内"),
        ("nowhere", None, "不存在"),
    ],
)
def test_a_packet_and_its_password_go_to_two_folders_outside_the_home(tmp_path, out, password, why):
    for folder in ("packets", "apart", "home/outbox", "home/keys"):
        (tmp_path / folder).mkdir(parents=True)
    home, file = tmp_path / "home", tmp_path / password if password else None
    with pytest.raises(LedgerError, match=why):
        refuse_place(home, tmp_path / out, file)
    refuse_place(home, tmp_path / "packets", tmp_path / "apart" / "p.txt")
    refuse_place(home, tmp_path / "packets", None)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"x", mtime=0), b"BZh9", b"%PDF-1.7", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00"],
)
def test_a_file_whose_text_is_packed_away_is_never_called_clean(tmp_path, content):
    (tmp_path / "kept.bin").write_bytes(content)
    (tmp_path / "kept.txt").write_text("13900000000", encoding="utf-8")
    search = find_traces(tmp_path, ["13912345678"])
    assert (search.searched, search.found, search.unread) == (2, (), ("kept.bin",))
    assert not search.is_clean


@pytest.mark.parametrize(("is_demo", "is_fine"), [(True, True), (False, False)])
def test_the_doctor_says_which_policies_nobody_adopted_except_in_the_demo(tmp_path, is_demo, is_fine):
    home = Home(tmp_path / "home").open()
    home.write_settings(Settings(demo=is_demo))
    found = {finding.subject: finding for finding in diagnose(home)}
    for name in OUTWARD:
        assert found[f"政策 {name}.yaml"].is_fine == is_fine
    assert found["政策 linkage.yaml"].is_fine
