"""Composition roots of the processes that run for long: objects meet here, and nowhere else."""
