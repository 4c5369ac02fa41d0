"""What invented teachers teach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUBJECTS: Final = {
    "语文": 0.22,
    "数学": 0.21,
    "英语": 0.15,
    "物理": 0.05,
    "化学": 0.04,
    "生物": 0.03,
    "道德与法治": 0.05,
    "历史": 0.03,
    "地理": 0.03,
    "音乐": 0.04,
    "美术": 0.04,
    "体育": 0.06,
    "信息科技": 0.02,
    "科学": 0.02,
    "心理健康": 0.01,
}
"""Subject → share of teachers; of the order of weekly hours in the national curriculum."""


def draw_subjects(rng: np.random.Generator, count: int) -> NDArray[np.str_]:
    """Draw subjects by their share."""
    drawn: NDArray[np.str_] = rng.choice(np.array(list(SUBJECTS)), size=count, p=list(SUBJECTS.values()))
    return drawn
