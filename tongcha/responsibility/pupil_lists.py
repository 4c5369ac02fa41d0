"""Pupils' names to their own school, and to nobody else: a file of its own behind a gate of its own.

The deduction needs a count only. Where the bureau decides to tell schools the names (000: 把学生名单通报到
各学校), each school gets its own pupils, without the place, the company or any teacher, until a fixed day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.sheets import Sheet, render_workbook
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.tables.responsibility import PUPIL_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tongcha.policy.minors import MinorPolicy

SUBJECT: Final = "pupil_lists"
PROGRAM: Final = "tongcha"
FOLDER: Final = "pupils"
FILE: Final = "本校学生名单.xlsx"


def write_pupil_lists(
    *,
    pupils: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    policy: MinorPolicy,
    released_on: date,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one list per school and return the table `pupil_lists`.

    A pupil met twice is listed once. Lists that no pupil stands behind any more are removed.

    Args:
        pupils: table `pupils` of all batches.
        pupil_schools: table of that name; only `resolved` rows are listed.
        policy: policy/minors.yaml.
        released_on: the day of release; destruction is due `retention_days` later.
        out: the outbox; files land in `pupils/<list_id>/`.
        demo: mark every list as a demonstration.

    Raises:
        PolicyError: the rules for minors don't allow it, or nobody adopted them.
    """
    policy.require_release()
    require_adoption(policy, "未成年人信息规则 policy/minors.yaml", demo=demo)
    destroy_by = released_on + timedelta(days=policy.retention_days)
    own = (
        pupil_schools.filter(pl.col("state") == "resolved")
        .join(
            pupils.select("batch", "raid_id", "pupil_no", "name", "grade"),
            on=["batch", "raid_id", "pupil_no"],
        )
        .sort("batch", "raid_id", "pupil_no")
        .unique("pupil_key", keep="first", maintain_order=True)
        .sort("school_id", "grade", "name", "pupil_key")
    )
    footer = f"{policy.issuer}　{EXAMPLE_MARK if demo else ''}　{_say_end(destroy_by)}"
    rows = [
        _store_list(str(school_id), part, destroy_by, footer, out)
        for (school_id,), part in own.partition_by("school_id", as_dict=True).items()
    ]
    table = PUPIL_LISTS.conform(pl.DataFrame(rows, schema=PUPIL_LISTS.schema))
    remove_other_folders(out / FOLDER, r"S[0-9a-f]{12}", set(table["list_id"]))
    return table


def keep_pupil_lists(
    *,
    pupils: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    policy: MinorPolicy,
    released_on: date | None,
    today: date,
    out: Path,
    demo: bool,
) -> tuple[pl.DataFrame, list[str]]:
    """Write the lists while their release stands and hasn't expired; otherwise delete them all.

    Args:
        pupils: table `pupils` of all batches.
        pupil_schools: table of that name.
        policy: policy/minors.yaml.
        released_on: the day of the release that stands, or None: the default, no list at all.
        today: the day to judge expiry by.
        out: the outbox.
        demo: mark every list as a demonstration.

    Returns:
        The table `pupil_lists`, and the numbers of the lists that were deleted, for the deletion record.

    Raises:
        PolicyError: the rules for minors don't allow a release that was recorded.
    """
    before = {path.name for path in (out / FOLDER).glob("S*")}
    if released_on is None or today > released_on + timedelta(days=policy.retention_days):
        lists = PUPIL_LISTS.empty()
        remove_other_folders(out / FOLDER, r"S[0-9a-f]{12}", set())
    else:
        lists = write_pupil_lists(
            pupils=pupils,
            pupil_schools=pupil_schools,
            policy=policy,
            released_on=released_on,
            out=out,
            demo=demo,
        )
    return lists, sorted(before - set(lists["list_id"]))


def record_release(*, on: date, by: str, reason: str, policy: MinorPolicy) -> NewEvent:
    """Return the ledger event by which a person releases the lists, if the rules for minors allow it.

    Raises:
        PolicyError: the rules for minors don't allow it.
        LedgerError: no reason is given.
    """
    policy.require_release()
    if not reason.strip():
        raise LedgerError("学生名单", "没有写明理由", "写明理由后再登记")
    return NewEvent(EventKind.NOTE, SUBJECT, by, {"release_on": on.isoformat(), "reason": reason})


def read_release(events: Iterable[Event]) -> date | None:
    """Return the day of the latest release that stands, or None."""
    days = [
        date.fromisoformat(str(event.payload["release_on"]))
        for event in drop_retracted(events)
        if event.kind is EventKind.NOTE and event.subject == SUBJECT
    ]
    return days[-1] if days else None


def record_deletions(list_ids: Iterable[str], released_on: date | None) -> list[NewEvent]:
    """Return the deletion records of lists that were destroyed; the program's own doing is said as such."""
    day = released_on.isoformat() if released_on else ""
    return [
        NewEvent(EventKind.DELETION, list_id, PROGRAM, {"paper": FILE, "released_on": day})
        for list_id in list_ids
    ]


def _say_end(destroy_by: date) -> str:
    return f"须于{destroy_by:%Y年%-m月%-d日}前销毁"


def _store_list(
    school_id: str, part: pl.DataFrame, destroy_by: date, footer: str, out: Path
) -> dict[str, object]:
    list_id = number_record("S", school_id)
    names = part.select(pl.col("name", "grade").fill_null("—")).iter_rows()
    sheet = Sheet(
        "本校学生",
        "本校学生名单",
        "只限本校负责人和班主任用于家校沟通，不得公开，不得计入学生操行等级；"
        f"不是本校学生或者登记有误的，请告知我局更正；{_say_end(destroy_by)}。",
        (("序号", 8.0), ("姓名", 20.0), ("年级", 20.0)),
        [[str(order), name, grade] for order, (name, grade) in enumerate(names, start=1)],
    )
    path = f"{FOLDER}/{list_id}/{FILE}"
    return {
        "list_id": list_id,
        "school_id": school_id,
        "pupil_count": part.height,
        "destroy_by": destroy_by,
        "path": path,
        "sha256": write_file(out / path, render_workbook([sheet], footer)),
    }
