"""Referral: exculpatory facts, routing by legal status, and the package."""
