"""Match weights: log2(m / u) per field, u counted for this very value."""
