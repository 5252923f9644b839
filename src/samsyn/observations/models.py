"""The one stream: each thing that somebody saw, whatever the way it came here. No persons in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from samsyn.core import text
from samsyn.observations.enums import BIAS, OTHER, Certainty, Precision, SourceClass
from samsyn.organisations.models import Municipality

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from samsyn.accounts.models import User

WHAT_LENGTH = 4_000
ID_LENGTH = 120


def random_id() -> str:
    """Return an id that nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


class ObservationCategory(models.Model):
    """A kind of thing seen, as a municipality names it. A code once used is never given another meaning."""

    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="observation_categories")
    code = models.SlugField(_("kod"), max_length=60)
    name = models.CharField(_("namn"), max_length=120)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    is_active = models.BooleanField(_("används"), default=True)

    class Meta:
        verbose_name = _("kategori")
        verbose_name_plural = _("kategorier")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="one_observation_category_per_code"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name in the reader's language, where it is one of ours; a municipality's own stays as it is."""
        return translate(self.name)


class ObservationContent(models.Model):
    """What an observation says. Its source is not here: that never changes."""

    category = models.ForeignKey(ObservationCategory, models.PROTECT, related_name="+", verbose_name=_("kategori"))
    own_category = models.CharField(_("eget ord"), max_length=120, blank=True, help_text=_("Hos Övrigt"))
    what = models.TextField(_("vad"))
    certainty = models.CharField(_("säkerhet"), max_length=12, choices=Certainty, default=Certainty.NOT_STATED)
    happened_at = models.DateTimeField(_("när"))
    precision = models.CharField(_("noggrannhet"), max_length=8, choices=Precision, default=Precision.MINUTE)
    lat = models.FloatField(_("latitud"), null=True)
    lon = models.FloatField(_("longitud"), null=True)
    easting_m = models.FloatField(_("öst i SWEREF 99 TM"), null=True)
    northing_m = models.FloatField(_("norr i SWEREF 99 TM"), null=True)
    area_code = models.CharField(_("angivet område"), max_length=40, blank=True)
    place_name = models.CharField(_("plats i ord"), max_length=200, blank=True)
    regso_code = models.CharField(_("RegSO"), max_length=40, blank=True)
    deso_code = models.CharField(_("DeSO"), max_length=40, blank=True)

    class Meta:
        abstract = True

    @property
    def category_label(self) -> str:
        """The category, or the source's own word for what fits none."""
        return self.own_category or self.category.display_name


CONTENT_FIELDS: tuple[str, ...] = tuple(field.attname for field in ObservationContent._meta.local_fields)


class ObservationQuerySet(models.QuerySet["Observation"]):
    """Observations, only ever asked for with a person or a municipality."""

    def visible_to(self, user: User | AnonymousUser) -> ObservationQuerySet:
        """Keep what a person may see: those of the municipalities where a role lets them read."""
        from samsyn.observations.permissions import READ
        from samsyn.organisations.models import Membership

        if not user.is_authenticated or not user.is_active:
            return self.none()
        towns = Membership.objects.filter(user_id=user.pk, role__in=READ.roles)
        return self.filter(municipality__in=towns.values("organisation__municipality"))

    def of(self, municipality: Municipality) -> ObservationQuerySet:
        """Keep those of a municipality."""
        return self.filter(municipality=municipality)

    def standing(self) -> ObservationQuerySet:
        """Leave out what was withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Observation(ObservationContent):
    """
    One thing seen: what, where, when, from which source. It holds no persons.

    The row says what holds now; each earlier state stands in `ObservationVersion`. The source, its own id and the
    public id never change. `is_corrected` says that a person has corrected it: files no longer change it.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="observations")
    public_id = models.CharField(_("id"), max_length=22, unique=True, default=random_id)
    source_class = models.CharField(_("källa"), max_length=20, choices=SourceClass)
    source_id = models.CharField(_("källans id"), max_length=ID_LENGTH)
    recorded_at = models.DateTimeField(_("införd"))
    recorded_by = models.CharField(_("införd av"), max_length=200, help_text=_("Roll och organisation, inget namn"))
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    is_corrected = models.BooleanField(_("rättad av någon"), default=False, db_default=False)
    withdrawn_at = models.DateTimeField(_("återtagen"), null=True)
    withdrawal_reason = models.CharField(_("skäl"), max_length=500, blank=True, db_default="")
    search_text = models.TextField(editable=False)

    objects: ClassVar[models.Manager[Observation]] = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observationer")
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["municipality", "-happened_at", "-id"], name="observations_by_time"),
            models.Index(fields=["municipality", "regso_code", "-happened_at"], name="observations_by_area"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "source_class", "source_id"], name="one_observation_per_source_id"
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True, easting_m__isnull=True, northing_m__isnull=True)
                | Q(
                    lat__range=(55.0, 69.2), lon__range=(10.5, 24.3), easting_m__isnull=False, northing_m__isnull=False
                ),
                name="observation_has_a_whole_point_or_none",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""), name="withdrawn_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the text for searching in step with what is said."""
        self.search_text = search_text(self.what, self.own_category, self.place_name)
        super().save(*args, **kwargs)

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it no longer counts."""
        return self.withdrawn_at is not None

    @property
    def bias(self) -> str:
        """What this source is known to miss."""
        return str(BIAS[SourceClass(self.source_class)])

    @property
    def content(self) -> dict[str, Any]:
        """What it says now, by field."""
        return {name: getattr(self, name) for name in CONTENT_FIELDS}


class ObservationVersion(ObservationContent):
    """What an observation said before it was changed: when, by whom and why. Written once, changed by nobody."""

    observation = models.ForeignKey(Observation, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    replaced_at = models.DateTimeField(_("ersatt"))
    replaced_by = models.CharField(_("ersatt av"), max_length=200)
    reason = models.CharField(_("skäl"), max_length=500)

    class Meta:
        verbose_name = _("tidigare version")
        verbose_name_plural = _("tidigare versioner")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["observation", "version"], name="one_earlier_state_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.observation_id} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once."""
        if not self._state.adding:
            raise TypeError("An earlier version is never changed")
        super().save(*args, **kwargs)


def search_text(what: str, own_category: str, place_name: str) -> str:
    """Return the text that searches look in."""
    return text.search_key(what, own_category, place_name)


def is_other(code: str) -> bool:
    """Tell whether a category's code is the one for what fits none."""
    return code == OTHER
