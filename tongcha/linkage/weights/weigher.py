"""From levels to bits: log2(m / u), with u counted in the reference data for this very value.

Fields that say the same thing are not counted twice: once the ID number agrees, the birth date, age and
sex inside it can only speak against the match, and a name can only add what a borrowed card leaves open.
Each field's own arithmetic is in `number_bits`, `name_bits` and `field_bits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.comparison.fields import ID_LEVELS, PHONE_LEVELS
from tongcha.linkage.weights.fields import (
    weigh_ages,
    weigh_areas,
    weigh_births,
    weigh_phones,
    weigh_schools,
    weigh_sexes,
    weigh_subjects,
)
from tongcha.linkage.weights.names import weigh_names
from tongcha.linkage.weights.namesakes import count_namesakes
from tongcha.linkage.weights.numbers import REGION, SEX, YEAR, shows, shows_birth, weigh_numbers
from tongcha.linkage.weights.ratios import quantise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.encoding.codes import F64, I64
    from tongcha.linkage.people.census import Census
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage import LinkagePolicy

FIELDS: Final = ("id_number", "name", "phone", "birth", "age", "sex", "area", "school", "subject")


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs the levels of one batch against one snapshot.

    Attributes:
        policy: m, floors and caps.
        census: counts over all people.
        bearers: per identity, people with an equal name, by kind of equality.
        ages: per identity, how common its claimed age is.
    """

    policy: LinkagePolicy
    census: Census
    bearers: Mapping[str, I64]
    ages: F64

    def prior(self) -> float:
        """Bits of the prior: the identity is this very record rather than nobody on record."""
        known = self.policy.prior.in_registry
        return float(quantise(np.log2(np.array([known / (1 - known) / max(self.census.people, 1)])))[0])

    def weigh(self, pairs: Compared) -> dict[str, F64]:
        """Return bits per field; 0 where a field is absent or already counted in another."""
        policy, census = self.policy, self.census
        id_level = pairs.levels["id_number"]
        same_id = id_level == ID_LEVELS.index("exact")
        near_id = id_level == ID_LEVELS.index("near")
        listed = pairs.levels["phone"] == PHONE_LEVELS.index("listed")
        same_phone = (pairs.levels["phone"] == PHONE_LEVELS.index("exact")) | listed
        told = {"number": same_id, "phone": same_phone, "listed": listed}
        bearers = {kind: count[pairs.identity].astype(float) for kind, count in self.bearers.items()}
        bearers["namesakes"] = count_namesakes(pairs, self.ages, census, policy)
        bits = {
            "id_number": weigh_numbers(pairs, census, policy.id_number),
            "name": weigh_names(pairs, census, bearers, policy.name, told),
            "phone": weigh_phones(pairs, census, policy.phone, same_id),
            "birth": weigh_births(pairs, census, policy.birth),
            "age": weigh_ages(pairs, self.ages, policy.age),
            "sex": weigh_sexes(pairs, census, policy.sex),
            "area": weigh_areas(pairs, census, policy.area),
            "school": weigh_schools(pairs, census, policy.school),
            "subject": weigh_subjects(pairs, policy.subject),
        }
        bits["birth"][same_id | near_id | shows_birth(pairs)] = 0.0
        for field, place in (("age", YEAR), ("sex", SEX)):
            known = same_id | near_id | (pairs.levels["birth"] == 0) | shows(pairs, place)
            bits[field][known] = np.minimum(bits[field][known], 0.0)
        for field in ("area", "school", "subject"):
            bits[field][same_id] = 0.0
        for agrees, most in (
            (same_phone, policy.area.most_given_phone),
            (shows(pairs, REGION), policy.area.most_given_region),
        ):
            bits["area"][agrees] = np.minimum(bits["area"][agrees], most)
        for field in FIELDS:  # where a value is everyone's, agreement says nothing, but never the contrary
            agrees = pairs.levels[field] == 0
            np.maximum(bits[field], 0.0, out=bits[field], where=agrees)
        return {field: quantise(bits[field]) for field in FIELDS}
