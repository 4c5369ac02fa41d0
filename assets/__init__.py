"""Dagster assets, one file per stage; each calls one domain function."""
