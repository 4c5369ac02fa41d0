"""Policy is data: what officials may read and change, typed, bounded and versioned."""
