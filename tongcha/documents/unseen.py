"""Characters that turn or hide what stands around them; a name that holds one reads as another name."""

from __future__ import annotations

import re
from typing import Final

UNSEEN: Final = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""soft hyphens, zero-width characters, marks of writing direction: none is part of a name or number here"""


def drop_unseen(text: str) -> str:
    """Return the text as it is compared: without what can't be seen."""
    return UNSEEN.sub("", text)
