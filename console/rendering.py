"""Pages from templates: everything is escaped, and a missing value is an error instead of a blank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from http import HTTPStatus

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"
ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_page(template: str, status: HTTPStatus | int = 200, **values: object) -> HTMLResponse:
    """Return a page as a response."""
    return HTMLResponse(ENVIRONMENT.get_template(template).render(**values), status_code=int(status))
