"""Every rule between tables: green on the scenario, red when what it protects is broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from assets.office import Office
from pipelines.definitions import CROSS_RULES
from pipelines.provenance import POLICIES
from tests.scenario import BATCH, CONFIRMED, HASH_A, RAID_DAY, make_table, make_tables
from tongcha.casebook.rechecks import record_draw
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.store import Ledger
from tongcha.policy.casebook import CasebookPolicy
from tongcha.review.decisions import record_judgement
from tongcha.tables import BY_NAME

pytestmark = pytest.mark.slow  # every rule is broken once on a whole state

Tables = dict[str, pl.DataFrame]
Breaker = Callable[[Tables, Office], None]
BREAKERS: dict[str, Breaker] = {}


def breaks(rule: str) -> Callable[[Breaker], Breaker]:
    def keep(breaker: Breaker) -> Breaker:
        BREAKERS[rule] = breaker
        return breaker

    return keep


def change(tables: Tables, name: str, **columns: pl.Expr) -> None:
    tables[name] = tables[name].with_columns(**columns)


@breaks("every_accepted_row_is_stored")
def lose_an_identity(tables, _office):
    tables["identities"] = tables["identities"].head(1)


@breaks("every_rejected_row_has_a_reason")
def forget_a_reason(tables, _office):
    tables["rejected_rows"] = tables["rejected_rows"].clear()


@breaks("every_identity_belongs_to_a_site")
def move_the_raid(tables, _office):
    change(tables, "identities", raid_id=pl.lit("Q9"))


@breaks("every_file_sent_back_has_a_sheet")
def forget_a_sender(tables, _office):
    tables["rejection_sheets"] = tables["rejection_sheets"].clear()


@breaks("every_rejection_sheet_is_as_recorded")
def alter_a_rejection_sheet(tables, _office):
    change(tables, "rejection_sheets", sha256=pl.lit("f" * 64))


@breaks("every_reference_file_sent_back_has_a_sheet")
def forget_a_school(tables, _office):
    tables["reference_rejection_sheets"] = tables["reference_rejection_sheets"].clear()


@breaks("every_reference_rejection_sheet_is_as_recorded")
def alter_a_reference_rejection_sheet(tables, _office):
    change(tables, "reference_rejection_sheets", sha256=pl.lit("f" * 64))


@breaks("snapshot_is_recent")
def let_the_snapshot_age(tables, _office):
    change(tables, "teachers", snapshot=pl.lit("2026-06-30"))


@breaks("registry_keeps_its_volume")
def lose_one_teacher_of_two(tables, _office):
    change(tables, "snapshot_changes", change=pl.lit("left"))


@breaks("staff_lists_keep_their_volume")
def lose_the_lists_of_two_schools(_tables, office):
    lists = pl.concat([make_table("staff_entries")] * 2).with_columns(
        list_id=pl.format("L{}", pl.int_range(pl.len())), snapshot=pl.lit("2026-09-01")
    )
    office.tables.write(BY_NAME["staff_entries"], "2026-09-01", BY_NAME["staff_entries"].conform(lists))


@breaks("registrations_agree_with_their_numbers")
def register_another_birth_date(tables, _office):
    change(tables, "staff_findings", kind=pl.lit("number_disagrees"))


@breaks("every_teacher_can_be_matched")
def leave_a_teacher_out(tables, _office):
    tables["people"] = tables["people"].filter(pl.col("origin") != "registry")


@breaks("every_spell_belongs_to_a_teacher")
def orphan_a_spell(tables, _office):
    change(tables, "employment", teacher_id=pl.lit("T9"))


@breaks("every_school_of_a_teacher_is_listed")
def unlist_the_school(tables, _office):
    tables["schools"] = tables["schools"].clear()


@breaks("evidence_sums_to_score")
def add_a_bit(tables, _office):
    change(tables, "candidate_links", score=pl.col("score") + 0.001)


@breaks("every_link_belongs_to_an_identity")
def link_a_stranger(tables, _office):
    change(tables, "candidate_links", identity_id=pl.lit("I9"))


@breaks("every_identity_has_at_most_one_accept")
def accept_twice(tables, _office):
    change(tables, "candidate_links", decision=pl.lit("accept"), identity_id=pl.lit("I1"))


@breaks("every_batch_rests_on_one_snapshot_and_policy")
def mix_policies(tables, _office):
    change(tables, "candidate_links", policy_hash=pl.col("link_id"))


@breaks("every_identity_has_one_subject")
def group_one_identity_only(tables, _office):
    tables["subjects"] = tables["subjects"].head(1)


@breaks("every_proposed_link_is_queued")
def drop_from_the_queue(tables, _office):
    tables["review_queue"] = tables["review_queue"].head(1)


@breaks("every_judgement_is_in_the_ledger")
def invent_a_judgement(tables, _office):
    change(tables, "judgements", event_id=pl.lit("E9999999999999999"))


@breaks("every_confirmed_link_is_signed_by_enough_people")
def need_two_but_have_one(tables, _office):
    change(tables, "confirmed_links", decision=pl.lit("review"))


@breaks("no_confirmed_link_is_withheld")
def withhold_it_as_well(tables, _office):
    row = {"batch": BATCH, "link_id": CONFIRMED, "requirement": "no_rival", "reason": "有竞争候选"}
    tables["withheld_links"] = pl.DataFrame([row])


@breaks("every_confirmed_link_was_in_service")
def retire_before_the_raid(tables, _office):
    change(tables, "candidate_links", in_service=pl.lit(value=False))


@breaks("every_confirmed_link_has_a_dossier")
def lose_a_dossier(tables, _office):
    tables["dossiers"] = tables["dossiers"].clear()


@breaks("every_dossier_is_as_recorded")
def alter_a_dossier(tables, _office):
    change(tables, "dossiers", sha256=pl.lit("f" * 64))


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


@breaks("every_supervision_order_was_decided_by_a_person")
def order_by_machine(tables, _office):
    change(tables, "supervision_orders", event_id=pl.lit("E00000000000000ff"))


@breaks("every_supervision_file_is_as_recorded")
def alter_an_order(tables, _office):
    change(tables, "supervision_orders", sha256=pl.lit("f" * 64))


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(
        home=tmp_path,
        policies=POLICIES,
        today=dt.date(2026, 11, 1),
        now=lambda: "2026-11-01T09:00:00+08:00",
        is_demo=True,
        ledger_url=f"sqlite:///{tmp_path / 'ledger.sqlite'}",
        keys={},
        provenance={},
    )
    notice = made.outbox / make_table("school_notices")["path"][0]
    notice.parent.mkdir(parents=True)
    notice.write_bytes(b"notice")
    return made


@pytest.fixture
def tables(office) -> Tables:
    made = make_tables()
    event = Ledger(office.ledger_url).append(
        record_judgement(
            batch=BATCH,
            link_id=CONFIRMED,
            review_round="一审",
            reviewer="R01",
            verdict="same",
            reason="",
            evidence_hash=HASH_A,
            decided_on=RAID_DAY,
        ),
        at=office.now(),
    )
    change(made, "judgements", event_id=pl.lit(event.event_id))
    rule = CasebookPolicy.load(POLICIES / "casebook.yaml").recheck
    draw = record_draw(issue_ids=["I00000000000b"], seed="种子", rule=rule, on=RAID_DAY, by="R01")
    drawn = Ledger(office.ledger_url).append(draw, at=office.now())
    change(made, "rechecks", event_id=pl.lit(drawn.event_id))
    recorded = {
        "notice_steps": EventKind.REPLY,
        "disclosures": EventKind.DISCLOSURE,
        "supervision_orders": EventKind.ISSUE,
    }
    for name, kind in recorded.items():
        said = Ledger(office.ledger_url).append(NewEvent(kind, "N00000000000a", "R01"), at=office.now())
        change(made, name, event_id=pl.lit(said.event_id))
    digest = office.fingerprint(made["school_notices"]["path"][0])
    change(made, "dossiers", path=pl.lit(made["school_notices"]["path"][0]), sha256=pl.lit(digest))
    change(made, "school_notices", sha256=pl.lit(digest))
    for sheets in ("rejection_sheets", "reference_rejection_sheets", "supervision_orders"):
        change(made, sheets, path=pl.lit(made["school_notices"]["path"][0]), sha256=pl.lit(digest))
    return made


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.name)
def test_each_rule_is_green_on_a_consistent_state(rule, tables, office):
    assert rule.find(tables, office).height == 0


@pytest.mark.parametrize("rule", CROSS_RULES, ids=lambda rule: rule.name)
def test_each_rule_goes_red_when_what_it_protects_is_broken(rule, tables, office):
    BREAKERS[rule.name](tables, office)
    assert rule.find(tables, office).height > 0


def test_every_rule_is_a_positive_sentence_with_a_breaker():
    assert {rule.name for rule in CROSS_RULES} == set(BREAKERS)
    assert all(rule.text.endswith("。") for rule in CROSS_RULES)


def test_a_broken_ledger_carries_no_judgement(tables, office):
    import sqlite3

    path = office.ledger_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        names = [n for (n,) in connection.execute("select name from sqlite_master where type='trigger'")]
        for name in names:
            connection.execute(f"drop trigger {name}")
        connection.execute("update events set actor = 'R99'")
    connection.close()
    rule = next(r for r in CROSS_RULES if r.name == "every_judgement_is_in_the_ledger")
    assert rule.find(tables, office).height == 1
