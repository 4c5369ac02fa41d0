"""Runs of the jobs from the command line: on the real Dagster instance, so that the UI shows them too."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import dagster as dg
from dagster._core.errors import (
    DagsterAssetCheckFailedError,
    DagsterExecutionInterruptedError,
    DagsterResourceFunctionError,
)

from assets.declare import RAIDS
from pipelines.definitions import defs
from pipelines.exits import StoppedError
from pipelines.home import ENVIRONMENT, Home
from pipelines.progress import listen_to_steps
from pipelines.states import STATE_TAG
from pipelines.terminal import track

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET: Final[dict[str, dict[str, dict[str, object]]]] = {"loggers": {"steps": {}}}


@contextmanager
def tell_interrupts() -> Iterator[None]:
    """Make of Dagster's word for Ctrl-C, which nothing else knows, the one that everything ends by."""
    try:
        yield
    except DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs jobs on one home.

    Attributes:
        home: an opened home.
        instance: its Dagster instance.
    """

    home: Home
    instance: dg.DagsterInstance

    @classmethod
    def open(cls, home: Home) -> Runner:
        """Open the home and its Dagster instance, and point the process at both."""
        home.open()
        os.environ[ENVIRONMENT] = str(home.root)
        os.environ["DAGSTER_HOME"] = str(home.dagster)
        return cls(home, dg.DagsterInstance.from_config(str(home.dagster)))

    def add_batches(self, batches: list[str]) -> None:
        """Register raid batches as partitions; known ones stay as they are."""
        self.instance.add_dynamic_partitions(str(RAIDS.name), batches)

    def run(self, job: str, batch: str | None = None, *, title: str, state: str = "") -> None:
        """Run a job to its end, with progress on the terminal.

        Args:
            job: the job's name.
            batch: partition key, for jobs of one batch.
            title: what is being done, in Chinese.
            state: digest of the inputs, kept with the run so that it needn't be repeated.

        Raises:
            TongchaError: a rule refused the work.
            StoppedError: a blocking check failed.
        """
        definition, run_id = defs.resolve_job_def(job), str(uuid.uuid4())
        try:
            with tell_interrupts(), track(title, len(definition.nodes)) as tell, listen_to_steps(tell):
                definition.execute_in_process(
                    instance=self.instance,
                    partition_key=batch,
                    run_id=run_id,
                    run_config=QUIET,
                    tags={STATE_TAG: state} if state else None,
                )
        except dg.Failure as failure:
            raise failure.__context__ or failure from None  # what was raised, out of assets/refusal.py
        except DagsterAssetCheckFailedError:
            raise StoppedError(title, list(self._failed_sentences(run_id))) from None
        except DagsterResourceFunctionError as error:
            raise error.user_exception from None  # why there is no office, out of Dagster's wrapping

    def _failed_sentences(self, run_id: str) -> Iterator[str]:
        graph = defs.resolve_asset_graph()
        for record in self.instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
            result = record.get_dagster_event().asset_check_evaluation_data
            if not result.passed and result.blocking:
                yield str(graph.get_check_spec(result.asset_check_key).description).rstrip("。")
