"""Dagster assembly, the home folder, and the command line."""
