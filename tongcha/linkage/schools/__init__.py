"""Claimed schools and which schools they fit."""
