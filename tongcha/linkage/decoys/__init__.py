"""Decoys: invented people who belong to nobody, linked to measure false links."""
