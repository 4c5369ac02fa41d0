"""What stands under one's own code, so that an answer altered on its way is noticed by who gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.progress import frame
from console.rendering import render_page
from tongcha.review.said import list_said

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.web import Visit

MOST_ROWS: Final = 500


def show_said(visit: Visit) -> Response:
    """Show a person their own answers as the ledger holds them; nobody else's, and nothing of the machine."""
    said = list_said(visit.console.settings.ledger.events(), visit.reviewer.code)
    left_out = max(0, len(said) - MOST_ROWS)
    return render_page("said.html", rows=said[:MOST_ROWS], left_out=left_out, **frame(visit))
