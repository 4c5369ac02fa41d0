"""One package per recipient: an official letter, a clue list without names, and the identity attachment.

Whole numbers appear in the attachment only, and only the fields that the policy grants this recipient.
No score or probability is shown: a match is a clue, not proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.facts import digest_facts, digest_lists
from tongcha.documents.files import refuse_unsafe_folder, remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.render import CompiledTemplate
from tongcha.documents.sheets import render_workbook
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.referral.lists import list_clues, list_evidence, list_facts, list_identities
from tongcha.review.shown import CAPTURES
from tongcha.tables.intake import BATCH_KINDS
from tongcha.tables.referral import REFERRAL_PACKAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tongcha.policy.clocks import ClockPolicy
    from tongcha.policy.routing import Recipient, RoutingPolicy

LETTER: Final = "移送函.docx"
CLUES: Final = "线索清单.xlsx"
ATTACHMENT: Final = "人员身份附件.xlsx"
FOLDER: Final = "referrals"
ON_SITE, FILED = BATCH_KINDS
FOUND_BY: Final = {
    ON_SITE: {"met": "查处现场登记身份的人员（身份怎样取得逐条列于附件1）", "act": "查处"},
    FILED: {"met": "校外培训机构备案名单所列、经学校或者本人核实的人员（没有现场核验）", "act": "备案"},
}
"""What the letter says of how the people came to be known; a batch is of one kind."""


@dataclass(frozen=True, slots=True)
class Dossiers:
    """What a package draws on, all of the same batch.

    Attributes:
        findings: table `exculpatory_findings`.
        evidence: table `link_evidence`.
        people: table `people`.
        schools: table `schools`.
        sites: table `sites`.
        identities: table `identities`.
    """

    findings: pl.DataFrame
    evidence: pl.DataFrame
    people: pl.DataFrame
    schools: pl.DataFrame
    sites: pl.DataFrame
    identities: pl.DataFrame


def write_packages(  # noqa: PLR0913 – two tables of input, two policies, where from and where to
    *,
    referrals: pl.DataFrame,
    dossiers: Dossiers,
    policy: RoutingPolicy,
    clocks: ClockPolicy,
    templates: Path,
    batch: str,
    out: Path,
    demo: bool = False,
) -> pl.DataFrame:
    """Write every recipient's package of one batch and return the table `referral_packages`.

    Packages of the batch that no referral stands behind any more are removed.

    Args:
        referrals: table `referrals` of the batch.
        dossiers: what the packages draw on.
        policy: policy/routing.yaml.
        clocks: policy/clocks.yaml; says by when each kind of recipient answers.
        templates: folder of the .docx templates.
        batch: the raid batch.
        out: the outbox; files land in `referrals/<batch>/<package_id>/`.
        demo: mark every paper as a demonstration; the only way to use example policies.

    Raises:
        PolicyError: the routing policy isn't adopted, or only as an example outside the demo.
        ContractError: the batch name can't be a folder.
    """
    folder = out / FOLDER / refuse_unsafe_folder(batch)
    written: list[pl.DataFrame] = []
    if referrals.height:
        require_adoption(policy, "分流政策 policy/routing.yaml", demo=demo)
        require_adoption(clocks, "时限 policy/clocks.yaml", demo=demo)
        mark = EXAMPLE_MARK if demo else ""
        letter = CompiledTemplate(templates / "referral_letter.docx")
        ordered = referrals.sort("recipient", "recipient_name", "referral_id")
        for key, part in ordered.partition_by("recipient", "recipient_name", as_dict=True).items():
            recipient = policy.recipient(str(key[0]))
            limit = clocks.clock_of(recipient.recipient)
            answer = {"reply_text": limit.text, "reply_basis": limit.cited}
            files = _render_package(part, dossiers, policy, recipient, letter, {"mark": mark, **answer})
            written.append(_store_package(files, part, batch, folder))
    table = REFERRAL_PACKAGES.conform(pl.concat(written) if written else REFERRAL_PACKAGES.empty())
    remove_other_folders(folder, r"P[0-9a-f]{12}", set(table["package_id"]))
    return table


def _render_package(
    part: pl.DataFrame,
    dossiers: Dossiers,
    policy: RoutingPolicy,
    recipient: Recipient,
    letter: CompiledTemplate,
    head: Mapping[str, str],
) -> dict[str, tuple[bytes, str]]:
    """Return each file's content and the digest of what it says."""
    clues = join_clues(part, dossiers)
    footer = f"{policy.issuer}　{head['mark']}" if head["mark"] else policy.issuer
    shows_origin = "teacher_id" in recipient.identity_fields
    context = {**head, **_fill_letter(clues, policy)}
    lists = {
        CLUES: [
            list_clues(clues),
            list_evidence(clues, dossiers.evidence),
            list_facts(clues, dossiers.findings, shows_origin=shows_origin),
        ],
        ATTACHMENT: [list_identities(clues, recipient.identity_fields)],
    }
    return {
        LETTER: (letter.render(context), digest_facts(context)),
        **{name: (render_workbook(sheets, footer), digest_lists(sheets)) for name, sheets in lists.items()},
    }


def join_clues(part: pl.DataFrame, dossiers: Dossiers) -> pl.DataFrame:
    """Return the referrals of one recipient with the person, the school's name and the site, in order."""
    person = dossiers.people.select(
        "person_id", "name", "sex", "id_number", "phone", "teacher_id", "post", "party_member"
    )
    school = dossiers.schools.select("school_id", school="name")
    site = dossiers.sites.select(
        "batch", "raid_id", "address", "area", "licence", "kind", "recorder_file", "recorder_sha256"
    )
    met = dossiers.identities.select("batch", "identity_id", "capture", "checked_by")
    return (
        part.join(person, on="person_id", how="left")
        .join(met, on=["batch", "identity_id"], how="left")
        .join(school, on="school_id", how="left")
        .join(site, on=["batch", "raid_id"], how="left")
        .sort("referral_id")
        .with_columns(school=pl.coalesce("school", "school_id"), taken=_say_taken())
        .with_row_index("order", offset=1)
    )


def _say_taken() -> pl.Expr:
    """How the identity was taken on site, and whether an officer who checked it is on record."""
    how = pl.col("capture").replace_strict(CAPTURES, default="未登记", return_dtype=pl.String)
    unchecked = (
        pl.when(pl.col("checked_by").is_null()).then(pl.lit("（没有登记核验民警）")).otherwise(pl.lit(""))
    )
    return pl.when(pl.col("kind") == FILED).then(pl.lit("机构备案名单")).otherwise(how + unchecked)


def _fill_letter(clues: pl.DataFrame, policy: RoutingPolicy) -> Mapping[str, object]:
    return {
        "number_line": "（发文字号待编）",
        "issuer": policy.issuer,
        "contact": policy.contact,
        "recipient_name": clues["recipient_name"][0],
        "campaign_basis": policy.campaign_basis,
        "batch": clues["batch"][0],
        **FOUND_BY[clues["kind"][0] or ON_SITE],
        "count": clues.height,
        "lines": [_describe_clue(row) for row in clues.iter_rows(named=True)],
        "bases": sorted(set(clues["basis"])),
    }


def _describe_clue(row: dict[str, object]) -> dict[str, object]:
    day = row["raid_date"]
    traits = "，".join(str(row[name] or "未登记") for name in ("licence", "subject_type"))
    return {
        "order": row["order"],
        "referral_id": row["referral_id"],
        "raid_day": f"{day:%Y}年{day:%-m}月{day:%-d}日",
        "place": f"查处编号{row['raid_id']}（证照、学科类别：{traits}）",
        "conduct": row["conduct"],
        "grade": row["evidence_grade"],
        "signed_by": row["signed_by"],
        "exculpatory_count": row["exculpatory_count"],
    }


def _store_package(
    files: dict[str, tuple[bytes, str]], part: pl.DataFrame, batch: str, folder: Path
) -> pl.DataFrame:
    recipient, name = part["recipient"][0], part["recipient_name"][0]
    package_id = number_record("P", batch, recipient, name)
    rows = [
        {
            "batch": batch,
            "package_id": package_id,
            "recipient": recipient,
            "recipient_name": name,
            "path": f"{FOLDER}/{batch}/{package_id}/{file}",
            "sha256": write_file(folder / package_id / file, content),
            "facts": facts,
            "referral_count": part.height,
        }
        for file, (content, facts) in files.items()
    ]
    return pl.DataFrame(rows, schema=REFERRAL_PACKAGES.schema)
