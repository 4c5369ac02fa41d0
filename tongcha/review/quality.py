"""How well and how fast people review: agreement, overturned verdicts, the measured false-referral rate."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.linkage.estimation.intervals import clopper_pearson
from tongcha.review.settle import FIRST, PANEL, SECOND, STATE_OF_VERDICT, WAITING, settle
from tongcha.tables.linkage import LINK_QUALITY
from tongcha.tables.review import REVERIFICATION, REVIEW_QUALITY, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from tongcha.ledger.events import Event
    from tongcha.policy.review import ReviewPolicy

Measure = tuple[str, str, float | None, float | None, float | None, int | None, int | None, str]
"""the columns of table `review_quality`"""
NO_SHARE: Final = (None, None, None, None)
"""interval, hits and trials of what isn't a share"""
DECOYS_REACH: Final = {"accept": "只需一人签字", "review": "须两人复核"}
"""what the decoys of table `link_quality` may wrongly reach, and what people still do about it there"""
NOT_THE_PERSON: Final = "not_the_person"
"""the finding of an outcome event by which a recipient says that the referral named the wrong person"""
UNDECIDED: Final = "pending"
"""the finding by which a recipient says that it hasn't looked yet"""


@dataclass(frozen=True, slots=True)
class ReviewRecords:
    """What review is measured by, of all batches together.

    Attributes:
        queue: table `review_queue`.
        judgements: table `judgements`.
        links: table `candidate_links`.
        sites: table `sites`, for the raid dates.
        events: the whole ledger.
        link_quality: table `link_quality`, for what the decoys tell; without it nothing is claimed of them.
    """

    queue: pl.DataFrame
    judgements: pl.DataFrame
    links: pl.DataFrame
    sites: pl.DataFrame
    events: Sequence[Event]
    link_quality: pl.DataFrame = field(default_factory=LINK_QUALITY.empty)


def measure_review(records: ReviewRecords, policy: ReviewPolicy, *, today: date) -> pl.DataFrame:
    """Return table `review_quality`.

    Args:
        records: what people did.
        policy: when a link is overdue, how much a week holds.
        today: the day by the caller's clock.
    """
    current = records.judgements.filter("is_current")
    rows = [
        *_measure_false_referrals(current, records, policy),
        *_estimate_by_decoys(records.link_quality),
        *_measure_agreement(current),
        *_measure_load(records, policy, today),
        *_measure_reviewers(current, records, policy),
    ]
    return REVIEW_QUALITY.conform(pl.DataFrame(rows, schema=REVIEW_QUALITY.schema, orient="row"))


def list_overdue(records: ReviewRecords, policy: ReviewPolicy, *, today: date) -> pl.DataFrame:
    """Return links that have waited too long, the oldest first: batch, link_id, state, raid_date, days."""
    dates = records.sites.select("batch", "raid_id", "raid_date")
    raids = records.links.select("link_id", "raid_id")
    waiting = records.queue.filter(pl.col("state").is_in(WAITING)).join(raids, on="link_id", how="left")
    dated = waiting.join(dates, on=["batch", "raid_id"], how="left").with_columns(
        days=(pl.lit(today) - pl.col("raid_date")).dt.total_days()
    )
    overdue = dated.filter(pl.col("days") > policy.queue.overdue_days)
    return overdue.select("batch", "link_id", "state", "raid_date", "days").sort("raid_date", "link_id")


def find_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two people's verdicts (1960); None where chance alone would always agree."""
    if not pairs:
        return None
    total = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / total
    expected = sum(first[verdict] * second[verdict] for verdict in VERDICTS) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _measure_false_referrals(
    current: pl.DataFrame, records: ReviewRecords, policy: ReviewPolicy
) -> list[Measure]:
    """The share of confirmed links that a blind second look, or the recipient, found to be someone else.

    A second look that a panel has overruled since is no error of the first; one at what a panel had settled
    before reopens nothing and is an error all the same.
    """
    earlier = records.judgements.filter(pl.col("round") != REVERIFICATION)
    panel = earlier.filter(pl.col("round") == PANEL)["event_id"].to_list()
    by_panel = (
        pl.col("judgement_ids").str.split("、").list.set_intersection(pl.lit(panel, pl.List(pl.String)))
    )
    settled = settle(earlier, records.links, policy)
    before = settled.select("link_id", before="state", is_by_panel=by_panel.list.len() > 0)
    again = current.filter((pl.col("round") == REVERIFICATION) & (pl.col("verdict") != "unsure"))
    looked = again.join(before, on="link_id").join(records.queue.select("link_id", "state"), on="link_id")
    confirmed, rejected = (looked.filter(pl.col("before") == state) for state in ("已确认", "已否定"))
    told = _read_findings(records.events)
    wrong = sum(finding == NOT_THE_PERSON for finding in told)
    return [
        _share("false_referral_rate", "误认率（盲核）", _upset(confirmed), confirmed.height, "盲核的确认件"),
        _share("missed_by_review_rate", "误否率（盲核）", _upset(rejected), rejected.height, "盲核的否定件"),
        _share("refuted_by_recipient_rate", "接收单位反馈认错人的份额", wrong, len(told), "反馈件"),
    ]


def _read_findings(events: Iterable[Event]) -> list[str]:
    """What the recipient of each link said last; whoever has yet to look has said nothing."""
    latest = {
        event.subject: str(event.payload["finding"])
        for event in sorted(drop_retracted(events), key=lambda event: event.seq)
        if event.kind is EventKind.OUTCOME and "finding" in event.payload
    }
    return [finding for finding in latest.values() if finding != UNDECIDED]


def _estimate_by_decoys(link_quality: pl.DataFrame) -> list[Measure]:
    """The share of invented people whom the machine alone would propose, of all batches together.

    Each batch draws its decoys by a seed of its own, so their counts add up. The names of the measures put
    the estimate beside the measured rate: it says what would be false if people let everything through.
    """
    own = link_quality.select("batch", "measure", "value")
    drawn = own.filter(pl.col("measure") == "decoys").select("batch", count="value")
    rows: list[Measure] = []
    for decision, needs in DECOYS_REACH.items():
        rates = own.filter(pl.col("measure") == f"false_{decision}").join(drawn, on="batch")
        hits = rates.select((pl.col("value") * pl.col("count")).round().sum()).item()
        label = f"误连率（虚构人员，{needs}）"
        trials = int(rates["count"].sum())
        measure = f"false_referral_rate_by_decoys_{decision}"
        rows.append(_share(measure, label, int(hits), trials, "虚构人员", "名"))
    return rows


def _upset(looked: pl.DataFrame) -> int:
    """How many links a second look turned from what they were."""
    verdict = pl.col("verdict").replace_strict(STATE_OF_VERDICT, return_dtype=pl.String)
    is_overruled = (pl.col("state") == pl.col("before")) & ~pl.col("is_by_panel")
    return looked.filter((verdict != pl.col("before")) & ~is_overruled).height


def _measure_agreement(current: pl.DataFrame) -> list[Measure]:
    first, second = (
        current.filter(pl.col("round") == name).unique("link_id", keep="first", maintain_order=True)
        for name in (FIRST, SECOND)
    )
    both = first.join(second, on="link_id", how="inner", suffix="_second")
    pairs = list(both.select("verdict", "verdict_second").iter_rows())
    agreed = sum(a == b for a, b in pairs)
    note = f"两人都判断过 {len(pairs)} 件；1 为完全一致，0 为与碰巧无异"
    return [
        _share("agreement", "一审二审一致的份额", agreed, len(pairs), "两人都判断过的"),
        ("kappa", "一审二审一致程度（kappa）", find_kappa(pairs), *NO_SHARE, note),
    ]


def _measure_load(records: ReviewRecords, policy: ReviewPolicy, today: date) -> list[Measure]:
    waiting = records.queue.filter(pl.col("state").is_in(WAITING)).height
    overdue = list_overdue(records, policy, today=today).height
    days = policy.queue.overdue_days
    capacity = (
        f"每周 {policy.queue.hours_per_week:g} 小时，每件两人各 {policy.queue.minutes_per_judgement:g} 分钟"
    )
    return [
        _number("waiting", "待判断", waiting),
        _number("overdue", "逾期未判断", overdue, f"查处后超过 {days} 天"),
        _number("reopened", "证据变化而重开", records.queue.filter("reopened").height),
        _number("weekly_capacity", "每周复核能力（件）", policy.referrals_per_week, capacity),
    ]


def _measure_reviewers(current: pl.DataFrame, records: ReviewRecords, policy: ReviewPolicy) -> list[Measure]:
    """Per person: how many judgements, how many were overturned, how long each took."""
    states = dict(records.queue.select("link_id", "state").iter_rows())
    seconds = _time_looks(records.events, timedelta(minutes=policy.queue.longest_look_minutes))
    rows: list[Measure] = []
    for (code,), own in sorted(current.partition_by("reviewer", as_dict=True).items()):
        settled = own.filter(
            pl.col("link_id").replace_strict(states, default=None).is_in(["已确认", "已否定"])
        )
        overturned = sum(
            STATE_OF_VERDICT[verdict] not in {states[link], "存疑"}
            for link, verdict in settled.select("link_id", "verdict").iter_rows()
        )
        looks = seconds.get(str(code), [])
        note = f"{len(looks)} 件有记录；复核表逐件用时不可知" if looks else "只有复核台记录逐件用时"
        middle = statistics.median(looks) if looks else None
        rows += [
            _number(f"judgements:{code}", f"{code} 的判断数", own.height),
            _share(f"overturned:{code}", f"{code} 被改判的份额", overturned, settled.height, "已有结论的"),
            (f"seconds:{code}", f"{code} 每件用时中位数（秒）", middle, *NO_SHARE, note),
        ]
    return rows


def _time_looks(events: Iterable[Event], longest: timedelta) -> dict[str, list[float]]:
    """Seconds from opening a link to judging it, per person; only the console records the opening.

    A page left open for longer tells nothing of how long a judgement takes.
    """
    opened: dict[tuple[str, str], datetime] = {}
    seconds: dict[str, list[float]] = defaultdict(list)
    for event in events:
        place, at = (event.actor, event.subject), datetime.fromisoformat(event.at)
        if event.kind is EventKind.ACCESS:
            opened.setdefault(place, at)
        elif event.kind is EventKind.JUDGEMENT and place in opened:
            look = at - opened.pop(place)
            if look <= longest:
                seconds[event.actor].append(look.total_seconds())
    return seconds


def _number(measure: str, label: str, value: float, note: str = "") -> Measure:
    return measure, label, float(value), *NO_SHARE, note


def _share(measure: str, label: str, hits: int, trials: int, what: str, unit: str = "件") -> Measure:
    """A share with its exact interval; without trials nothing is claimed."""
    if trials == 0:
        return measure, label, None, None, None, 0, 0, f"尚无{what}，不能估计"
    note = f"{what} {trials} {unit}中 {hits} {unit}；区间把握 95%"
    return measure, label, hits / trials, *clopper_pearson(hits, trials), hits, trials, note
