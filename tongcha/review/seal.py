"""The seal of each workbook row: an edit of anything the reviewer saw is found and named.

HMAC-SHA256 under a key of the deployment. The form that is sealed leaves out white space, because
office suites add and drop it (`_x000D_`, a newline of its own run) when they save.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from tongcha.ledger.events import write_canonical
from tongcha.review.layout import SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROW_DIGITS, CELL_DIGITS, SIGNATURE_DIGITS = 32, 6, 8
_SPACE: Final = re.compile(r"_x000[aAdD]_|\s+")


def seal_row(key: bytes, head: Sequence[str], shown: Mapping[str, str]) -> str:
    """Return the row's seal: 32 hex digits for the row, then 6 for each shown cell in order.

    Args:
        key: secret of the deployment.
        head: batch, round, link number and evidence hash.
        shown: text of each shown column.
    """
    texts = [reduce_text(shown[header]) for header in SHOWN]
    cells = [_mac(key, "cell", [*head, header, text])[:CELL_DIGITS] for header, text in _zip(texts)]
    return _mac(key, "row", [*head, *texts])[:ROW_DIGITS] + "".join(cells)


def find_edits(key: bytes, head: Sequence[str], shown: Mapping[str, str], seal: str) -> list[str]:
    """Return which shown columns no longer carry what was sealed; `["整行"]` if that can't be told.

    The row's part alone decides whether the row is good; the cells' parts only tell where it is not.
    """
    expected = seal_row(key, head, shown)
    if hmac.compare_digest(expected[:ROW_DIGITS].encode(), seal[:ROW_DIGITS].encode()):
        return []
    edited = [header for place, header in enumerate(SHOWN) if _cell(expected, place) != _cell(seal, place)]
    return edited if edited and len(edited) < len(SHOWN) else ["整行"]


def sign_code(key: bytes, code: str, stamp: str, batch: str, review_round: str) -> str:
    """Return what a person writes behind their code in a workbook: only who can log in as them can know it.

    Args:
        key: secret of the deployment.
        code: the person.
        stamp: stands for their present password, so that a new password ends what was told of the old.
        batch: the batch; what a panel's secretary has seen is of no use elsewhere.
        review_round: the round.
    """
    return _mac(key, "signature", [code, stamp, batch, review_round])[:SIGNATURE_DIGITS]


def seal_meta(key: bytes, values: Sequence[str]) -> str:
    """Return the seal of the workbook's cover data."""
    return _mac(key, "meta", [reduce_text(value) for value in values])


def name_key(key: bytes) -> str:
    """Return the key's public name: eight hex digits that tell keys apart and nothing else."""
    return _mac(key, "name", [])[:8]


def reduce_text(text: str) -> str:
    """Return the text as it is sealed: NFC, without white space."""
    return _SPACE.sub("", unicodedata.normalize("NFC", text))


def _zip(texts: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(SHOWN, texts, strict=True))


def _cell(seal: str, place: int) -> str:
    start = ROW_DIGITS + place * CELL_DIGITS
    return seal[start : start + CELL_DIGITS]


def _mac(key: bytes, purpose: str, parts: Sequence[str]) -> str:
    message = write_canonical(["tongcha-review", purpose, *parts])
    return hmac.digest(key, message.encode(), hashlib.sha256).hex()
