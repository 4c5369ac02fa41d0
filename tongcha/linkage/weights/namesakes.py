"""Namesakes on no record: who bears a teacher's name is often about as old and from around there as well.

So name, age and district don't agree by chance as rarely as each of them alone would have it. What is
known of people on no record (policy `strangers`) tells how often all three do.
"""

from __future__ import annotations

from itertools import pairwise
from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.comparison.fields import FAR_YEARS, PHONE_LEVELS
from tongcha.linkage.encoding.codes import ABSENT
from tongcha.linkage.weights.fields import share_ages, share_cities
from tongcha.linkage.weights.numbers import tells
from tongcha.linkage.weights.ratios import choose_u

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import F64, Truth
    from tongcha.linkage.people.census import Census
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage import LinkagePolicy, Strangers
    from tongcha.policy.linkage_weights import IdNumber


def count_namesakes(pairs: Compared, ages: F64, census: Census, policy: LinkagePolicy) -> F64:
    """Return how many more people bear the name, in people on record, given how age and district compare.

    0 where number or phone agree: a namesake's would not.
    """
    age, area = pairs.levels["age"], pairs.levels["area"]
    of_age = np.array(share_namesake_ages(policy.strangers))[np.maximum(age, 0)]
    older = np.where(age == ABSENT, 1.0, of_age / share_ages(pairs, ages, policy.age))
    near = policy.strangers.neighbours
    in_city = near / share_cities(pairs, census) + 1 - near
    nearer = np.where(area == ABSENT, 1.0, choose_u([in_city, in_city, 1 - near], area))
    return np.where(is_tied(pairs, policy.id_number), 0.0, policy.strangers.namesakes * older * nearer)


def share_namesake_ages(policy: Strangers) -> tuple[float, ...]:
    """Share of namesakes at each level of age: how far off they are is normally distributed around 0."""
    ends = (0.5, 1.5, 2.5, FAR_YEARS + 0.5)
    within = [erf(years / policy.namesake_years / sqrt(2)) for years in ends]
    return (within[0], *(more - less for less, more in pairwise(within)), 1 - within[-1])


def is_tied(pairs: Compared, policy: IdNumber) -> Truth:
    """Whether number or phone agree, so far that a namesake's hardly would."""
    phone = pairs.levels["phone"]
    tied: Truth = tells(pairs, policy) | ((phone > ABSENT) & (phone <= PHONE_LEVELS.index("near")))
    return tied
