"""Measurements anyone can run again; results in README.md. Never part of the tests."""
