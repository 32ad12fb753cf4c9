"""Data and rules; the bottom layer. Standard library only."""
