"""Telling of packets of which nobody has said whether they were handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report import read_all
from pipelines.terminal import say
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.packets import list_unaccounted
from tongcha.ledger.store import Ledger

if TYPE_CHECKING:
    import polars as pl

    from pipelines.home import Home


def find_unaccounted(home: Home) -> pl.DataFrame:
    """Return one file of each packet that isn't recorded as handed over, see `list_unaccounted`."""
    files = list_unaccounted(Ledger(home.ledger_url()).events(), read_all(home, "disclosures"))
    return files.unique("document_id", keep="first", maintain_order=True)


def tell_unaccounted(home: Home, link_id: str) -> None:
    """Ask what became of the packets that speak of a link which no longer stands as they say."""
    for packet in find_disclosures_of(find_unaccounted(home), link_id).iter_rows(named=True):
        say(
            f"！ {packet['document_id']}（{packet['recipient_name']}）已打包，没有登记送达。"
            "已经交出的，用 tongcha case deliver 编号 --packed 登记，才会出更正函；没有交出的，连同密码销毁。"
        )
