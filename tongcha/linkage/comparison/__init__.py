"""Comparison levels of each field, for many pairs at once."""
