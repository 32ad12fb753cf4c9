"""Checks across files. Each is a function from `ContentFiles` to the issues it finds."""
