"""Intake: read, map headers, type, and reject with a reason."""
