"""What a batch may not change about raids: a number means one raid, and a firm's list doesn't become one."""

from __future__ import annotations

import polars as pl

from tongcha.errors import InputError
from tongcha.intake.source import FILED


def refuse_reused_numbers(sites: pl.DataFrame, stored: pl.DataFrame) -> None:
    """Refuse a batch that gives another raid's number to a raid of its own.

    Two acts of one teacher would be counted as one, and a pupil struck at one raid would be struck at both.
    Later material on the same raid comes under the same number, day and district, and is welcome.

    Args:
        sites: the sites of the batch that is taken in.
        stored: the sites of all batches; those of the same batch are passed over.

    Raises:
        InputError: a number stands for a raid on another day or in another district elsewhere.
    """
    batches = sites["batch"].unique().to_list()
    others = stored.filter(~pl.col("batch").is_in(batches)).select("raid_id", "batch", "raid_date", "area")
    both = sites.join(others, on="raid_id", suffix="_there")
    differs = (pl.col("raid_date") != pl.col("raid_date_there")) | (pl.col("area") != pl.col("area_there"))
    wrong = both.filter(differs.fill_null(value=False)).sort("raid_id", "batch_there")
    for row in wrong.head(1).iter_rows(named=True):
        raise InputError(
            f"批次 {row['batch']} 的查处编号 {row['raid_id']}",
            f"批次 {row['batch_there']} 中已用于另一次查处（日期或者区划不同）",
            "给每次查处编不重复的号，改正场所、人员、学生各表后重新收件",
        )


def refuse_promoted_list(sites: pl.DataFrame, stored: pl.DataFrame) -> None:
    """Refuse a batch of filed staff that comes again as a raid: what people judged there nobody had met.

    Args:
        sites: the sites of the batch that is taken in.
        stored: the sites of all batches, as taken in before.

    Raises:
        InputError: the batch was a sweep of filed staff.
    """
    was_filed = set(stored.filter(pl.col("kind") == FILED)["batch"])
    promoted = sites.filter(pl.col("kind").ne_missing(FILED) & pl.col("batch").is_in(sorted(was_filed)))
    if promoted.height:
        raise InputError(
            f"批次 {promoted['batch'][0]}", f"原是{FILED}，不能改作现场查处，否则不经核实就会放行",
            "确有现场核验的，另立现场查处批次报送",
        )  # fmt: skip
