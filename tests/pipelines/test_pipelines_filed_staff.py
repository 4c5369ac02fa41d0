"""清查兼职 through real runs: a firm's list is linked, signed, held back, answered, and only then leaves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
import yaml
from openpyxl import load_workbook

from pipelines.casedesk import verify
from pipelines.casework import Desk
from pipelines.report import count_funnel, read_all
from pipelines.resources import build_office
from pipelines.workflow import act_on, propose_batches
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_judgement
from tongcha.synthetic.inbox import write_source
from tongcha.synthetic.sheets import write_csv

if TYPE_CHECKING:
    from pipelines.home import Home

pytestmark = pytest.mark.slow

BATCH, DAY = "2026-11-清查兼职", date(2026, 11, 20)
FIRM = {
    "raid_id": "BA001", "raid_date": DAY, "area": "", "licence": "有照有证", "subject_type": "学科类",
    "institution_id": "52210202MJ0000001Q", "institution_name": "虚构市求知培训学校",
    "recorder_file": "BA-2026-001", "recorder_sha256": "a" * 64,
}  # fmt: skip
SITE_WORDS = {
    "raid_id": "备案编号", "raid_date": "备案日期", "area": "区划代码", "licence": "证照情况",
    "subject_type": "学科类别", "institution_id": "统一社会信用代码", "institution_name": "机构全称",
    "recorder_file": "音像文件号", "recorder_sha256": "音像指纹",
}  # fmt: skip
PERSON_WORDS = {
    "identity_id": "从业编号", "raid_id": "备案编号", "name": "姓名", "id_number": "身份证号码",
    "phone": "联系电话", "sex": "性别", "claimed_subject": "任教学科", "role": "现场身份",
}  # fmt: skip


def choose_teacher(home: Home) -> dict[str, object]:
    """A teacher of the registry who served on the day, with one spell, alone with that name."""
    people, spells = read_all(home, "people"), read_all(home, "employment")
    alone = people.filter(pl.len().over("name") == 1, pl.len().over("id_number") == 1)
    known = alone.drop_nulls(["id_number", "phone", "teacher_id"]).filter(pl.col("same_person_as").is_null())
    serving = spells.filter(pl.len().over("teacher_id") == 1, pl.col("end").is_null(), pl.col("start") < DAY)
    settled = serving.filter(pl.col("staff_type") == "在编").select("teacher_id")
    return known.join(settled, on="teacher_id").sort("person_id").row(0, named=True)


def file_staff(home: Home, teacher: dict[str, object]) -> None:
    """Put a firm's filed staff into the inbox: the teacher, and a tutor whom nobody knows."""
    folder = home.inbox / "raids" / BATCH
    folder.mkdir()
    write_source(folder / "source.yaml", 0, date(2027, 12, 31))
    source = yaml.safe_load((folder / "source.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(source | {"kind": "清查兼职", "purpose": "清查在职教师兼职"}, allow_unicode=True)
    (folder / "source.yaml").write_text(text, encoding="utf-8")
    area = str(read_all(home, "schools")["area"][0])
    write_csv(
        folder / "备案机构.csv", pl.DataFrame([FIRM | {"area": area}]), SITE_WORDS, encoding="utf-8-sig"
    )
    own = {name: teacher[name] for name in ("name", "id_number", "phone", "sex")}
    other: dict[str, object] = {"name": "欧阳不存在", "id_number": None, "phone": None, "sex": "女"}
    filed: dict[str, object] = {"raid_id": "BA001", "claimed_subject": "数学", "role": "授课"}
    rows = [filed | {"identity_id": f"F{n}"} | person for n, person in enumerate((own, other))]
    write_csv(folder / "备案人员.csv", pl.DataFrame(rows), PERSON_WORDS, encoding="gb18030")


def sign(home: Home) -> str:
    """Let two people say that the filed person is the teacher; returns the link."""
    links = read_all(home, "candidate_links").filter(
        (pl.col("batch") == BATCH) & (pl.col("identity_id") == "F0") & (pl.col("rank") == 1)
    )
    link = links.row(0, named=True)
    said = [
        record_judgement(
            batch=BATCH, link_id=link["link_id"], review_round=name, reviewer=who, verdict="same",
            reason="证件号码一致", evidence_hash=link["evidence_hash"], decided_on=date(2026, 11, 23),
        )
        for name, who in (("一审", "R01"), ("二审", "R02"))
    ]  # fmt: skip
    office = build_office(home)
    Ledger(office.ledger_url).append_all(said, at=office.now())
    return str(link["link_id"])


def own(home: Home, name: str) -> pl.DataFrame:
    return read_all(home, name).filter(pl.col("batch") == BATCH)


def test_a_filed_teacher_is_referred_only_when_the_school_has_confirmed_it(runner):
    home = runner.home
    teacher = choose_teacher(home)
    met = dict(count_funnel(home))["现场人员"]
    file_staff(home, teacher)
    propose_batches(runner, BATCH)
    assert own(home, "sites")["kind"].to_list() == ["清查兼职"]
    link = sign(home)
    act_on(runner, [BATCH])
    assert own(home, "confirmed_links").is_empty()
    assert own(home, "withheld_links")["requirement"].to_list() == ["verified"]
    assert own(home, "referrals").is_empty()
    assert dict(count_funnel(home))["现场人员"] == met  # nobody was met

    desk = Desk(runner, "R06")
    raid = read_all(home, "confirmed_links").filter(pl.col("batch") != BATCH)["link_id"][0]
    for number, source, why in ((raid, "学校书面核实", "不是清查兼职"), (link, "口头", "由谁核实")):
        with pytest.raises(LedgerError, match=why):
            verify(desk, number, is_true=True, source=source, on=None, reason="复函〔2026〕3号")
    verify(desk, link, is_true=True, source="学校书面核实", on=None, reason="复函〔2026〕3号")
    assert own(home, "confirmed_links")["link_id"].to_list() == [link]
    assert own(home, "referrals")["person_id"].unique().to_list() == [teacher["person_id"]]
    facts = own(home, "exculpatory_findings")["finding"].to_list()
    assert {"only_filed", "no_police_check", "licensed_site"} <= set(facts)
    charged = own(home, "school_responsibilities")
    assert charged.select("state", "school_id").rows() == [("attributed", teacher["school_id"])]
    clues = own(home, "referral_packages").filter(pl.col("path").str.ends_with("线索清单.xlsx"))["path"][0]
    cells = [c for row in load_workbook(home.outbox / clues)["身份证据"].values for c in row if c]
    assert any("BA-2026-001" in str(cell) for cell in cells)  # the recording's number, never the recording
