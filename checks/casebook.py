"""Casebook: what is said of notices, measures, papers and deliveries rests on a record that stands."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.casebook.bulletins import PEOPLE
from tongcha.casebook.rechecks import SUBJECT, repeat_draw
from tongcha.ledger.events import drop_retracted
from tongcha.policy.casebook import CasebookPolicy


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


def find_uncleared_persons(frames: Frames, _office: Office) -> pl.DataFrame:
    """Links that a recipient found to be unfounded and that still stand: link_id, outcome."""
    last = frames["outcomes"].sort("seq").unique("link_id", keep="last", maintain_order=True)
    standing = last.filter("clears").join(frames["confirmed_links"], on="link_id", how="semi")
    return standing.select("link_id", "outcome").sort("link_id")


def find_unregistered_acts(frames: Frames, _office: Office) -> pl.DataFrame:
    """Acts and questions that the register lacks: act_id."""
    registered = frames["issue_ledger"].select(link_id="case_ref")
    counted = frames["school_responsibilities"].filter(pl.col("state") != "struck")
    known = counted.join(registered, on="link_id", how="semi").select("act_id")
    missing = counted.join(known, on="act_id", how="anti")
    return missing.select("act_id").unique().sort("act_id")


def find_unregistered_rectifications(frames: Frames, _office: Office) -> pl.DataFrame:
    """Rectifications of issues that aren't registered, or in another state: issue_id."""
    own = ["issue_id", "state"]
    wrong = frames["rectification_ledger"].join(frames["issue_ledger"], on=own, how="anti")
    return wrong.select("issue_id").sort("issue_id")


def find_unrepeatable_draws(frames: Frames, office: Office) -> pl.DataFrame:
    """Samples that their seed doesn't draw again from those who could have been drawn: event_id."""
    drawn = {
        event.event_id: repeat_draw(event)
        for event in drop_retracted(office.events())
        if event.subject == SUBJECT
    }
    shown = frames["rechecks"].sort("event_id", "place").group_by("event_id", maintain_order=True)
    lists = {key[0]: part["issue_id"].to_list() for key, part in shown}
    wrong = [event_id for event_id, issues in lists.items() if drawn.get(event_id) != issues]
    return pl.DataFrame({"event_id": wrong}, schema={"event_id": pl.String}).sort("event_id")


def find_undated_limits(frames: Frames, _office: Office) -> pl.DataFrame:
    """Notices with a running limit that the list of limits lacks: notice_id."""
    running = frames["notice_states"].filter(pl.col("clock").is_not_null())
    listed = frames["due_items"].filter(pl.col("kind") == "notice").select(notice_id="ref")
    return running.join(listed, on="notice_id", how="anti").select("notice_id").sort("notice_id")


def find_small_cells(frames: Frames, office: Office) -> pl.DataFrame:
    """Counts of people that are small and shown: cadence, period, measure."""
    floor = office.policy(CasebookPolicy, "casebook").small_cell
    small = frames["bulletins"].filter(
        pl.col("measure").is_in(PEOPLE) & pl.col("count").is_between(1, floor - 1)
    )
    return small.select("cadence", "period", "measure").sort("cadence", "period", "measure")


def find_undecided_orders(frames: Frames, office: Office) -> pl.DataFrame:
    """Orders written without a decision that stands: event_id."""
    issued = frames["supervision_orders"].filter(pl.col("state") == "issued")
    return find_unrecorded_events(issued, office)


def find_altered_orders(frames: Frames, office: Office) -> pl.DataFrame:
    """Orders that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["supervision_orders"].drop_nulls("path"), office)


def find_undecided_answers(frames: Frames, office: Office) -> pl.DataFrame:
    """Answers to disputes that nobody gave, or that were taken back: event_id."""
    return find_unrecorded_events(frames["dispute_answers"], office)


def find_altered_answers(frames: Frames, office: Office) -> pl.DataFrame:
    """Letters yet to be handed over that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["dispute_answers"].filter(pl.col("told_on").is_null()), office)


def find_altered_bulletins(frames: Frames, office: Office) -> pl.DataFrame:
    """Bulletin files that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["bulletin_files"], office)


RULES: Final = (
    CrossRule(
        "every_cleared_person_is_withdrawn",
        "outcomes",
        ("confirmed_links",),
        "接收单位反馈失实、不能成立或者不是此人的，比对已经撤销。",
        find_uncleared_persons,
        warn_only=True,
    ),
    CrossRule(
        "every_act_is_registered",
        "issue_ledger",
        ("school_responsibilities",),
        "每个行为和每个待判定问题都在问题台账中。",
        find_unregistered_acts,
    ),
    CrossRule(
        "every_rectification_belongs_to_an_issue",
        "rectification_ledger",
        ("issue_ledger",),
        "整改台账的每一行都是问题台账中的问题，状态一致。",
        find_unregistered_rectifications,
    ),
    CrossRule(
        "every_recheck_can_be_drawn_again",
        "rechecks",
        (),
        "每次回头看的名单都能用登记的种子重新抽出。",
        find_unrepeatable_draws,
    ),
    CrossRule(
        "every_running_limit_is_listed",
        "due_items",
        ("notice_states",),
        "每份告知书在走的期限都在期限表中。",
        find_undated_limits,
    ),
    CrossRule(
        "no_small_cell_is_shown",
        "bulletins",
        (),
        "通报中人数少于下限的都没有显示。",
        find_small_cells,
    ),
    CrossRule(
        "every_supervision_order_was_decided_by_a_person",
        "supervision_orders",
        (),
        "每份督办通知都有台账中现行的决定登记。",
        find_undecided_orders,
    ),
    CrossRule(
        "every_supervision_file_is_as_recorded",
        "supervision_orders",
        (),
        "发件箱中的督办通知与登记的指纹一致。",
        find_altered_orders,
    ),
    CrossRule(
        "every_dispute_answer_was_given_by_a_person",
        "dispute_answers",
        (),
        "每份异议答复都有台账中现行的办结登记。",
        find_undecided_answers,
    ),
    CrossRule(
        "every_dispute_answer_file_is_as_recorded",
        "dispute_answers",
        (),
        "发件箱中的异议答复与登记的指纹一致。",
        find_altered_answers,
    ),
    CrossRule(
        "every_bulletin_file_is_as_recorded",
        "bulletin_files",
        (),
        "发件箱中的通报与登记的指纹一致。",
        find_altered_bulletins,
    ),
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
