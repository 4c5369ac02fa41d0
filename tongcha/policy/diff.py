"""A policy file with some numbers replaced, and the difference as a patch: comments and layout stay."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import yaml

from tongcha.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str, ...]


def replace_numbers(text: str, values: Mapping[Path, float]) -> str:
    """Return the YAML text with the numbers at these paths replaced and every other character kept.

    Args:
        text: a policy file.
        values: path of keys → new number.

    Raises:
        PolicyError: the file has no single value at one of the paths.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    places = sorted((_find(root, path), value) for path, value in values.items())
    for (start, end), value in reversed(places):
        text = text[:start] + write_number(value) + text[end:]
    return text


def write_number(value: float) -> str:
    """Return a number as YAML reads it back: no exponent without a point, no trailing noughts.

    Example:
        >>> [write_number(value) for value in (0.4, 0.00001, 12.0)]
        ['0.4', '0.00001', '12.0']
    """
    text = f"{value:.12f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def diff_texts(old: str, new: str, name: str) -> str:
    """Return a unified diff that `patch -p1` or `git apply` takes in the folder of the file; may be empty."""
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"))


def _find(node: yaml.Node | None, path: Path) -> tuple[int, int]:
    """Where in the text the value at a path stands."""
    for step in path:
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in entries if key.value == step), None)
    if not isinstance(node, yaml.ScalarNode):
        raise PolicyError(f"政策文件的 {'.'.join(path)}", "不是一个数", "核对文件后再试")
    return node.start_mark.index, node.end_mark.index
