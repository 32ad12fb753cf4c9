"""Plain data to domain objects, one reader for each kind of file."""
