"""Files to a Catalog, or to every issue found in them."""
