"""What the command line shows of the results: the funnel, a link, a referral, a notice, where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
from rich.panel import Panel
from rich.table import Table as Grid

from assets.page_one import tell_error_rates
from assets.store import TableStore
from pipelines.terminal import say
from tongcha.casebook.filed import find_filed_batches, leave_out
from tongcha.documents.validation_index import place_index
from tongcha.errors import InputError
from tongcha.ledger.store import Ledger
from tongcha.linkage.explain import explain_link, waterfall_text
from tongcha.review.disputes import list_disputes
from tongcha.review.page_one import TITLE
from tongcha.tables import BY_NAME

REFERRAL_SHOWN: Final = (
    "recipient_name",
    "basis",
    "conduct",
    "raid_date",
    "evidence_grade",
    "signed_by",
    "exculpatory_count",
)
SHOWN_ROWS: Final = 10
"""refused rows that are shown one by one"""
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.home import Home


def show_outcome(home: Home) -> None:
    """Show the funnel and where the documents lie."""
    show_funnel(home)
    show_refused_returns(home)
    show_paths(home)


def show_demo(home: Home) -> None:
    """Show one of everything: a waterfall, a referral, a notice, the funnel, and where to look."""
    shown = choose_link(home)
    if shown is not None:
        show_waterfall(home, shown)
        show_referral(home, shown)
    show_notice(home)
    show_outcome(home)


def choose_link(home: Home) -> str | None:
    """Return the link to show: a referred one, if possible one that two people had to agree on."""
    confirmed = read_all(home, "confirmed_links")
    referred = read_all(home, "referrals").select("link_id").unique()
    scores = read_all(home, "candidate_links").select("link_id", "score")
    ordered = (
        confirmed.join(referred, on="link_id", how="semi" if referred.height else "left")
        .join(scores, on="link_id")
        .with_columns(easy=pl.col("decision") == "accept")
        .sort("easy", "score", "link_id", descending=[False, True, False])
    )
    return str(ordered["link_id"][0]) if ordered.height else None


def find_link(home: Home, link_id: str) -> dict[str, Any]:
    """Return the row of a link in `candidate_links`.

    Raises:
        InputError: no batch holds that link.
    """
    found = read_all(home, "candidate_links").filter(pl.col("link_id") == link_id)
    if found.is_empty():
        raise InputError(
            f"比对编号 {link_id}",
            "在任何批次中都找不到",
            "核对编号，形如 L 加 16 位十六进制；在办线索的编号（R 开头）也可以",
        )
    return found.row(0, named=True)


def list_batches_of(home: Home, link: Mapping[str, Any]) -> list[str]:
    """Return the batches in which the same raid says the same of the same two people; its own included."""
    links = read_all(home, "candidate_links")
    own = pl.DataFrame([link]).select("raid_id", "evidence_hash").cast(pl.String)
    again = links.join(own, on=["raid_id", "evidence_hash"], how="semi")["batch"]
    return sorted({str(link["batch"]), *again})


def name_link(home: Home, number: str) -> str:
    """Return the link of a clue, whose number is the one that recipients know; others stay as they are."""
    clues = dict(read_all(home, "referrals").select("referral_id", "link_id").iter_rows())
    return str(clues.get(number, number))


def show_link(home: Home, number: str) -> None:
    """Explain a link, given by its own number or a clue's, and say where it stands."""
    link = find_link(home, name_link(home, number))
    link_id = link["link_id"]
    evidence = read_all(home, "link_evidence").filter(pl.col("link_id") == link_id).sort("seq")
    say(explain_link(link, evidence))
    for table, label in (("review_queue", "复核"), ("withheld_links", "暂缓"), ("referrals", "移送")):
        for row in read_all(home, table).filter(pl.col("link_id") == link_id).iter_rows(named=True):
            say(f"{label}：{row.get('state') or row.get('reason') or row.get('recipient_name')}")
    for dispute in list_disputes(Ledger(home.ledger_url()).events()):
        if dispute.opened.subject == link_id:
            say(f"异议：{dispute.sentence}")


def show_waterfall(home: Home, link_id: str) -> None:
    """Show a link's evidence as bars that sum to its weight."""
    evidence = read_all(home, "link_evidence").filter(pl.col("link_id") == link_id).sort("seq")
    body = "\n".join(waterfall_text(evidence))
    say(Panel(body, title=f"一条比对的证据　{link_id}", title_align="left"))


def show_referral(home: Home, link_id: str) -> None:
    """Show the referral of a link: to whom, on which basis, signed by whom."""
    found = read_all(home, "referrals").filter(pl.col("link_id") == link_id)
    schools = dict(read_all(home, "schools").select("school_id", "name").iter_rows())
    for row in found.sort("referral_id").head(1).iter_rows(named=True):
        lines = [f"{BY_NAME['referrals'].column(name).label}：{row[name]}" for name in REFERRAL_SHOWN]
        lines.append(f"当日任职学校：{schools.get(row['school_id'], row['school_id'])}")
        say(Panel("\n".join(lines), title=f"一条移送线索　{row['referral_id']}", title_align="left"))


def show_notice(home: Home) -> None:
    """Show the notice with the most addends: the sum, line by line, and how long the school may contest."""
    notices, sums = read_all(home, "school_notices"), read_all(home, "score_deductions")
    lengths = sums.group_by("school_id", "campaign").agg(addends=pl.len())
    ordered = notices.join(lengths, on=["school_id", "campaign"], how="left").sort(
        "addends", "notice_id", descending=[True, False]
    )
    for row in ordered.head(1).iter_rows(named=True):
        own = sums.filter((pl.col("school_id") == row["school_id"]) & (pl.col("campaign") == row["campaign"]))
        lines = [f"{line['points']:>8}　{line['sum_shown']}" for line in own.iter_rows(named=True)]
        total = f"{row['points']:>8}　拟扣合计；{row['reply_days']} 日内可以申辩　{row['path']}"
        say(
            Panel("\n".join([*lines, total]), title=f"一份学校告知书　{row['notice_id']}", title_align="left")
        )


def show_funnel(home: Home) -> None:
    """Show how few of those who were met are ever referred, and how often the wrong person was confirmed."""
    grid = Grid(title="漏斗", title_justify="left")
    grid.add_column("环节")
    grid.add_column("数量", justify="right")
    for label, count in count_funnel(home):
        grid.add_row(label, str(count))
    say(grid)
    for sentence in tell_error_rates(TableStore(home.root / "tables")):
        say(f"{TITLE}：{sentence}")


def count_funnel(home: Home) -> list[tuple[str, int]]:
    """Return the steps from people met to schools, each a label and a count."""
    links = read_all(home, "candidate_links").filter(pl.col("decision") != "none")
    referrals = read_all(home, "referrals")
    responsibilities = read_all(home, "school_responsibilities")
    people = read_all(home, "identities")
    met = leave_out(people, find_filed_batches(read_all(home, "sites"))).height
    filed = [("备案人员（清查兼职，没有现场核验）", people.height - met)] if people.height > met else []
    return [
        ("现场人员", met),
        *filed,
        ("有待判断候选的人员", links.select("batch", "identity_id").n_unique()),
        ("经人确认并过关口的比对", read_all(home, "confirmed_links").height),
        ("暂缓的比对（有人判为同一人，缺关口条件）", read_all(home, "withheld_links")["link_id"].n_unique()),
        ("移送的比对", referrals["link_id"].n_unique()),
        ("移送线索（按接收单位）", referrals.height),
        ("涉及学校", responsibilities["school_id"].drop_nulls().n_unique()),
    ]


def show_refused_returns(home: Home) -> None:
    """Show which rows of returned workbooks were refused and why, lest nobody judges them again."""
    refused = read_all(home, "review_returns").filter(pl.col("outcome") == "refused").sort("file", "row")
    if refused.is_empty():
        return
    say(f"！复核表退回 {refused.height} 行，须改正后重新交回：")
    for file, reason in refused.head(SHOWN_ROWS).select("file", "reason").iter_rows():
        say(f"  {file}：{reason}")
    if refused.height > SHOWN_ROWS:
        say("  …其余用 tongcha sql -q \"SELECT * FROM review_returns WHERE outcome = 'refused'\" 查看")


def show_paths(home: Home) -> None:
    """Say where to look."""
    say(f"复核表：{_tell(home.outbox / 'review')}")
    say(f"移送包：{_tell(home.outbox / 'referrals')}")
    say(f"案卷：{_tell(home.outbox / 'dossiers')}")
    say(f"告知书：{_tell(home.outbox / 'notices')}")
    say(f"退回单：{_tell(home.outbox / 'returned')}")
    say(f"核对总览：{place_index(home.outbox)}")
    say("流程图与校验：tongcha ui（或 make ui）")
    say("查表：tongcha sql　　逐项说明：tongcha explain 比对编号　　检查：tongcha doctor")


def read_all(home: Home, name: str) -> pl.DataFrame:
    """Return everything stored of a table."""
    return TableStore(home.root / "tables").read_all(BY_NAME[name])


def _tell(folder: Path) -> str:
    count = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    return f"{folder}（{count} 个文件）" if count else "现在没有"
