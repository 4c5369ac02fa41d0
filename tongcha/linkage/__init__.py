"""Linkage: blocking, comparison, match weights, ranking, evidence and decoys."""
