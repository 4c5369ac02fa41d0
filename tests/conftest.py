"""Property tests claim what comes out, not how soon: a busy machine is slow, not wrong.

The gate draws the same cases each time, so that a change passes or fails by what it changes. To look for
cases that nobody has met: `python3 run.py exec python -m pytest -m hypothesis --hypothesis-profile explore`.
"""

from hypothesis import settings

settings.register_profile("explore", deadline=None)
settings.register_profile("tongcha", deadline=None, derandomize=True)
settings.load_profile("tongcha")
