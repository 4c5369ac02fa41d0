"""The written prompt (工作提示) to a school whose pupils were met: look into it, and say if we are wrong.

001: 发出书面工作提示，责令立即开展调查核实. It comes before any deduction and speaks of a number only;
teachers aren't mentioned, because telling their school is for the body that handles the clue (PIPL 35).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.facts import digest_facts
from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.render import CompiledTemplate
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption
from tongcha.responsibility.deductions import count_pupils
from tongcha.tables.responsibility import WORK_PROMPTS

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.responsibility.notices import NoticePolicies

FOLDER: Final = "prompts"
FILE: Final = "工作提示.docx"


def write_prompts(
    *,
    pupil_schools: pl.DataFrame,
    sites: pl.DataFrame,
    schools: pl.DataFrame,
    policies: NoticePolicies,
    templates: Path,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one prompt per school and campaign and return the table `work_prompts`.

    Args:
        pupil_schools: table of that name.
        sites: table `sites` of all batches.
        schools: table `schools`.
        policies: deductions (issuer, campaigns, which sites count) and clocks (days to answer).
        templates: folder of the .docx templates.
        out: the outbox; files land in `prompts/<prompt_id>/`.
        demo: mark every prompt as a demonstration.

    Raises:
        PolicyError: a policy isn't adopted, or only as an example outside the demo.
    """
    counts = count_pupils(pupil_schools, sites, policies.deductions)
    if counts.height:
        require_adoption(policies.deductions, "扣分规则 policy/deductions.yaml", demo=demo)
        require_adoption(policies.clocks, "时限 policy/clocks.yaml", demo=demo)
    template = CompiledTemplate(templates / "work_prompt.docx")
    names = dict(schools.select("school_id", "name").iter_rows())
    head = {
        "mark": EXAMPLE_MARK if demo else "",
        "number_line": "（发文字号待编）",
        "issuer": policies.deductions.issuer,
        "contact": policies.deductions.contact,
        "reply_text": policies.clocks.clock("work_prompt").text,
        "reply_basis": policies.clocks.clock("work_prompt").cited,
    }
    rows = []
    for row in counts.iter_rows(named=True):
        prompt_id = number_record("Q", row["school_id"], row["campaign"])
        path = f"{FOLDER}/{prompt_id}/{FILE}"
        own = {"campaign": row["campaign"], "pupil_count": row["count"], "raids": row["raids"]}
        context = head | own | {"school_name": names.get(row["school_id"], row["school_id"])}
        rows.append(
            (
                prompt_id,
                row["school_id"],
                row["campaign"],
                row["count"],
                path,
                write_file(out / path, template.render(context)),
                digest_facts(context),
            )
        )
    table = WORK_PROMPTS.conform(pl.DataFrame(rows, schema=WORK_PROMPTS.schema, orient="row"))
    remove_other_folders(out / FOLDER, r"Q[0-9a-f]{12}", set(table["prompt_id"]))
    return table
