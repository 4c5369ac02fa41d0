"""Reading the tables of a folder, before and while the engine is loaded."""
