"""Records as numbers: names as code points and readings, ID numbers as bytes, phones as integers."""
