"""Evidence rows: one per field and per rule that moved the outcome; they sum to the score exactly."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.identity.id_numbers import MISREAD
from tongcha.linkage.encoding.sides import read_column
from tongcha.linkage.weights.weigher import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.linkage.encoding.codes import F64
    from tongcha.linkage.scoring import Scored

LABELS: Final = {
    "prior": "先验",
    "id_number": "证件号",
    "name": "姓名",
    "phone": "手机号",
    "birth": "出生日期",
    "age": "年龄",
    "sex": "性别",
    "area": "地区",
    "school": "学校",
    "subject": "学科",
    "others": "同场他人",
    "rivals": "竞争候选",
}
"""field → what officials read as 证据项, in the order of the rows"""

LEVEL_LABELS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "id_number": {
        "exact": ("完全一致", "证件号码逐位一致"),
        "near": ("差一处", "现场证件号码与库中号码只差一处，可能是抄录错误，须核对原件"),
        "partial": ("可见位一致", "证件号码可见的各位一致，其余各位没有采集"),
        "partial_near": (
            "可见位差一处",
            "证件号码可见的各位只差一处，可能抄错，也可能是另一个人，须核对原件",
        ),
        "conflict": ("不一致", "证件号码不一致"),
        "different": ("另一号码", "两个号码都完整有效而不相同，或可见位有两处以上不同，多半是两个人"),
    },
    "name": {
        "exact": ("完全一致", "姓名一致；同名的人越多，这一条的分量越轻"),
        "variant": ("异体写法", "姓名是同一写法的繁简或异体"),
        "tone": ("同音", "姓名读音（含声调）相同，用字不同"),
        "syllable": ("音近", "姓名拼音相同，声调不同"),
        "fuzzy": ("方音相近", "姓名读音相近（平翘舌、前后鼻音等）"),
        "lookalike": ("形近", "姓名有一字字形相近，其余相同"),
        "wildcard": ("有缺字", "姓名中有一字没有录出，其余相同"),
        "swapped": ("字序颠倒", "姓名的两个字前后颠倒"),
        "former": ("曾用名", "现场姓名与库中曾用名一致"),
        "dropped": ("少一字", "姓名少一字，其余相同"),
        "one_differs": ("一字不同", "姓名有一字不同，也可能是兄弟姐妹"),
        "surname_differs": ("姓不同", "名相同，姓不同"),
        "surname_only": ("仅有姓氏", "现场只说了姓氏，姓氏一致"),
        "surname_sounds": ("姓氏音近", "现场只说了姓氏，姓氏读音相同，用字不同"),
        "surname_same": ("同姓不同名", "同姓，名不同"),
        "different": ("不同", "姓名不同"),
    },
    "phone": {
        "exact": ("完全一致", "手机号一致；家人合用或换号会削弱这一条"),
        "listed": ("名册一致", "手机号与学校名册上的一致，与登记的不同或没有登记"),
        "near": ("差一位", "手机号只差一位"),
        "different": ("不同", "手机号不同，可能已换号"),
    },
    "birth": {
        "day": ("同日", "证件中的出生日期与库中一致"),
        "month_or_year": ("相近", "出生日期的年、月、日有两项一致"),
        "different": ("不同", "出生日期不同"),
    },
    "age": {
        "same": ("相同", "自报年龄与库中年龄相同"),
        "one": ("差一岁", "自报年龄与库中年龄差一岁"),
        "two": ("差两岁", "自报年龄与库中年龄差两岁"),
        "far": ("差三四岁", "自报年龄与库中年龄差三四岁"),
        "very_far": ("相差较大", "自报年龄与库中年龄相差五岁以上"),
    },
    "sex": {"same": ("相同", "性别相同"), "different": ("不同", "性别不同")},
    "area": {
        "district": ("同区县", "查处场所与任教学校在同一区县"),
        "city": ("仅同市", "查处场所与任教学校在同一市，未见在同一区县"),
        "elsewhere": ("外地", "查处场所与任教学校不在同一市"),
    },
    "school": {
        "fits": ("相符", "自称学校与任教学校相符"),
        "same_district": ("同区县他校", "自称学校与任教学校不同，在同一区县"),
        "elsewhere": ("不符", "自称学校与任教学校不符"),
    },
    "subject": {"same": ("相同", "自称学科与任教学科相同"), "different": ("不同", "自称学科与任教学科不同")},
}
"""field → level → (短语, 说明); no sentence holds a value of a person"""

SPECIAL: Final = {
    "prior": ("人群基数", "库中人数众多，任意一人恰为此人的可能很小，从负数起算"),
    "others": ("二者至多其一", "同场另有他人也与库中此人相符，二人不会都是此人，按对方的把握扣减"),
    "rivals": ("扣除竞争", "其他候选也可能是此人，相应扣减"),
}
BESIDE: Final = ("raid_date", "capture", "ground", "employment_state", "responsible_school_id")
"""what a reviewer sees beside the fields compared; who judged the link did so for that day and post"""
LETTERED: Final = f"[{''.join(MISREAD)}]"
READ_AS_DIGITS: Final = "证件号码中的字母按形近数字读出后校验通过，与对方号码一致，须核对原件"
ALREADY_COUNTED: Final = "（已由更强的证据涵盖，不重复计分）"


def hash_evidence(rows: pl.DataFrame, links: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """Return link_id and evidence_hash: what a reviewer sees, without bits, so re-weighting reopens nothing.

    Args:
        rows: link_id, seq, field, level, identity_value, person_value.
        links: link_id, identity_id, raid_date, employment_state, responsible_school_id.
        identities: identity_id; capture and ground, on which the meeting rests.
    """
    line = _join_texts(("field", "level", "identity_value", "person_value"), "\x1f")
    texts = (
        rows.filter(~pl.col("field").is_in([LABELS[rule] for rule in SPECIAL]))
        .sort("link_id", "seq")
        .group_by("link_id", maintain_order=True)
        .agg(line.str.join("\x1e").alias("text"))
    )
    met = identities.select("identity_id", *(read_column(identities, name) for name in ("capture", "ground")))
    beside = links.join(met, on="identity_id", how="left").select(
        "link_id", beside=_join_texts(BESIDE, "\x1f")
    )
    texts = texts.join(beside, on="link_id", how="left", maintain_order="left")
    whole = texts.select(_join_texts(("text", "beside"), "\x1d")).to_series()
    digests = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in whole]
    return texts.select("link_id", evidence_hash=pl.Series(digests, dtype=pl.String))


def _join_texts(columns: Iterable[str], separator: str) -> pl.Expr:
    parts = [pl.col(column).cast(pl.String).fill_null("") for column in columns]
    return pl.concat_str(parts, separator=separator)


def build_evidence(
    scored: Scored, links: pl.DataFrame, identities: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """Return link_id, seq, field, level, identity_value, person_value, bits, sentence.

    A field that one side lacks has no row; a field that another already covers has a row of 0 bits.
    """
    pair = links["pair"].to_numpy()
    met, row = scored.pairs.identity[pair], scored.record[pair]
    listed = pl.Series(scored.compared.person.listed_phone[pair])
    name_of = dict(zip(schools["school_id"], schools["name"], strict=True))
    sides = _shown_values(identities[met], scored.people[row], listed, name_of)
    parts = [_rule_rows(links, "prior", 0, np.full(links.height, scored.prior))]
    for seq, field in enumerate(FIELDS, start=1):
        if field in LEVEL_LABELS and field in links.columns:
            parts.append(_field_rows(links, field, seq, scored.bits[field][pair], sides[field]))
    for seq, rule, column in ((19, "others", "excluded_bits"), (20, "rivals", "rivalry_bits")):
        parts.append(_rule_rows(links, rule, seq, links[column].to_numpy()).filter(pl.col("bits") != 0))
    return pl.concat(parts).sort("link_id", "seq")


def _rule_rows(links: pl.DataFrame, rule: str, seq: int, bits: F64) -> pl.DataFrame:
    level, sentence = SPECIAL[rule]
    return links.select(
        "link_id",
        seq=pl.lit(seq, pl.Int64),
        field=pl.lit(LABELS[rule]),
        level=pl.lit(level),
        identity_value=pl.lit(None, pl.String),
        person_value=pl.lit(None, pl.String),
        bits=pl.Series(bits),
        sentence=pl.lit(sentence),
    )


def _field_rows(
    links: pl.DataFrame, field: str, seq: int, bits: F64, values: tuple[pl.Series, pl.Series]
) -> pl.DataFrame:
    words = LEVEL_LABELS[field]
    sentence = pl.col(field).replace_strict({k: v[1] for k, v in words.items()}, default=None)
    if field == "id_number":
        written = pl.concat_str("identity_value", "person_value").str.to_uppercase()
        lettered = (pl.col(field) == "exact") & written.str.contains(LETTERED)
        sentence = pl.when(lettered).then(pl.lit(READ_AS_DIGITS)).otherwise(sentence)
    frame = links.with_columns(
        bits=pl.Series(bits), identity_value=values[0].cast(pl.String), person_value=values[1].cast(pl.String)
    ).filter(pl.col(field) != "absent")
    return frame.select(
        "link_id",
        seq=pl.lit(seq, pl.Int64),
        field=pl.lit(LABELS[field]),
        level=pl.col(field).replace_strict({k: v[0] for k, v in words.items()}, default=None),
        identity_value="identity_value",
        person_value="person_value",
        bits="bits",
        sentence=pl.when(pl.col("bits") == 0).then(sentence + pl.lit(ALREADY_COUNTED)).otherwise(sentence),
    )


def _show_phones(registered: pl.Series, listed: pl.Series) -> pl.Series:
    """The registered phone, and the listed one beside it where there is one."""
    frame = pl.DataFrame({"registered": registered, "listed": listed})
    beside = pl.when(pl.col("listed") > 0).then(pl.format("（名册：{}）", "listed"))
    return frame.select(pl.concat_str("registered", beside, ignore_nulls=True)).to_series()


def _shown_values(
    met: pl.DataFrame, person: pl.DataFrame, listed: pl.Series, school_names: dict[str, str]
) -> dict[str, tuple[pl.Series, pl.Series]]:
    """Both values per field as a reviewer reads them."""
    born = person["birth_date"]
    former = pl.when(pl.col("former_name").is_not_null()).then("（曾用名：" + pl.col("former_name") + "）")
    names = person.select(pl.concat_str("name", former.fill_null(""))).to_series()
    numbers = (
        pl.coalesce("id_number", "****" + pl.col("id_tail")) if "id_tail" in person.columns else "id_number"
    )
    return {
        "id_number": (met["id_number"], person.select(numbers).to_series()),
        "name": (met["name"], names),
        "phone": (met["phone"], _show_phones(person["phone"], listed)),
        "birth": (met["id_number"], born.cast(pl.String)),
        "age": (met["age"], born.cast(pl.String)),
        "sex": (met["sex"], person["sex"]),
        "area": (met["site_area"], person["area"]),
        "subject": (met["claimed_subject"], person["subject"]),
        "school": (
            met["claimed_school"],
            person["school_id"].replace_strict(school_names, default=None, return_dtype=pl.String),
        ),
    }
