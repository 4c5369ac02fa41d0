"""How names, ID numbers and phones come out when they are heard, copied or typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tongcha.synthetic.confusions import Confusions, Dice

FULL_WIDTH: Final = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
LETTERS: Final = {"0": "O", "1": "l"}
NAME_ERRORS: Final = {"homophone": 0.62, "lookalike": 0.18, "missing_char": 0.12}
ID_ERRORS: Final = {
    "typed_substitution": 0.45,
    "typed_transposition": 0.2,
    "typed_missing_digit": 0.15,
    "typed_letter": 0.08,
}
"""The rest is full-width digits or a lower-case x: only the form differs."""
SURNAME_FIRST: Final = 0.15
"""Share of name errors that hit the surname (张 for 章); the rest hit the given name."""
FULL_NAME: Final = 3
SPELLINGS: Final = {
    "买买提": "麦麦提",
    "阿卜杜拉": "阿不都拉",
    "吐尔逊": "图尔荪",
    "古丽娜尔": "古丽纳尔",
    "玉素甫": "玉苏普",
    "艾力": "艾里",
    "买合木提": "麦合木提",
    "库尔班": "库尔板",
    "热依汗": "热依罕",
}
"""Other transcriptions of the same name."""


def mishear(dice: Dice, name: str, confusions: Confusions) -> tuple[str, str]:
    """Return the name with one mistake, and which: homophone, lookalike, missing_char, swapped_char.

    A mistake that this name doesn't allow (nothing to drop from two characters) becomes a homophone.
    """
    kind = dice.choose(NAME_ERRORS, "swapped_char")
    if kind == "missing_char" and len(name) >= FULL_NAME:
        at = 1 + dice.below(len(name) - 1)
        return name[:at] + name[at + 1 :], kind
    if kind == "swapped_char" and len(name) >= FULL_NAME and name[-1] != name[-2]:
        return name[:-2] + name[-1] + name[-2], kind
    order = ["lookalike", "homophone"] if kind == "lookalike" else ["homophone", "lookalike"]
    for attempt in order:
        changed = replace_one(dice, name, confusions, attempt)
        if changed != name:
            return changed, attempt
    return name, ""


def replace_one(dice: Dice, name: str, confusions: Confusions, kind: str) -> str:
    """Replace one character by one that sounds or looks alike; unchanged if there is none."""
    start = 0 if dice.happens(SURNAME_FIRST) else 1 + dice.below(max(len(name) - 1, 1))
    for at in dict.fromkeys([start % len(name), *range(1, len(name)), 0]):
        if kind == "lookalike":
            others = confusions.lookalikes.get(name[at], "")
        else:
            others = confusions.homophones.get(name[at], "")
            if not others or dice.happens(0.2):
                others = confusions.near.get(name[at], "") or others
        if others:
            return name[:at] + dice.pick(others) + name[at + 1 :]
    return name


def change_digit(dice: Dice, number: str) -> str:
    """Return the number with one of its digits replaced by another."""
    at = dice.below(min(len(number), 17))
    return number[:at] + str((int(number[at]) + 1 + dice.below(9)) % 10) + number[at + 1 :]


def mistype_id(dice: Dice, number: str) -> tuple[str, str]:
    """Return an ID number with one typing error, and which."""
    kind = dice.choose(ID_ERRORS, "typed_form")
    if kind == "typed_substitution":
        return change_digit(dice, number), kind
    if kind == "typed_transposition":
        places = [at for at in range(16) if number[at] != number[at + 1]]
        at = places[dice.below(len(places))]
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :], kind
    if kind == "typed_missing_digit":
        at = dice.below(17)
        return number[:at] + number[at + 1 :], kind
    if kind == "typed_letter":
        places = [at for at in range(17) if number[at] in LETTERS]
        at = places[dice.below(len(places))]
        return number[:at] + LETTERS[number[at]] + number[at + 1 :], kind
    return (number.lower() if number.endswith("X") else number.translate(FULL_WIDTH)), kind


def mask_id(dice: Dice, number: str) -> str:
    """Return the number with stars, in one of three usual ways."""
    head, tail = [(6, 4), (10, 4), (3, 4)][dice.below(3)]
    return number[:head] + "*" * (18 - head - tail) + number[-tail:]


def address_as(dice: Dice, surname: str, *, is_woman: bool, age: int) -> str:
    """Return what somebody is called who gives no full name: 小王, 王老师, 小王老师, 老李, 李姐."""
    young = age < 45  # noqa: PLR2004 - the age at which 小 becomes 老 is a manner of speech
    familiar = f"小{surname}" if young else f"老{surname}"
    forms = (
        familiar,
        f"{surname}老师",
        f"{surname}老师",
        f"小{surname}老师",
        f"{surname}姐" if is_woman else f"{surname}哥",
    )
    return dice.pick(forms)


def blur_rare(dice: Dice, name: str, rare: str) -> str:
    """Return a name whose rare characters could not be entered: a question mark, or nothing."""
    for character in name:
        if character in rare:
            return name.replace(character, dice.pick(("?", "？", "")))
    return name


def respell(dice: Dice, name: str) -> str:
    """Return a dotted name with another dot or none, or one part in another usual spelling."""
    if dice.happens(0.5):
        return name.replace("·", dice.pick(("•", "・", ".", "")))
    parts = name.split("·")
    at = dice.below(len(parts))
    parts[at] = SPELLINGS.get(parts[at], parts[at])
    return "·".join(parts)
