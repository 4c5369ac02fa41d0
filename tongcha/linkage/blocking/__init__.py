"""Blocking: keys, probes, and the scan that finds who is worth comparing."""
