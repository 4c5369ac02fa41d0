"""What stops a batch as a whole, and how it is named: no lawful source, no such folder, no such column."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.intake.intake_batches import read
from tests.intake_files import BATCH, IDENTITY_HEADER, IDENTITY_ROW, POLICY, make_batch, write_book
from tongcha.errors import InputError, SourceError, UnknownBatchError
from tongcha.intake.batch import read_batch


@pytest.mark.parametrize("batch", ["没有", "", ".", "..", "../raids", "a/b", "a\\b", "/etc", "x\0y"])
def test_an_unknown_batch_is_refused_and_no_path_leaves_the_inbox(inbox, batch):
    make_batch(inbox)
    with pytest.raises(UnknownBatchError, match="收件箱 raids/ 下没有这个文件夹"):
        read(inbox, batch)


def test_a_batch_folder_that_links_elsewhere_is_unknown(inbox, tmp_path):
    make_batch(inbox)
    (tmp_path / "elsewhere").mkdir()
    (inbox / "raids" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnknownBatchError):
        read(inbox, "link")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires_on: 2027-12-31", "expires_on: 2026-11-21", "到期"),
        ("expires_on: 2027-12-31", "expires_on: 以后", "不是日期"),
        ("agreement_id: 协议-1\n", "", "缺少数据共享协议编号"),
        ("purpose: 查处违规补课", "purpose: ''", "缺少使用目的"),
        ("purpose: 查处违规补课", "purpose: [", "第 . 行：不是 YAML"),
        ("purpose: 查处违规补课", "purpose: " + "[" * 20_000, "层数过多"),
        ("purpose: 查处违规补课", "purpose: &a [乙]\nnote: *a", "重复别处的内容"),
    ],
)
def test_a_batch_without_a_lawful_source_is_refused(inbox, old, new, said):
    path = make_batch(inbox) / "source.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read(inbox)


def test_a_batch_without_source_yaml_is_refused(inbox):
    (make_batch(inbox) / "source.yaml").unlink()
    with pytest.raises(SourceError, match="文件不存在"):
        read(inbox)


def test_the_last_day_of_the_source_still_counts(inbox):
    make_batch(inbox)
    last = dt.date(2027, 12, 31)
    assert read_batch(inbox, BATCH, today=last, policy=POLICY).identities.height == 1


def test_a_missing_column_names_the_column_and_the_file(inbox):
    folder = make_batch(inbox)
    write_book(folder / "identities.xlsx", {"表": [[*IDENTITY_HEADER[1:]], [*IDENTITY_ROW[1:]]]})
    with pytest.raises(InputError, match=r"identities\.xlsx：作为现场人员缺少列“人员编号”"):
        read(inbox)


def test_an_unreadable_file_stops_the_batch_and_is_named(inbox):
    folder = make_batch(inbox)
    (folder / "identities.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "sites.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"2 个文件.*identities\.xlsx.*不完整.*sites\.csv.*空的"):
        read(inbox)


def test_a_missing_table_is_named(inbox):
    (make_batch(inbox) / "sites.csv").unlink()
    with pytest.raises(InputError, match="没有查处场所"):
        read(inbox)


def test_a_stray_document_is_reported_and_stops_nothing(inbox):
    folder = make_batch(inbox)
    (folder / "通知.pdf").write_bytes(b"%PDF-1.4\n")
    (folder / "Thumbs.db").write_bytes(b"\0")
    (folder / "~$identities.xlsx").write_bytes(b"\0")
    taken = read(inbox)
    assert taken.rejected_rows.select("file", "row", "outcome").rows() == [
        (f"raids/{BATCH}/通知.pdf", 0, "rejected")
    ]


def test_a_file_whose_name_holds_a_number_stops_the_batch_and_the_message_blots_it_out(inbox):
    folder = make_batch(inbox)
    (folder / "补充_21020319800101123X.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputError, match="改名，不写姓名和号码") as stopped:
        read(inbox, BATCH)
    assert "补充_＊.csv" in str(stopped.value)
    assert "198001011" not in str(stopped.value)


def test_a_batch_named_by_somebodys_number_is_refused_without_saying_it(inbox):
    with pytest.raises(InputError, match="证件号码或者手机号") as stopped:
        read(inbox, "张三11010519491231002X")
    assert "110105" not in str(stopped.value)


def test_a_sheet_named_by_somebodys_number_is_refused_without_saying_it(inbox):
    folder = make_batch(inbox)
    write_book(folder / "identities.xlsx", {"13800138000": [IDENTITY_HEADER, IDENTITY_ROW]})
    with pytest.raises(InputError, match="工作表的名称") as stopped:
        read(inbox)
    assert "13800138000" not in str(stopped.value)
