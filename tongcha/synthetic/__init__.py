"""A seeded invented city with known truth, for the demo, tests and benchmarks."""
