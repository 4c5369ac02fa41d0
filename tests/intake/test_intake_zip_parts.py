"""Parts of a zip file: what the standard library reads is read the same, and no contradiction passes."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest

from tongcha.intake.zip_parts import CHUNK, STORED, BrokenZipError, copy_body, list_parts, pack, unpack

NAMES = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "文件.xml", "空")


class Pipe(io.RawIOBase):
    """A target that can't be rewound, so that sizes stand behind the data (as streaming writers do)."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece) -> int:
        self.data += piece
        return len(piece)


def make_zip(
    method: int = zipfile.ZIP_DEFLATED, *, comment: bytes = b"", large: bool = False, streamed: bool = False
) -> bytes:
    dice = random.Random(3)
    target = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for number, name in enumerate(NAMES):
            with archive.open(name, "w", force_zip64=large) as part:
                part.write(dice.randbytes(200 * number) * 3)
        archive.comment = comment
    return bytes(target.data) if isinstance(target, Pipe) else target.getvalue()


def read_all(data: bytes) -> dict[str, bytes]:
    parts = list_parts(data, 100)
    return {part.name: b"".join(unpack(copy_body(data, part), part)) for part in parts}


def read_by_library(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "data",
    [
        make_zip(),
        make_zip(zipfile.ZIP_STORED),
        make_zip(comment=b"made by somebody"),
        make_zip(large=True),
        make_zip(streamed=True),
        make_zip(large=True, streamed=True),
    ],
    ids=["deflated", "stored", "comment", "64-bit", "streamed", "64-bit streamed"],
)
def test_what_the_standard_library_reads_is_read_the_same(data):
    assert read_all(data) == read_by_library(data)


def test_a_directory_of_64_bit_numbers_is_read():
    data = bytearray(make_zip(zipfile.ZIP_STORED))
    end = data.rfind(b"PK\x05\x06")
    _, _, _, _, count, length, place, _ = struct.unpack_from("<4s4H2LH", data, end)
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    short = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    whole = bytes(data[:end]) + large + locator + short
    assert read_all(whole) == read_by_library(whole) == read_all(bytes(data))


def test_a_part_larger_than_a_piece_comes_in_pieces():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"0123456789" * CHUNK)
    (part,) = list_parts(target.getvalue(), 10)
    pieces = list(unpack(copy_body(target.getvalue(), part), part))
    assert max(map(len, pieces)) <= CHUNK
    assert sum(map(len, pieces)) == 10 * CHUNK


def place_of_record(data: bytes, name: str) -> int:
    return data.rfind(name.encode()) - 46


@pytest.mark.parametrize(
    ("offset", "value"), [(24, 10), (24, 10**6), (16, 7), (20, 100), (42, 3), (10, 12), (42, 10**8)]
)
def test_a_directory_that_claims_something_else_than_the_part_is_refused(offset, value):
    data = bytearray(make_zip())
    size = 2 if offset == 10 else 4
    place = place_of_record(bytes(data), NAMES[1]) + offset
    data[place : place + size] = value.to_bytes(size, "little")
    with pytest.raises(BrokenZipError):
        read_all(bytes(data))


def test_a_part_that_holds_more_than_it_claims_is_refused_even_with_the_checksum_of_its_beginning():
    whole = b"<row/>" * 1000
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", whole)
    data = bytearray(target.getvalue())
    record = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, record + 16, zlib.crc32(whole[:60]))
    struct.pack_into("<L", data, record + 24, 60)
    assert read_by_library(bytes(data)) == {"x": whole[:60]}  # the library believes it
    with pytest.raises(BrokenZipError):
        read_all(bytes(data))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"#!/bin/sh\n" + data,
        lambda data: data + b"more",
        lambda data: data[:-1],
        lambda data: data.replace(NAMES[0].encode(), b"xl/workbookX.ml", 1),
        lambda data: data.replace(b"PK\x05\x06", b"gap!PK\x05\x06"),
        lambda _: b"",
        lambda _: b"PK\x05\x06",
    ],
    ids=["prefix", "suffix", "cut", "two names", "gap", "nothing", "only a sign"],
)
def test_anything_before_between_or_behind_the_parts_is_refused(spoil):
    with pytest.raises(BrokenZipError):
        read_all(spoil(make_zip()))


def test_random_damage_is_refused_or_harmless():
    good, dice = make_zip(large=True), random.Random(5)
    whole = read_all(good)
    for _ in range(400):
        data = bytearray(good)
        data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            read = read_all(bytes(data[: dice.choice([len(data), dice.randrange(len(data))])]))
        except BrokenZipError:
            continue
        # what isn't covered by a checksum is a name or a note; contents are whole or refused
        assert all(content in whole.values() for content in read.values())


def test_what_was_looked_at_is_packed_into_a_file_that_the_library_reads_the_same():
    data = make_zip()
    bodies = [(part, copy_body(data, part)) for part in list_parts(data, 100)]
    unpacked = [(part._replace(method=STORED), b"".join(unpack(body, part))) for part, body in bodies]
    for contents in (bodies, unpacked):
        packed = pack(contents)
        assert read_by_library(packed) == read_all(packed) == read_by_library(data)


def test_a_longer_directory_than_wanted_is_read_no_further():
    assert len(list_parts(make_zip(), 2)) == 3
