"""Chinese identities: names, ID numbers, phones and schools, normalised beside the raw value."""
