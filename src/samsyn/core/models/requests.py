"""What is remembered of requests: how often something was tried, and which writes have already been answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateCount(models.Model):
    """
    How often something was tried within a window, by a hash that cannot be led back to an address.

    The hash is keyed and its key changes daily; rows of earlier windows are removed by the worker.
    """

    bucket = models.CharField(max_length=120)
    window_start_at = models.DateTimeField()
    n_tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("räknare")
        verbose_name_plural = _("räknare")
        constraints = [models.UniqueConstraint(fields=["bucket", "window_start_at"], name="one_count_per_window")]

    def __str__(self) -> str:
        return self.bucket


class AnsweredWrite(models.Model):
    """
    A write from a form or a phone that has been answered, by the key that the client made for it.

    The same key with the same content gets the same answer again; with other content it is refused.
    """

    scope = models.CharField(_("vad"), max_length=120, help_text=_("Ruttens namn och vems nyckeln är"))
    key = models.UUIDField(_("klientens nyckel"))
    content_hash = models.CharField(_("innehållets kontrollsumma"), max_length=64)
    answer = models.JSONField(_("svar"), default=dict)
    at = models.DateTimeField(_("tid"))

    class Meta:
        verbose_name = _("besvarad skrivning")
        verbose_name_plural = _("besvarade skrivningar")
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["at"], name="answered_writes_by_time")]

    def __str__(self) -> str:
        return self.scope
