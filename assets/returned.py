"""What lies ready to be sent back, also when a refused file stops the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.office import Office
from tongcha.intake.acceptance import FilesRefusedError
from tongcha.intake.returns_sheet import write_rejections
from tongcha.policy.intake import IntakePolicy


def place_returned(office: Office, kind: str, name: str) -> Path:
    """Return the folder of the outbox for what goes back of a raid batch or a snapshot."""
    return office.outbox / "returned" / kind / name


@contextmanager
def tell_senders(office: Office, kind: str, name: str) -> Iterator[None]:
    """Write a sheet per refused file when these stop the run; nothing else is stored.

    The next run that gets through clears the folder of what is no longer true.
    """
    try:
        yield
    except FilesRefusedError as refused:
        folder = place_returned(office, kind, name)
        write_rejections(refused.entries, office.inbox, folder, policy=office.policy(IntakePolicy, "intake"))
        raise
