"""Breakers of the rules on what leaves, and on the registers."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from tests.checks.breakers import breaks, change


@breaks("every_referral_has_a_current_judgement")
def change_the_verdict(tables, _office):
    change(tables, "judgements", verdict=pl.lit("different"))


@breaks("no_outward_row_without_gate")
def refer_another_person(tables, _office):
    change(tables, "referrals", person_id=pl.lit("T9"))


@breaks("every_confirmed_act_is_routed")
def refer_nobody(tables, _office):
    tables["referrals"] = tables["referrals"].clear()


@breaks("every_fact_in_favour_is_counted")
def forget_a_fact(tables, _office):
    change(tables, "referrals", exculpatory_count=pl.lit(0, dtype=pl.Int64))


@breaks("every_package_file_is_as_recorded")
def record_a_missing_file(tables, _office):
    row = {"path": "referrals/移送函.docx", "sha256": "0" * 64}
    tables["referral_packages"] = pl.DataFrame([row])


@breaks("every_confirmed_link_has_a_school_or_a_question")
def answer_for_an_unconfirmed_link(tables, _office):
    tables["confirmed_links"] = tables["confirmed_links"].clear()


@breaks("every_deduction_points_to_a_case")
def cite_no_case(tables, _office):
    change(tables, "score_deductions", case_ref=pl.lit("L9999999999999999"))


@breaks("scoreboard_equals_deductions")
def lose_a_cent(tables, _office):
    change(tables, "scoreboard", points=pl.lit(Decimal("6.49"), dtype=pl.Decimal(9, 2)))


@breaks("every_notice_states_the_scoreboards_sum")
def notify_another_sum(tables, _office):
    change(tables, "school_notices", points=pl.lit(Decimal("7.00"), dtype=pl.Decimal(9, 2)))


@breaks("every_notice_file_is_as_recorded")
def alter_the_notice(_tables, office):
    (office.outbox / "notices/N00000000000a/告知书.docx").write_bytes(b"other")


@breaks("every_notice_step_is_in_the_ledger")
def invent_a_step(tables, _office):
    change(tables, "notice_steps", event_id=pl.lit("E9999999999999999"))


@breaks("every_notice_has_a_state")
def lose_a_state(tables, _office):
    tables["notice_states"] = tables["notice_states"].clear()


@breaks("every_proposal_rests_on_the_scoreboard")
def propose_out_of_thin_air(tables, _office):
    change(tables, "measure_proposals", points=pl.lit(Decimal("9.00"), dtype=pl.Decimal(9, 2)))


@breaks("every_prompt_file_is_as_recorded")
def record_a_missing_prompt(tables, _office):
    tables["work_prompts"] = pl.DataFrame([{"path": "prompts/工作提示.docx", "sha256": "0" * 64}])


@breaks("every_pupil_list_is_as_recorded")
def record_a_missing_list(tables, _office):
    tables["pupil_lists"] = pl.DataFrame([{"path": "pupils/本校学生名单.xlsx", "sha256": "0" * 64}])


@breaks("every_scoreboard_file_is_as_recorded")
def record_a_missing_scoreboard(tables, _office):
    tables["scoreboard_files"] = pl.DataFrame([{"path": "scoreboard/督导计分.xlsx", "sha256": "0" * 64}])


@breaks("every_disclosure_is_in_the_ledger")
def invent_a_delivery(tables, _office):
    change(tables, "disclosures", event_id=pl.lit("E9999999999999999"))


@breaks("corrections_go_only_to_those_who_got_the_paper")
def correct_a_stranger(tables, _office):
    change(tables, "corrections", recipient_name=pl.lit("第二中学"))


@breaks("every_cleared_person_is_withdrawn")
def find_unfounded(tables, _office):
    change(tables, "outcomes", outcome=pl.lit("unfounded"), clears=pl.lit(value=True))


@breaks("every_act_is_registered")
def forget_an_act(tables, _office):
    tables["issue_ledger"] = tables["issue_ledger"].clear()


@breaks("every_rectification_belongs_to_an_issue")
def close_without_register(tables, _office):
    change(tables, "rectification_ledger", state=pl.lit("closed"))


@breaks("every_recheck_can_be_drawn_again")
def choose_by_hand(tables, _office):
    change(tables, "rechecks", issue_id=pl.lit("I00000000000c"))


@breaks("every_running_limit_is_listed")
def forget_a_limit(tables, _office):
    tables["due_items"] = tables["due_items"].clear()


@breaks("no_small_cell_is_shown")
def show_three_people(tables, _office):
    change(tables, "bulletins", count=pl.lit(3, dtype=pl.Int64))


@breaks("every_bulletin_file_is_as_recorded")
def record_a_missing_bulletin(tables, _office):
    tables["bulletin_files"] = pl.DataFrame([{"path": "bulletins/通报.xlsx", "sha256": "0" * 64}])


@breaks("every_dispute_answer_was_given_by_a_person")
def answer_by_machine(tables, _office):
    change(tables, "dispute_answers", event_id=pl.lit("E00000000000000ff"))


@breaks("every_dispute_answer_file_is_as_recorded")
def alter_an_answer(tables, _office):
    change(tables, "dispute_answers", sha256=pl.lit("f" * 64))


@breaks("every_supervision_order_was_decided_by_a_person")
def order_by_machine(tables, _office):
    change(tables, "supervision_orders", event_id=pl.lit("E00000000000000ff"))


@breaks("every_supervision_file_is_as_recorded")
def alter_an_order(tables, _office):
    change(tables, "supervision_orders", sha256=pl.lit("f" * 64))
