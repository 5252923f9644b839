"""Which kinds of areas there are, coarsest first."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaLevel(models.TextChoices):
    MUNICIPALITY = "MUNICIPALITY", _("Kommun")
    REGSO = "REGSO", _("RegSO")
    DESO = "DESO", _("DeSO")
    POLICE_AREA = "POLICE_AREA", _("Polisens område")
    OTHER = "OTHER", _("Annat område")
