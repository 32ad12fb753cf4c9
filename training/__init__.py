"""Makes what `bot` uses: the built-in encoder and the decision model. Needs the extra `encoder`."""
