"""What the command line shows while it works: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

out = Console(highlight=False, markup=False)  # a value such as [a] is no markup, and must not vanish


def say(content: RenderableType = "") -> None:
    """Print a line or anything that rich can draw.

    The terminal breaks lines of text: rich would break them at spaces only, which Chinese has none of.
    """
    out.print(content, soft_wrap=isinstance(content, str))


@contextmanager
def track(title: str, steps: int) -> Iterator[Callable[[str], None]]:
    """Show work of a known number of steps; call the given function after each.

    Args:
        title: what is being done, in Chinese.
        steps: how many steps there are.
    """
    if not sys.stdout.isatty():
        yield lambda _step: None
        say(f"✓ {title}")
        return
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TextColumn("[dim]{task.fields[step]}"), console=out) as bar:
        task = bar.add_task(escape(title), total=steps, step="")
        yield lambda step: bar.update(task, advance=1, step=step)
        bar.update(task, completed=steps, step="", description=f"[green]✓[/] {escape(title)}")
