"""One file per source that is read in."""

from samsyn.statistics.importers import crime, police, population

__all__ = ["crime", "police", "population"]
