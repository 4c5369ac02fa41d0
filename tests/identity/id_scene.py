"""Made-up ID numbers that pass their check, for the laws that hold for every number."""

from __future__ import annotations

from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

from tongcha.identity.id_numbers import check_digit

TODAY = date(2026, 11, 22)
QUICK = settings(max_examples=60)

births = st.dates(date(1930, 1, 1), date(2008, 12, 31))
numbers = st.builds(
    lambda region, born, order: with_check(f"{region}{born:%Y%m%d}{order:03d}"),
    st.sampled_from(["110105", "210203", "340103", "440304", "650102", "310115"]),
    births,
    st.integers(0, 995),
)


def with_check(first17: str) -> str:
    return first17 + check_digit(first17)
