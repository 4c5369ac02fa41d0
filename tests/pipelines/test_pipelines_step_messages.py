"""What a failed run says: a rule's Chinese sentence first, and of a mistake nothing that it quotes."""

from __future__ import annotations

import traceback

import dagster as dg
import pytest

from assets.refusal import tell_plainly
from tongcha.errors import InputError

QUOTED = "张三 110101199003074477"


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def fail_with(error: Exception, instance: dg.DagsterInstance) -> tuple[dg.StepFailureData, str]:
    """Run an asset that raises; returns why its step failed, and everything that Dagster kept of the run."""

    @dg.asset
    @tell_plainly()
    def broken():
        raise error

    job = dg.Definitions(assets=[broken], jobs=[dg.define_asset_job("all")]).resolve_job_def("all")
    ran = job.execute_in_process(instance=instance, raise_on_error=False)
    [event] = [event for event in ran.all_events if event.is_step_failure]
    return event.step_failure_data, "\n".join(record.to_json() for record in instance.all_logs(ran.run_id))


def test_a_rules_sentence_is_the_first_that_the_run_shows(instance):
    failure, kept = fail_with(InputError("文件 a.csv", "缺少列", "补上"), instance)
    sentence = "文件 a.csv：缺少列。处理办法：补上。"
    assert failure.user_failure_data.description == sentence
    assert failure.error.message.strip().endswith(sentence)
    assert failure.error.cause is None  # said once
    assert sentence in kept.encode().decode("unicode_escape") or sentence in kept


def test_what_a_mistake_quotes_never_reaches_the_event_log(instance):
    failure, kept = fail_with(ValueError(f"could not parse {QUOTED}"), instance)
    assert "程序错误（ValueError）" in failure.error.message
    assert "TONGCHA_DEBUG=1" in failure.user_failure_data.description
    assert any("raise error" in line for line in failure.error.stack)  # maintainers see where
    for part in (*QUOTED.split(), "\\u5f20\\u4e09", "could not parse"):
        assert part not in kept


def test_the_command_line_still_finds_what_was_raised():
    mistake = ValueError(QUOTED)
    with pytest.raises(dg.Failure) as told, tell_plainly():
        raise mistake
    assert told.value.__context__ is mistake
    assert QUOTED not in "".join(traceback.format_exception(told.value))
