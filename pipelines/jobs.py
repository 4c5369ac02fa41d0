"""The jobs: two with people's judgement between them, the reference before, the whole tables after."""

from typing import Final

import dagster as dg

PROPOSE: Final = ("judgements", "review_queue", "review_workbooks")
TAKE: Final = ("review_returns", *PROPOSE)
ACT: Final = (
    *TAKE,
    "confirmed_links",
    "withheld_links",
    "exculpatory_findings",
    "dossiers",
    "referrals",
    "referral_packages",
)

reference = dg.define_asset_job(
    "reference",
    dg.AssetSelection.groups("reference"),
    description="读入最新参照快照（教师库、任职经历、学校、名册），合成比对库。",
)
propose = dg.define_asset_job(
    "propose",
    dg.AssetSelection.groups("intake", "linkage") | dg.AssetSelection.assets(*PROPOSE),
    description="一个查处批次：收件 → 比对 → 复核队列与复核表。到此为止，等人判断。",
)
review = dg.define_asset_job(
    "review",
    dg.AssetSelection.assets(*TAKE),
    description="一个查处批次：读回复核表 → 台账 → 下一轮复核表。什么都不对外。",
)
act = dg.define_asset_job(
    "act",
    dg.AssetSelection.assets(*ACT),
    description="一个查处批次：读回复核表 → 台账 → 关口 → 移送线索与移送包。",
)
settle = dg.define_asset_job(
    "settle",
    dg.AssetSelection.groups("responsibility", "casebook") | dg.AssetSelection.assets("review_quality"),
    description="全部批次：学校责任 → 扣分 → 告知书 → 督导计分 → 台账。",
)
JOBS: Final = (reference, propose, review, act, settle)
