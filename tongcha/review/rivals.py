"""Who else an identity might be: rivals that nobody has excluded, and records of one and the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from tongcha.policy.review import ReviewPolicy


def count_rivals(links: pl.DataFrame, policy: ReviewPolicy) -> pl.DataFrame:
    """Add how many people the identity was confirmed as, the near rivals nobody excluded, the record to use.

    A rival is another proposed candidate of the identity whose score is not clearly lower; people exclude
    it by judging it to be someone else. Another record of the same person is no rival; of several such
    records that people confirmed, the one whose spell answers for the day is used (links of the others have
    no spell_no), else the one that the registry keeps.

    Args:
        links: candidate links with state (of `settle`; null where nobody was asked) and kept_id.
        policy: how far ahead a link must be for another to be no rival.

    Returns:
        The links with people_confirmed, open_rivals and record_to_use (a link_id).
    """
    own = links.select("link_id", "identity_id", "kept_id", "score")
    open_links = links.filter((pl.col("decision") != "none") & pl.col("state").ne_missing("已否定"))
    rivals = (
        own.join(open_links.select("identity_id", other="kept_id", rival_score="score"), on="identity_id")
        .filter(pl.col("other") != pl.col("kept_id"))
        .filter(pl.col("rival_score") > pl.col("score") - policy.referral.rival_margin_bits)
        .group_by("link_id")
        .agg(open_rivals=pl.len())
    )
    confirmed = links.filter(pl.col("state").eq_missing("已确认"))
    people = confirmed.group_by("identity_id").agg(people_confirmed=pl.col("kept_id").n_unique())
    is_kept = pl.col("person_id") == pl.col("kept_id")
    best_first = confirmed.sort(pl.col("spell_no").is_null(), ~is_kept, "rank", "link_id")
    records = best_first.group_by("identity_id", "kept_id").agg(record_to_use=pl.first("link_id"))
    return (
        links.join(rivals, on="link_id", how="left")
        .join(people, on="identity_id", how="left")
        .join(records, on=["identity_id", "kept_id"], how="left")
        .with_columns(
            pl.col("open_rivals", "people_confirmed").fill_null(0),
            pl.col("record_to_use").fill_null(pl.col("link_id")),
        )
    )


def count_contradicted(links: pl.DataFrame) -> pl.DataFrame:
    """Add contradicted: others of the raid who surely are somebody else and were confirmed as the person too.

    Somebody taken down twice is no contradiction; two whole numbers or two sexes are.

    Args:
        links: candidate links with state, kept_id, and id_clean and sex of whom was met.
    """
    told = ("identity_id", "id_clean", "sex")
    confirmed = links.filter(pl.col("state").eq_missing("已确认"))
    own = confirmed.select("link_id", "raid_id", "kept_id", *told)
    met = own.join(own.select("raid_id", "kept_id", *told), on=["raid_id", "kept_id"], suffix="_other")
    differ = [pl.col(name) != pl.col(f"{name}_other") for name in ("id_clean", "sex")]
    apart = met.filter((pl.col("identity_id") != pl.col("identity_id_other")) & pl.any_horizontal(differ))
    counted = apart.group_by("link_id").agg(contradicted=pl.len())
    return links.join(counted, on="link_id", how="left").with_columns(pl.col("contradicted").fill_null(0))


def name_person(links: pl.DataFrame, people: pl.DataFrame | None) -> pl.DataFrame:
    """Add kept_id: the person whose record this is, the same for all records of one person."""
    if people is None:
        return links.with_columns(kept_id=pl.col("person_id"))
    kept = people.select("person_id", kept_id=pl.coalesce("same_person_as", "person_id"))
    return links.join(kept, on="person_id", how="left", maintain_order="left").with_columns(
        pl.col("kept_id").fill_null(pl.col("person_id"))
    )
