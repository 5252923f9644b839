"""One file per kind that is read in."""

from samsyn.places.importers import areas

__all__ = ["areas"]
