"""Trợ lý 06: guidance on VNeID and online public services, in Vietnamese."""

__version__ = "0.1.0"
