"""What is done to municipalities and their partners, by subject."""

from samsyn.organisations.services.setup import WrongMunicipalityCode, set_up_municipality

__all__ = ["WrongMunicipalityCode", "set_up_municipality"]
