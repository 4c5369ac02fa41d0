"""Responsibility: every point goes back to a confirmed case, and every sum adds up."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.responsibility.steps import read_reliefs


def find_unconfirmed_responsibilities(frames: Frames, _office: Office) -> pl.DataFrame:
    """Links that only one of the two tables holds: link_id, where."""
    confirmed = frames["confirmed_links"].select("link_id")
    answered = frames["school_responsibilities"].select("link_id")
    extra = answered.join(confirmed, on="link_id", how="anti").with_columns(where=pl.lit("未经确认"))
    missing = confirmed.join(answered, on="link_id", how="anti").with_columns(where=pl.lit("尚无结论"))
    return pl.concat([extra, missing]).sort("link_id")


def find_baseless_deductions(frames: Frames, office: Office) -> pl.DataFrame:
    """Deductions whose case is no link, no raid and no relief on record: deduction_id, case_ref."""
    cases = [
        frames["school_responsibilities"].select(case_ref="link_id"),
        frames["school_responsibilities"].select(case_ref="raid_id"),
        frames["pupil_schools"].select(case_ref="raid_id"),
        read_reliefs(office.events()).select("case_ref"),
    ]
    known = pl.concat(cases).unique()
    cited = (
        frames["score_deductions"]
        .with_columns(case_ref=pl.col("case_ref").str.split("、"))
        .explode("case_ref")
    )
    return (
        cited.join(known, on="case_ref", how="anti").select("deduction_id", "case_ref").sort("deduction_id")
    )


def find_wrong_totals(frames: Frames, _office: Office) -> pl.DataFrame:
    """Schools whose total isn't the sum of their deductions: school_id, campaign, points, summed."""
    own = ["school_id", "campaign"]
    sums = frames["score_deductions"].group_by(own).agg(summed=pl.col("points").sum())
    joined = frames["scoreboard"].join(sums, on=own, how="full", coalesce=True)
    wrong = joined.filter(pl.col("points").fill_null(0) != pl.col("summed").fill_null(0))
    return wrong.select(*own, "points", "summed").sort(own)


def find_wrong_notices(frames: Frames, _office: Office) -> pl.DataFrame:
    """Notices that state another sum than the scoreboard: notice_id."""
    listed = frames["scoreboard"].select("school_id", "campaign", "points")
    wrong = frames["school_notices"].join(listed, on=["school_id", "campaign", "points"], how="anti")
    return wrong.select("notice_id").sort("notice_id")


def find_altered_notices(frames: Frames, office: Office) -> pl.DataFrame:
    """Notice files that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["school_notices"], office)


RULES: Final = (
    CrossRule(
        "every_confirmed_link_has_a_school_or_a_question",
        "school_responsibilities",
        ("confirmed_links",),
        "每条已确认比对都归到学校或列为待判定问题，未确认的一条也没有。",
        find_unconfirmed_responsibilities,
    ),
    CrossRule(
        "every_deduction_points_to_a_case",
        "score_deductions",
        ("school_responsibilities", "pupil_schools"),
        "每项扣分都指向一件登记在案的事。",
        find_baseless_deductions,
    ),
    CrossRule(
        "scoreboard_equals_deductions",
        "scoreboard",
        ("score_deductions",),
        "每校总分等于逐项扣分之和。",
        find_wrong_totals,
    ),
    CrossRule(
        "every_notice_states_the_scoreboards_sum",
        "school_notices",
        ("scoreboard",),
        "告知书所写分数与督导计分一致。",
        find_wrong_notices,
    ),
    CrossRule(
        "every_notice_file_is_as_recorded",
        "school_notices",
        (),
        "发件箱中的告知书与登记的指纹一致。",
        find_altered_notices,
    ),
)
