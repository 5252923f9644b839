"""One file per source that is read in."""

from samsyn.statistics.importers import crime, kolada, police, population

__all__ = ["crime", "kolada", "police", "population"]
