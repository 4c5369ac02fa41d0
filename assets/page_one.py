"""Page one from what is stored: the same sentences for the command line, the console and the UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongcha.errors import ContractError
from tongcha.review.page_one import state_error_rates
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from assets.store import TableStore


def tell_error_rates(tables: TableStore) -> list[str]:
    """Return how often the wrong person was confirmed, as last measured.

    A table that an older version stored keeps nobody from working: the sentence then says what to run.
    """
    try:
        return state_error_rates(tables.read_all(BY_NAME["review_quality"]))
    except ContractError as error:
        return [str(error)]
