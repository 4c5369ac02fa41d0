"""Reference: the dated registry snapshot, staff lists, and the people that can be matched."""
