"""The dossier of a link as a page of its own: the review stage's document under a policy that fits it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from tongcha.review.dossier import DossierTables, render_dossiers
from tongcha.review.shown import ShownTables

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.desk import Desk
    from console.settings import ConsoleSettings


def render_dossier_page(
    settings: ConsoleSettings, desk: Desk, link_id: str, *, tells_search: bool
) -> Response:
    """Return the dossier; without table `judgements`, so that nobody reads what others answered.

    Args:
        settings: the deployment.
        desk: the batch.
        link_id: the link.
        tells_search: show what was found in favour, if anyone searched; it tells that the link is confirmed.
    """
    batch, read = desk.batch, settings.read_table
    was_searched = tells_search and link_id in read("confirmed_links", batch)["link_id"]
    tables = DossierTables(
        ShownTables(
            desk.links,
            read("link_evidence", batch),
            read("identities", batch),
            read("people", batch),
            read("schools", batch),
        ),
        read("employment", batch),
        read("teachers", batch),
        read("staff_entries", batch),
        read("exculpatory_findings", batch) if was_searched else None,
    )
    page = render_dossiers(tables, [link_id])[link_id]
    return HTMLResponse(page, headers={"Content-Security-Policy": _admit_style(page)})


def _admit_style(page: str) -> str:
    """The policy that lets the page's one style sheet in, by its hash, and nothing else."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
