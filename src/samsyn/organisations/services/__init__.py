"""What is done to municipalities and their partners, by subject."""

from samsyn.organisations.services.setup import HostTaken, WrongMunicipalityCode, give_host, set_up_municipality

__all__ = ["HostTaken", "WrongMunicipalityCode", "give_host", "set_up_municipality"]
