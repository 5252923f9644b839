"""One file per kind that is read in."""

from samsyn.places.importers import areas, buildings

__all__ = ["areas", "buildings"]
