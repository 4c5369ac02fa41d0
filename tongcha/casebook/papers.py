"""Every paper that lies in the outbox and may be handed over: whose it is, what it says of whom, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.responsibility.deductions import REPEAT, TEACHER

if TYPE_CHECKING:
    from collections.abc import Collection

    from tongcha.policy.routing import RoutingPolicy

PAPERS: Final = pl.Schema(
    dict.fromkeys(
        (
            "document_id",
            "kind",
            "recipient",
            "recipient_name",
            "path",
            "sha256",
            "facts",
            "links",
            "numbers",
            "fields",
            "settles",
            "basis",
        ),
        pl.String,
    )
)
SCHOOL_FIELDS: Final = "姓氏、查处日期、任职段"
PUPIL_FIELDS: Final = "学生姓名、年级"
JOIN: Final = "、"


def list_referral_papers(
    *, referral_packages: pl.DataFrame, referrals: pl.DataFrame, policy: RoutingPolicy
) -> pl.DataFrame:
    """Return the files of every package: `PAPERS`, one row per file.

    Args:
        referral_packages: table of that name, all batches.
        referrals: table of that name, all batches; says which links a package is about.
        policy: policy/routing.yaml; says which fields a recipient is shown.
    """
    whose = ["batch", "recipient", "recipient_name"]
    about = referrals.group_by(whose).agg(
        links=_join_unique("link_id"),
        numbers=_join_unique("referral_id"),
        basis=_join_unique("basis", separator="；"),
    )
    fields = {code.recipient: JOIN.join(code.identity_fields) for code in policy.recipients}
    return _shape(
        referral_packages.join(about, on=whose, how="left").with_columns(
            document_id="package_id",
            kind=pl.lit("referral"),
            fields=pl.col("recipient").replace_strict(fields, default=None, return_dtype=pl.String),
            settles=pl.lit(None, pl.String),
        )
    )


def list_school_papers(
    *,
    school_notices: pl.DataFrame,
    work_prompts: pl.DataFrame,
    pupil_lists: pl.DataFrame,
    score_deductions: pl.DataFrame,
    schools: pl.DataFrame,
    minors_clause: str,
) -> pl.DataFrame:
    """Return what may be handed to schools: notices, prompts, lists of their own pupils: `PAPERS`.

    Args:
        school_notices: table of that name.
        work_prompts: table of that name.
        pupil_lists: table of that name.
        score_deductions: table of that name; says which links a notice is about.
        schools: table `schools`; gives the recipients' names.
        minors_clause: on what basis pupils' names are told to their school.
    """
    own = ["school_id", "campaign"]
    is_of_a_link = pl.col("rule").is_in([TEACHER, REPEAT])  # others name raids, whatever they are called
    cited = score_deductions.group_by(own).agg(
        links=pl.col("case_ref").filter(is_of_a_link).unique().sort().str.join(JOIN),
        basis=_join_unique("clause", "；"),
    )
    named = schools.select("school_id", recipient_name="name").unique("school_id")
    empty = pl.lit(None, pl.String)
    notices = school_notices.join(cited, on=own, how="left").with_columns(
        document_id="notice_id",
        kind=pl.lit("notice"),
        numbers="links",
        fields=pl.lit(SCHOOL_FIELDS),
        settles=empty,
    )
    prompts = work_prompts.with_columns(
        document_id="prompt_id",
        kind=pl.lit("prompt"),
        fields=empty,
        settles=empty,
        links=empty,
        numbers=empty,
        basis=pl.lit("“所涉及的学校和幼儿园发出书面工作提示，责令立即开展调查核实”"),
    )
    lists = pupil_lists.with_columns(
        document_id="list_id",
        kind=pl.lit("pupils"),
        fields=pl.lit(PUPIL_FIELDS),
        settles=empty,
        links=empty,
        numbers=empty,
        basis=pl.lit(minors_clause),
    )
    parts = [part.join(named, on="school_id", how="left") for part in (notices, prompts, lists)]
    filled = [part.with_columns(pl.coalesce("recipient_name", "school_id")) for part in parts]
    return pl.concat([_shape(part) for part in filled]).sort("document_id", "path")


def list_correction_papers(corrections: pl.DataFrame) -> pl.DataFrame:
    """Return the correction letters: `PAPERS`; `settles` names what each letter takes back.

    A letter settles a withdrawal. A paper that was replaced is settled only by handing over its new version,
    one that waits for the answer to a dispute only by that answer.

    Args:
        corrections: table of that name.
    """
    withdrawn = pl.col("path").filter(pl.col("change") == "withdrawn").sort().str.join(JOIN)
    letters = corrections.group_by("letter_id", "recipient_name", "letter_path", "letter_sha256").agg(
        settles=withdrawn
    )
    return _shape(
        letters.with_columns(
            document_id="letter_id",
            kind=pl.lit("correction"),
            path="letter_path",
            sha256="letter_sha256",
            links=pl.lit(None, pl.String),
            numbers=pl.lit(None, pl.String),
            fields=pl.lit(None, pl.String),
            basis=pl.lit("《个人信息保护法》第八条、第四十六条；《公职人员政务处分法》第五十三条"),
        )
    )


def list_answer_papers(dispute_answers: pl.DataFrame) -> pl.DataFrame:
    """Return the letters that answer disputes, handed over or not: `PAPERS`.

    Args:
        dispute_answers: table of that name.
    """
    empty = pl.lit(None, pl.String)
    return _shape(
        dispute_answers.with_columns(
            document_id="letter_id",
            kind=pl.lit("answer"),
            links="link_id",
            fields=empty,
            settles=empty,
            basis=pl.lit("《个人信息保护法》第四十六条、第五十条"),
        )
    )


def leave_out_stopped(papers: pl.DataFrame, stopped: Collection[str]) -> pl.DataFrame:
    """Return the papers that mention none of these links.

    The ledger stops a paper at once, even if what was recorded last hasn't been computed yet.

    Args:
        papers: shaped as `PAPERS`.
        stopped: links withdrawn or with an open dispute.
    """
    mentioned = (
        pl.col("links").str.split(JOIN).list.set_intersection(pl.lit(sorted(stopped), pl.List(pl.String)))
    )
    return papers.filter(mentioned.list.len().fill_null(0) == 0)


def _join_unique(column: str, separator: str = JOIN) -> pl.Expr:
    return pl.col(column).unique().sort().str.join(separator)


def _shape(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.String).alias(name)
        for name in PAPERS
    ).sort("document_id", "path")
