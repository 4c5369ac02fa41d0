"""The casebook: what was handed to whom, what must be put right and by when, what the public may count."""
