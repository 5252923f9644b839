"""One file per kind that is read in."""

from samsyn.observations.importers import observations

__all__ = ["observations"]
