"""Property tests claim what comes out, not how soon: a busy machine is slow, not wrong."""

from hypothesis import settings

settings.register_profile("tongcha", deadline=None)
settings.load_profile("tongcha")
