"""The ledger: append-only, hash-chained events of what named people decided."""
