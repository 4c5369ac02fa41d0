"""After a withdrawal or a dispute: who holds a paper that no longer stands, and what is wrong with it.

A correction goes to exactly those who got the old paper, as the disclosure records say; what never left
needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.render import CompiledTemplate
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.tables.papers import CORRECTIONS
from tongcha.tables.referral import RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.routing import RoutingPolicy

CORRECTION_COLUMNS: Final = ("recipient_name", "path", "sha256", "change", "sentence")
FOLDER: Final = "corrections"
FILE: Final = "更正函.docx"
WITHDRAWN: Final = "此前送达的文书已撤回，请停止使用并退回或者销毁，由此作出的处理请一并更正"
PART_WITHDRAWN: Final = "其中编号{}的内容已撤回，不得再作为任何处理的依据；其余以重新送达的文书为准"
PENDING: Final = "其中编号{}的内容有异议，正在核实，结果另行函告；此前请暂停使用，不得据以处理"
REPLACED: Final = "此前送达的文书内容有变，请以重新送达的文书为准"
STANDS_AGAIN: Final = "此前已告知撤回，现经核查重新成立，请以重新送达的文书为准"
_SHOWN: Final = 12


def name_disputed(disputed: Collection[str]) -> frozenset[str]:
    """Return the numbers under which papers speak of links with an open dispute: the links, their clues."""
    clues = (number_record("R", link, recipient) for link in disputed for recipient in RECIPIENTS)
    return frozenset([*disputed, *clues])


def list_corrections(
    *, disclosures: pl.DataFrame, standing: pl.DataFrame, disputed: Collection[str] = ()
) -> pl.DataFrame:
    """Return the corrections due: `recipient_name, path, sha256, change, sentence`.

    Args:
        disclosures: what was handed over: `recipient_name, path, sha256, facts, numbers, seq`, one row per
            file and recipient; a later version of a path supersedes an earlier one for the same recipient
            by `seq`. `sha256` is null where the recipient was told that the paper is withdrawn.
        standing: the papers that stand now: `path, sha256, facts, numbers`; the numbers are those of the
            clues or cases that a paper speaks of, so that a letter can say which of them is taken back.
        disputed: numbers of what is disputed and not yet decided, from `name_disputed`.

    Returns:
        One row per recipient and path whose last version handed over says otherwise than the one that stands
        (the digests `facts`, where both are known, else the bytes): `change`
        is `disputed` (all that is missing is disputed, so nobody may call it taken back), `withdrawn`
        (nothing stands any more) or `replaced` (another version stands, or what was told to be withdrawn
        stands again). `sha256` is that of the last version handed over.
    """
    held = _find_last_held(disclosures)
    now = standing.select("path", current="sha256", says="facts", left="numbers").unique("path")
    believed = pl.when(~pl.col("is_told")).then("sha256")
    says_the_same = (~pl.col("is_told") & (pl.col("facts") == pl.col("says"))).fill_null(value=False)
    wrong = held.join(now, on="path", how="left").filter(
        believed.ne_missing(pl.col("current")) & ~says_the_same
    )
    said, left = (pl.col(name).fill_null("").str.split("、") for name in ("numbers", "left"))
    open_numbers = pl.lit(sorted(disputed), pl.List(pl.String))
    dropped = wrong.with_columns(dropped=said.list.set_difference(left)).with_columns(
        pending=pl.col("dropped").list.set_intersection(open_numbers).list.sort().list.join("、"),
        taken=pl.col("dropped").list.set_difference(open_numbers).list.sort().list.join("、"),
    )
    return (
        dropped.with_columns(change=_name_change())
        .with_columns(sentence=_say_change())
        .select(CORRECTION_COLUMNS)
        .sort("recipient_name", "path")
    )


def _find_last_held(disclosures: pl.DataFrame) -> pl.DataFrame:
    """Return the last word that each recipient had of each path.

    `is_told`: that word was a letter saying that the paper is withdrawn; `sha256` stays that of the version
    handed over before, which the recipient may still have.
    """
    key = ["recipient_name", "path"]
    said = disclosures.sort(*key, "seq").with_columns(
        is_told=pl.col("sha256").is_null(), sha256=pl.col("sha256").forward_fill().over(key)
    )
    return said.unique(key, keep="last", maintain_order=True)


def _name_change() -> pl.Expr:
    return (
        pl.when((pl.col("pending") != "") & (pl.col("taken") == ""))
        .then(pl.lit("disputed"))
        .when(pl.col("current").is_null())
        .then(pl.lit("withdrawn"))
        .otherwise(pl.lit("replaced"))
    )


def _say_change() -> pl.Expr:
    pending, taken = pl.format(PENDING, "pending"), pl.format(PART_WITHDRAWN, "taken")
    return (
        pl.when(pl.col("change") == "disputed")
        .then(pending)
        .when(pl.col("change") == "withdrawn")
        .then(pl.lit(WITHDRAWN))
        .when("is_told")
        .then(pl.lit(STANDS_AGAIN))
        .when((pl.col("taken") != "") & (pl.col("pending") != ""))
        .then(pl.concat_str(taken, pl.lit("；"), pending))
        .when(pl.col("taken") != "")
        .then(taken)
        .otherwise(pl.lit(REPLACED))
    )


def write_corrections(
    *,
    corrections: pl.DataFrame,
    policy: RoutingPolicy,
    clocks: ClockPolicy,
    templates: Path,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one letter per recipient that holds a wrong paper; return the table `corrections`.

    Letters that no correction stands behind any more are removed.

    Args:
        corrections: from `list_corrections`.
        policy: policy/routing.yaml; names the issuer.
        clocks: policy/clocks.yaml; `correction_answer` says by when recipients are asked to answer.
        templates: folder of the .docx templates.
        out: the outbox; files land in `corrections/<letter>/`.
        demo: mark every letter as a demonstration.

    Raises:
        PolicyError: a policy isn't adopted, or only as an example outside the demo.
    """
    rows = []
    if corrections.height:
        require_adoption(policy, "分流政策 policy/routing.yaml", demo=demo)
        require_adoption(clocks, "时限 policy/clocks.yaml", demo=demo)
        template = CompiledTemplate(templates / "correction_letter.docx")
        limit = clocks.clock("correction_answer")
        head = {
            "mark": EXAMPLE_MARK if demo else "",
            "number_line": "（发文字号待编）",
            "issuer": policy.issuer,
            "contact": policy.contact,
            "reply_text": limit.text,
            "reply_basis": limit.cited,
        }
        ordered = corrections.sort("recipient_name", "path")
        for (name,), part in ordered.partition_by("recipient_name", as_dict=True).items():
            own = {"recipient_name": name, "papers": _describe_papers(part)}
            waits = {"only_waits": set(part["change"]) == {"disputed"}}
            content = template.render(head | own | waits)
            letter_id = number_record("K", str(name))
            path = f"{FOLDER}/{letter_id}/{FILE}"
            rows.append((name, letter_id, path, write_file(out / path, content)))
    columns = ("recipient_name", "letter_id", "letter_path", "letter_sha256")
    letters = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    remove_other_folders(out / FOLDER, r"K[0-9a-f]{12}", set(letters["letter_id"]))
    return CORRECTIONS.conform(corrections.join(letters, on="recipient_name"))


def _describe_papers(part: pl.DataFrame) -> list[dict[str, object]]:
    """Return each paper by its number and file name, never by what it said."""
    return [
        {
            "order": order,
            "paper": "／".join(row["path"].split("/")[-2:]),
            "fingerprint": row["sha256"][:_SHOWN],
            "sentence": row["sentence"],
        }
        for order, row in enumerate(part.iter_rows(named=True), start=1)
    ]
