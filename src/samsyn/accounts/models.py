"""People who sign in, and what is kept about how they do it. Residents have no accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.enums import LinkPurpose, SignInMethod


class UserManager(BaseUserManager["User"]):
    """Creates accounts with an e-mail address as name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an account; without a password nobody can sign in to it until one is set."""
        user = self.model(email=self.normalize_email(email).casefold(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account by its address, whatever the case it was typed in."""
        return self.get(email=(username or "").casefold())


class User(AbstractBaseUser, PermissionsMixin):
    """
    A member of staff at a municipality or a partner.

    `sessions_version` is part of what each session is checked against: raising it ends them all at once.
    """

    email = models.EmailField(_("e-post"), unique=True)
    name = models.CharField(_("namn"), max_length=120)
    is_active = models.BooleanField(_("kan logga in"), default=True)
    is_demo = models.BooleanField(_("demokonto"), default=False)
    language = models.CharField(_("språk i mejl"), max_length=20, default="sv", db_default="sv")
    sessions_version = models.PositiveIntegerField(_("sessionernas version"), default=0, db_default=0)
    closed_at = models.DateTimeField(_("stängt"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("konto")
        verbose_name_plural = _("konton")

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        """Role and organisation as the log shows them; a name would be personal data in the log."""
        roles = ", ".join(sorted(str(m) for m in self.memberships.in_force().select_related("organisation")))
        return roles or f"konto {self.pk}"

    @property
    def municipality_code(self) -> str:
        """The municipality the person first came to work for, as the log shows it; empty without any."""
        code = self.memberships.in_force().values_list("organisation__municipality__code", flat=True).first()
        return code or ""

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold to go on: it changes with the password and with the version."""
        return self._with_version(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same as made with earlier secret keys."""
        for made in super().get_session_auth_fallback_hash():
            yield self._with_version(made)

    def _with_version(self, made: str) -> str:
        # Version 0 leaves Django's own value, so that nobody is signed out by the upgrade.
        return f"{made}.{self.sessions_version}" if self.sessions_version else made


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Sign-ins of a person."""

    def going_on(self) -> SignInQuerySet:
        """Return those that nobody has ended."""
        return self.filter(ended_at__isnull=True)


class SignIn(models.Model):
    """
    One time that a person signed in, as they see it among their own devices.

    Of the device only coarse words are kept, never its address or what it says of itself in full. `seen_at` is whole
    hours. The session's key is emptied when the sign-in has ended.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(_("session"), max_length=40, blank=True)
    browser = models.CharField(_("webbläsare"), max_length=20, blank=True)
    system = models.CharField(_("system"), max_length=20, blank=True)
    method = models.CharField(_("sätt"), max_length=30, choices=SignInMethod)
    signed_in_at = models.DateTimeField(_("inloggad"))
    seen_at = models.DateTimeField(_("senast sedd, hel timme"))
    ended_at = models.DateTimeField(_("avslutad"), null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("inloggning")
        verbose_name_plural = _("inloggningar")
        ordering = ["-signed_in_at", "-id"]
        indexes = [models.Index(fields=["session_key"], name="sign_ins_by_session")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(session_key=""),
                name="ended_sign_in_has_no_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.pk}"


class OneTimeLink(models.Model):
    """
    A link in a mail that works once and for a while. Only a checksum of its token is kept.

    Several may be open at once: whoever asks for new ones for somebody else must not close the one that the owner has.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_links")
    purpose = models.CharField(_("till för"), max_length=20, choices=LinkPurpose)
    token_hash = models.CharField(_("kontrollsumma"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("skapad"))
    expires_at = models.DateTimeField(_("gäller till"))
    used_at = models.DateTimeField(_("använd"), null=True, blank=True)
    new_email = models.EmailField(_("ny e-postadress"), blank=True)
    invited_to = models.CharField(_("inbjuden till"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("engångslänk")
        verbose_name_plural = _("engångslänkar")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Tell whether the link still works."""
        return self.used_at is None and now < self.expires_at


class NotificationChoice(models.Model):
    """Whether a person wants mails of a group; without a row they do. What is about safety has no group."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notification_choices")
    group = models.CharField(_("grupp"), max_length=60)
    wants_mail = models.BooleanField(_("vill ha mejl"), default=True)

    class Meta:
        verbose_name = _("aviseringsval")
        verbose_name_plural = _("aviseringsval")
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="one_choice_per_group")]

    def __str__(self) -> str:
        return self.group
