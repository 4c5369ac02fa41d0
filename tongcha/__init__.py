"""The domain of Tongcha 同查: tables in, tables out; no Dagster, no clock, no environment."""
