"""What a paper says, apart from how: a digest that a template's wording or a new telephone doesn't change.

By its bytes alone every paper handed over would be out of date whenever somebody edits a template.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongcha.documents.sheets import Sheet

LOOKS: Final = frozenset({"contact", "issuer", "mark", "number_line", "policy_version"})
"""fields of a template that say nothing of the case; what rules give, sums and clauses, is said by itself"""


def digest_facts(fields: Mapping[str, object]) -> str:
    """Return the digest of what a template is filled with, but for its looks."""
    return _digest({name: said for name, said in fields.items() if name not in LOOKS})


def digest_lists(sheets: Sequence[Sheet]) -> str:
    """Return the digest of the rows of lists; titles, notes and headings are looks."""
    return _digest([list(sheet.rows) for sheet in sheets])


def _digest(said: object) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
