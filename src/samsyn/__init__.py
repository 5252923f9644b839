"""Samsyn: one shared view for a municipality, the police and residents who want a safer town."""

__version__ = "0.1.0"
