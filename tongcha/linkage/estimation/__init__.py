"""Estimating m from pairs known to be one person, and exact confidence intervals."""
