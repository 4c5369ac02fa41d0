"""Re-estimate m from links on which two named people agreed; change nothing.

Which links people judge is no random sample of all matches, and three things set that right or bound it:

- Links that the machine was sure of are confirmed by one signature; two people saw only those that the seeded
  draw chose for re-verification. Each of these stands for all of its kind (Horvitz & Thompson, J. Am. Stat.
  Assoc. 47, 1952), as weight-stratified clerical review does (Belin & Rubin, J. Am. Stat. Assoc. 90, 1995).
  Without enough of them nothing is estimated: the links that needed two people are those with poorer
  agreement, and m counted on them alone would be too low.
- Matches that never reached review are seen by nobody. How many there may be is the sum of the posterior over
  the candidates that were left out; the largest shift that they could cause in any m is told.
- Links that people called different don't teach u: they came to review because something agreed, so u
  counted on them would be far too high (u is counted in the registry, value by value; Winkler, 2006). They
  tell how many of those proposed were somebody else, and they keep wrong pairs out of m.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.estimation.calibrate import propose_policy, show_changes, show_decisions
from tongcha.linkage.estimation.estimates import NUMBERS, OTHERS, count_effective, estimate_levels
from tongcha.linkage.estimation.intervals import clopper_pearson
from tongcha.review.page_one import write_share

if TYPE_CHECKING:
    from tongcha.linkage.estimation.calibrate import Calibration, Relink
    from tongcha.policy.calibration import CalibrationPolicy
    from tongcha.policy.linkage import LinkagePolicy

SHOWN: Final = 20
MIXTURE: Final[dict[str, type[pl.DataType]]] = {
    "decision": pl.String,
    "judged": pl.Int64,
    **dict.fromkeys(("share", "low", "high"), pl.Float64),
}
BANDS: Final = {"accept": "建议一人签字的", "review": "建议两人复核的"}


@dataclass(frozen=True, slots=True)
class JudgedCalibration:
    """A proposal from what people agreed on.

    Attributes:
        proposal: the policy proposed, what moves, and whose decision would change.
        same: links that two people called the same.
        different: links that two people called different.
        single: links settled by one signature, and on how many of them a second person agreed.
        unseen: expected number of matches among the candidates that never reached review.
        seen: number of matches that the links judged stand for.
        mixture: decision, judged, share, low, high: of what the machine proposed, how much was somebody else.
        fallen: link_id, after: confirmed links that would fall to review or none.
    """

    proposal: Calibration
    same: int
    different: int
    single: tuple[int, int]
    unseen: float
    seen: float
    mixture: pl.DataFrame
    fallen: pl.DataFrame

    @property
    def largest_shift(self) -> float:
        """By how much any m may be off, should all unseen matches be of one level."""
        whole = self.unseen + self.seen
        return self.unseen / whole if whole else 0.0


def calibrate_judged(
    relink: Relink,
    agreed: pl.DataFrame,
    confirmed: pl.DataFrame,
    policy: LinkagePolicy,
    rules: CalibrationPolicy,
) -> JudgedCalibration:
    """Estimate m from links on which two people agreed; change nothing.

    Args:
        relink: what the engine would decide under a policy.
        agreed: from `find_agreed`, of all batches.
        confirmed: table `confirmed_links`, to tell which of them would fall.
        policy: the policy in force.
        rules: how much evidence a proposal needs.

    Raises:
        InputError: nobody has agreed on anything, or too few links with one signature were looked at again.
    """
    linked = relink(policy)
    known = agreed.join(linked.select("link_id"), on="link_id", how="semi").sort("link_id")
    weighed = _weigh(known, rules)
    same = weighed.filter("is_same")
    pairs = linked.join(same.select("link_id", "weight"), on="link_id").sort("link_id")
    proposal = propose_policy(
        estimate_levels(pairs, policy, rules, (*NUMBERS, *OTHERS)), linked, relink, policy
    )
    alone = known.filter("is_sampled")
    return JudgedCalibration(
        proposal,
        same.height,
        weighed.height - same.height,
        (alone.height, alone.filter("is_agreed").height),
        _expect_unseen(linked, known),
        float(same["weight"].sum()),
        _tell_mixture(weighed),
        proposal.decisions.filter(pl.col("before") != "none", pl.col("after") != "accept")
        .join(confirmed.select("link_id"), on="link_id", how="semi")
        .select("link_id", "after")
        .sort("link_id"),
    )


def _weigh(known: pl.DataFrame, rules: CalibrationPolicy) -> pl.DataFrame:
    """The links that two people agreed on, each with the number of links that it stands for."""
    drawn = pl.col("is_sampled")
    alone, looked = known.filter(drawn).height, known.filter(drawn & pl.col("is_agreed")).height
    if alone and looked < rules.least_second_looks:
        raise InputError(
            f"一人签字确认的比对 {alone} 条",
            f"经第二人复验、意见一致的只有 {looked} 条，少于 {rules.least_second_looks} 条，推不出全貌；"
            "只凭须两人复核的那些来估计，会把 m 估低",
            "先完成各批次的复验表；或用 --from numbers，以证件号核验过的比对重估",
        )
    agreed = known.filter("is_agreed")
    if agreed.is_empty():
        raise InputError("台账中的判断", "还没有两人一致的结论", "复核之后再试；或用 --from numbers")
    stands_for = alone / looked if looked else 1.0
    return agreed.with_columns(weight=pl.when(drawn).then(stands_for).otherwise(1.0))


def _expect_unseen(linked: pl.DataFrame, known: pl.DataFrame) -> float:
    """Posterior sum over candidates that nobody was asked about, of people for whom nobody was found."""
    found = linked.join(known.filter("is_same").select("link_id"), on="link_id", how="semi")
    left = linked.filter(pl.col("decision") == "none").join(
        found.select("batch", "identity_id").unique(), on=["batch", "identity_id"], how="anti"
    )
    return float(left.sort("link_id")["probability"].sum())


def _tell_mixture(weighed: pl.DataFrame) -> pl.DataFrame:
    """Of the links that two people judged, the share that was somebody else; sampled ones by their weight."""
    rows = []
    for decision in BANDS:
        own = weighed.filter(pl.col("decision") == decision).sort("link_id")
        if own.is_empty():
            continue
        share = float(own.filter(~pl.col("is_same"))["weight"].sum()) / float(own["weight"].sum())
        effective = count_effective(own["weight"])
        interval = clopper_pearson(round(effective * share), round(effective))
        rows.append((decision, own.height, share, *interval))
    return pl.DataFrame(rows, schema=MIXTURE, orient="row")


def show_judged(calibration: JudgedCalibration) -> list[str]:
    """Return the proposal as lines in Chinese: on what it rests, what moves, and what it would undo."""
    proposal, (alone, looked) = calibration.proposal, calibration.single
    same, different, shift = calibration.same, calibration.different, write_share(calibration.largest_shift)
    return [
        f"两人意见一致的比对：同一人 {same} 条，不是同一人 {different} 条。以下只是建议，未作任何改动。",
        f"一人签字确认的 {alone} 条中，只有抽去复验、意见一致的 {looked} 条可用，每条按其所代表的件数计。",
        f"没有进入复核的候选中，按现行权重估计还有约 {calibration.unseen:.1f} 名本人无人看过。",
        f"即使他们全在同一等级，建议值至多再移动 {shift}。",
        *(_show_band(*row) for row in calibration.mixture.iter_rows()),
        "否定件都因有几项相符才进入复核，不用来估计陌生人的相符份额（u）；u 仍逐值从教师库数出。",
        *show_changes(proposal.changes),
        *show_decisions(proposal.decisions),
        *_show_fallen(calibration.fallen),
    ]


def _show_band(decision: str, judged: int, *shares: float) -> str:
    share, low, high = (write_share(end) for end in shares)
    told = "没有不是同一人的" if share == "0" else f"不是同一人的占 {share}"
    return f"{BANDS[decision]}，经两人判断 {judged} 条，{told}（95% 区间 {low} 至 {high}）。"


def _show_fallen(fallen: pl.DataFrame) -> list[str]:
    if fallen.is_empty():
        return ["已确认的比对没有一条会降到复核或不进入复核。"]
    review, none = (
        fallen.filter(pl.col("after") == after)["link_id"].to_list() for after in ("review", "none")
    )
    return [
        f"已确认的比对中，{len(review)} 条会降为须两人复核，{len(none)} 条会降为不进入复核：",
        "  " + "、".join([*none, *review][:SHOWN]) + ("等" if fallen.height > SHOWN else ""),
    ]
