"""Vietnamese text as pure functions; imports nothing else of the package."""
