"""Casebook: what is said of notices, measures, papers and deliveries rests on a record that stands."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.ledger.events import drop_retracted


def find_unrecorded_events(column: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Rows whose event the ledger doesn't hold, or holds as taken back: event_id."""
    standing = sorted(event.event_id for event in drop_retracted(office.events()))
    return column.select("event_id").filter(~pl.col("event_id").is_in(standing)).sort("event_id")


def find_unrecorded_steps(frames: Frames, office: Office) -> pl.DataFrame:
    """Steps of notices that nobody recorded: event_id."""
    return find_unrecorded_events(frames["notice_steps"], office)


def find_unrecorded_disclosures(frames: Frames, office: Office) -> pl.DataFrame:
    """Disclosures that nobody recorded: event_id."""
    return find_unrecorded_events(frames["disclosures"], office)


def find_stateless_notices(frames: Frames, _office: Office) -> pl.DataFrame:
    """Notices of which no state is known: notice_id."""
    missing = frames["school_notices"].join(frames["notice_states"], on="notice_id", how="anti")
    return missing.select("notice_id").sort("notice_id")


def find_baseless_proposals(frames: Frames, _office: Office) -> pl.DataFrame:
    """Proposals whose points aren't the scoreboard's, or don't reach the threshold: proposal_id."""
    own = ["school_id", "campaign", "points"]
    baseless = frames["measure_proposals"].join(frames["scoreboard"], on=own, how="anti")
    short = frames["measure_proposals"].filter(pl.col("points") < pl.col("threshold"))
    return pl.concat([baseless, short]).select("proposal_id").unique().sort("proposal_id")


def find_altered_prompts(frames: Frames, office: Office) -> pl.DataFrame:
    """Prompts that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["work_prompts"], office)


def find_altered_lists(frames: Frames, office: Office) -> pl.DataFrame:
    """Pupil lists that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["pupil_lists"], office)


def find_altered_scoreboards(frames: Frames, office: Office) -> pl.DataFrame:
    """Scoreboard files that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["scoreboard_files"], office)


def find_undelivered_corrections(frames: Frames, _office: Office) -> pl.DataFrame:
    """Corrections to someone who never got the paper: recipient_name, path."""
    given = frames["disclosures"].select("recipient_name", "path", "sha256")
    wrong = frames["corrections"].join(given, on=["recipient_name", "path", "sha256"], how="anti")
    return wrong.select("recipient_name", "path").sort("recipient_name", "path")


RULES: Final = (
    CrossRule(
        "every_notice_step_is_in_the_ledger",
        "notice_steps",
        (),
        "告知书的每一步都有台账中现行的登记。",
        find_unrecorded_steps,
    ),
    CrossRule(
        "every_notice_has_a_state",
        "notice_states",
        ("school_notices",),
        "每份告知书都说得出处于哪一步。",
        find_stateless_notices,
    ),
    CrossRule(
        "every_proposal_rests_on_the_scoreboard",
        "measure_proposals",
        ("scoreboard",),
        "每条措施建议所写的分数与督导计分一致，并且达到起点。",
        find_baseless_proposals,
    ),
    CrossRule(
        "every_prompt_file_is_as_recorded",
        "work_prompts",
        (),
        "发件箱中的工作提示与登记的指纹一致。",
        find_altered_prompts,
    ),
    CrossRule(
        "every_pupil_list_is_as_recorded",
        "pupil_lists",
        (),
        "发件箱中的本校学生名单与登记的指纹一致。",
        find_altered_lists,
    ),
    CrossRule(
        "every_scoreboard_file_is_as_recorded",
        "scoreboard_files",
        (),
        "发件箱中的督导计分文件与登记的指纹一致。",
        find_altered_scoreboards,
    ),
    CrossRule(
        "every_disclosure_is_in_the_ledger",
        "disclosures",
        (),
        "每条对外提供记录都有台账中现行的登记。",
        find_unrecorded_disclosures,
    ),
    CrossRule(
        "corrections_go_only_to_those_who_got_the_paper",
        "corrections",
        ("disclosures",),
        "更正只发给确实收到过该文书的单位。",
        find_undelivered_corrections,
    ),
)
