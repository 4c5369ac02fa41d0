"""How the people met are taken down: the table `identities`, and what went wrong with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tongcha.synthetic.corruption import (
    address_as,
    blur_rare,
    change_digit,
    mask_id,
    mishear,
    mistype_id,
    respell,
)

if TYPE_CHECKING:
    from tongcha.synthetic.confusions import Confusions, Dice
    from tongcha.synthetic.places import Places
    from tongcha.synthetic.shares import CollectedShares, WorldShares

ROLES: Final = {"授课": 0.74, "举办": 0.08, "介绍": 0.05}
GROUND: Final = "居民身份证法第十五条"
NUMBERED: Final = frozenset({"card", "typed"})
IDENTITY_SCHEMA: Final[dict[str, pl.DataType]] = {
    "identity_id": pl.String(),
    "raid_id": pl.String(),
    "raid_date": pl.Date(),
    "site_area": pl.String(),
    "capture": pl.String(),
    "checked_by": pl.String(),
    "ground": pl.String(),
    "name": pl.String(),
    "id_number": pl.String(),
    "phone": pl.String(),
    "sex": pl.String(),
    "age": pl.Int64(),
    "claimed_school": pl.String(),
    "claimed_subject": pl.String(),
    "role": pl.String(),
    "error_classes": pl.List(pl.String()),
}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorder:
    """The officer with the form: what the shares are and which mistakes there are.

    Attributes:
        shares: shares of the whole world.
        confusions: which characters are mistaken for which.
        places: where the schools are.
        rare: rare characters.
        dice: source of randomness.
    """

    shares: WorldShares
    confusions: Confusions
    places: Places
    rare: str
    dice: Dice

    @property
    def collected(self) -> CollectedShares:
        """Shares of what goes wrong."""
        return self.shares.collected


def take_down(recorder: Recorder, met: pl.DataFrame) -> pl.DataFrame:
    """Return table `identities` plus `error_classes`, one row per person met, in the order given.

    Args:
        recorder: shares and mistakes.
        met: people met with their site (raid_id, raid_date, area) and donors, sorted by slot.
    """
    spellings = recorder.places.schools.select("name", "short", "aliases").rows()
    rows = [take_down_one(recorder, row, spellings) for row in met.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=IDENTITY_SCHEMA)


def take_down_one(recorder: Recorder, row: Row, spellings: list[tuple[str, str, str | None]]) -> Row:
    """Take down one person."""
    dice = recorder.dice
    capture = dice.choose(recorder.shares.capture.model_dump(), "oral")
    errors: list[str] = []
    name = take_name(recorder, row, capture, errors)
    lies = "all_false" in errors
    sex = "女" if row["woman"] else "男"
    if dice.happens(recorder.collected.sex_wrong):
        sex = "男" if row["woman"] else "女"
    identity = {
        "identity_id": f"I{row['slot'] + 1:06d}",
        "raid_id": row["raid_id"],
        "raid_date": row["raid_date"],
        "site_area": row["area"],
        "capture": capture,
        "checked_by": f"J{10_000 + dice.below(400)}",
        "ground": GROUND,
        "name": name,
        "id_number": take_id(recorder, row, capture, errors),
        "phone": take_phone(recorder, row, errors, lies=lies),
        "sex": None if dice.happens(recorder.collected.sex_missing) else sex,
        "age": take_age(recorder, row["age"], capture, lies=lies),
        "claimed_school": take_school(recorder, row, spellings, lies=lies),
        "claimed_subject": row["subject"] if dice.happens(0.6) else None,
        "role": dice.choose(ROLES, "其他"),
    }
    if "false_name" in errors and identity["phone"] == row["phone"]:
        errors[errors.index("false_name")] = "false_name_true_phone"
    if row["category"] == "homonym":
        errors.append("homonym")
    identity["error_classes"] = errors or [
        {"card": "clean_card", "typed": "clean_typed"}.get(capture, f"clean_{capture}")
    ]
    return identity


def take_name(recorder: Recorder, row: Row, capture: str, errors: list[str]) -> str:
    """Return the name as written down, and note what is wrong with it."""
    dice, shares = recorder.dice, recorder.collected
    invented = tell_false_name(recorder, row, capture, errors)
    if invented:
        return invented
    if capture != "card" and dice.happens(shares.name_of_a_teacher):
        errors.append("false_name_of_a_teacher")
        return str(row["name_of_a_teacher"])
    if "·" in row["name"]:
        errors.append("minority_name")
        return str(row["name"]) if capture == "card" else respell(dice, row["name"])
    return write_name(recorder, row, capture, errors)


def tell_false_name(recorder: Recorder, row: Row, capture: str, errors: list[str]) -> str:
    """Return what somebody says who doesn't give their name; empty if they do."""
    dice, shares = recorder.dice, recorder.collected
    if capture != "oral":
        return ""
    lies = {"alias_only": shares.alias_only, "false_name": shares.false_name, "all_false": shares.all_false}
    lie = dice.choose(lies, "")
    if not lie:
        return ""
    errors.append(lie)
    if lie == "alias_only":
        surname = row["surname"] or row["name"][:1]
        return address_as(dice, surname, is_woman=row["woman"], age=row["age"])
    return str(row["invented_name"])


def write_name(recorder: Recorder, row: Row, capture: str, errors: list[str]) -> str:
    """Return a name that was truly given: perhaps the former one, perhaps misheard or miscopied."""
    dice, shares, name = recorder.dice, recorder.collected, str(row["name"])
    if capture != "card" and row["former_name"] and dice.happens(shares.former_name_used):
        errors.append("former_name")
        name = row["former_name"]
    if set(name) & set(recorder.rare):
        errors.append("rare_char")
        return blur_rare(dice, name, recorder.rare) if dice.happens(shares.rare_char_lost) else name
    wrong = shares.name_wrong_spoken if capture == "oral" else shares.name_wrong_written
    if capture != "card" and dice.happens(wrong):
        name, error = mishear(dice, name, recorder.confusions)
        errors.append(error)
    return name


def take_id(recorder: Recorder, row: Row, capture: str, errors: list[str]) -> str | None:
    """Return the ID number as written down, and note what is wrong with it."""
    dice, number = recorder.dice, str(row["id_number"])
    if capture == "oral":
        return None
    if capture in NUMBERED:
        numbered = recorder.shares.capture.card + recorder.shares.capture.typed
        if dice.happens(recorder.collected.others_id / numbered):
            errors.append("others_id")
            number = str(
                row["id_of_a_teacher"]
                if dice.happens(recorder.collected.others_id_teacher)
                else row["invented_id"]
            )
    if capture == "typed":
        number = type_id(recorder, number, errors)
    if capture == "masked":
        errors.append("masked")
        return mask_id(dice, number)
    if capture == "last4":
        errors.append("last4")
        return number[-4:]
    return number


def type_id(recorder: Recorder, number: str, errors: list[str]) -> str:
    """Return an ID number as typed: mostly right, else with one error, or ruined by a spreadsheet."""
    dice, shares = recorder.dice, recorder.collected
    if dice.happens(shares.id_wrong):
        number, error = mistype_id(dice, number)
        errors.append(error)
    elif dice.happens(shares.id_destroyed):
        number = number[:15] + "000"
        errors.append("destroyed_id")
    return number


def take_phone(recorder: Recorder, row: Row, errors: list[str], *, lies: bool) -> str | None:
    """Return the phone as written down, and note whose it is if not the person's own."""
    dice, shares = recorder.dice, recorder.collected
    given = dice.happens(shares.phone_given)
    borrowed = dice.choose(
        {
            "family_phone": shares.family_phone,
            "recycled_phone": shares.recycled_phone,
            "owner_phone": shares.owner_phone,
        },
        "",
    )
    if lies:
        return str(row["stray_phone"]) if given else None
    if borrowed:
        errors.append(borrowed)
        return str(
            row[{"family_phone": "live_phone", "recycled_phone": "stale_phone"}.get(borrowed, borrowed)]
        )
    if not given:
        return None
    kind = dice.choose({"wrong_phone": shares.phone_wrong, "false_phone": shares.phone_false}, "")
    if kind:
        errors.append(kind)
        return change_digit(dice, row["phone"]) if kind == "wrong_phone" else str(row["stray_phone"])
    return str(row["phone"])


def take_age(recorder: Recorder, age: int, capture: str, *, lies: bool) -> int | None:
    """Return the age as written down: missing, or off by one or two years unless read from a card."""
    dice = recorder.dice
    if dice.happens(recorder.collected.age_missing):
        return None
    if lies or (capture not in NUMBERED and dice.happens(recorder.collected.age_off)):
        return max(16, age + (-2, -1, 1, 2)[dice.below(4)])
    return age


def take_school(
    recorder: Recorder, row: Row, spellings: list[tuple[str, str, str | None]], *, lies: bool
) -> str | None:
    """Return the school that the person claims: in short, by an alias, in full, a wrong one, or none."""
    dice, shares = recorder.dice, recorder.collected
    own = row["true_school_no"]
    if own is None:
        claims = {"student": "澜川大学", "tutor": None}.get(row["category"])
        wrong = spellings[dice.below(len(spellings))][1]
        return wrong if dice.happens(0.06) else claims if dice.happens(0.3) else None
    kind = dice.choose(
        {
            "none": shares.school_none,
            "short": shares.school_short,
            "alias": shares.school_alias,
            "full": shares.school_full,
        },
        "wrong",
    )
    if kind == "none":
        return None
    full, short, aliases = spellings[dice.below(len(spellings)) if kind == "wrong" or lies else own]
    if kind == "alias" and aliases:
        return dice.pick(aliases.split("、"))
    return full if kind == "full" else short
