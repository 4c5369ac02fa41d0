"""How every test runs."""

from hypothesis import settings

settings.register_profile("tongcha", deadline=None)  # a busy machine is slow, and no test judges by the clock
settings.load_profile("tongcha")
