"""What a run was made of: a digest of its inputs, kept as a tag, so that nothing is run twice unasked.

The command line and the sensors read and write the same tags; opening the UI after a demo starts nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.office import list_returns
from pipelines.provenance import code_version, digest_files, policy_digest
from pipelines.resources import build_office
from tongcha.casebook.closing import find_closed
from tongcha.casebook.packets import FINGERPRINT
from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.ledger.store import Ledger
from tongcha.reference.snapshot import newest_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from tongcha.ledger.events import Event

STATE_TAG: Final = "tongcha/state"
STILL: Final = frozenset(
    {
        EventKind.ACCESS,
        EventKind.DELETION,
        EventKind.FILE_RECEIVED,
        EventKind.JUDGEMENT,
        EventKind.RECUSAL,
    }
)
PARTITION_TAG: Final = "dagster/partition"


def reference_state(home: Home) -> str:
    """Return the state of the newest snapshot: its files, the policies, the code; empty without any.

    Raises:
        InputError: no folder is named by a date.
    """
    if not list_folders(home.inbox / "reference"):
        return ""
    newest = newest_snapshot(home.inbox)
    return f"{newest}_{digest_folder(home.inbox / 'reference' / newest)}_{policy_digest()}_{code_version()}"


def raid_states(home: Home) -> dict[str, str]:
    """Return the state of each batch's files in the inbox; a closed batch takes nothing in."""
    closed = find_closed(Ledger(home.ledger_url()).events())
    open_batches = [name for name in home.raid_batches() if name not in closed]
    return {name: digest_folder(home.inbox / "raids" / name) for name in open_batches}


def return_states(home: Home, batches: list[str]) -> dict[str, str]:
    """Return the state of the returned files of each batch that has any."""
    files = assign_returns(list_returns(home.inbox), batches)
    return {batch: digest_files(own, home.inbox) for batch, own in files.items() if own}


def settle_state(home: Home) -> str:
    """Return what the whole tables follow from besides the batches: records, rules, code and the day.

    Looks into what is held, packets and judgements aren't in it: the gate judges those by themselves.
    """
    office = build_office(home)
    said = "".join(e.event_id for e in drop_retracted(office.events()) if moves_papers(e))
    digest = hashlib.sha256(said.encode()).hexdigest()[:12]
    return f"{office.today}_{digest}_{policy_digest(office.policies)}_{code_version()}"


def moves_papers(event: Event) -> bool:
    """Whether a record may change what the whole tables and the papers of schools and recipients say."""
    return event.kind not in STILL and FINGERPRINT not in event.payload


def assign_returns(files: list[Path], batches: list[str]) -> dict[str, list[Path]]:
    """Return the files that may concern each batch: by the name that they were sent out with.

    A renamed file concerns every batch; its sealed cover then tells whose it is.
    """
    named = {path: [batch for batch in batches if path.name.startswith(f"{batch}-")] for path in files}
    return {batch: [path for path in files if batch in named[path] or not named[path]] for batch in batches}


def was_run(instance: dg.DagsterInstance, job: str, state: str, batch: str | None = None) -> bool:
    """Whether a job was started on exactly this state, however it ended: a failure isn't repeated unasked."""
    tags = {STATE_TAG: state} | ({PARTITION_TAG: batch} if batch is not None else {})
    return bool(instance.get_runs(dg.RunsFilter(job_name=job, tags=tags), limit=1))


def succeeded_last(instance: dg.DagsterInstance, job: str, state: str) -> bool:
    """Whether the job's last successful run was made of exactly this state."""
    succeeded = dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS])
    runs = instance.get_runs(succeeded, limit=1)
    return bool(runs) and runs[0].tags.get(STATE_TAG) == state


def list_folders(root: Path) -> list[Path]:
    """Return the subfolders that aren't hidden, sorted by name."""
    found = root.iterdir() if root.is_dir() else ()
    return sorted(path for path in found if path.is_dir() and not path.name.startswith("."))


def digest_folder(folder: Path) -> str:
    """Return a digest of the names and contents of a folder's files."""
    return digest_files(sorted(path for path in folder.rglob("*") if path.is_file()), folder)
