"""The people on record: where they are read from, their keyed values, how common each value is."""
