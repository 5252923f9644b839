"""People who sign in. Residents have no accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


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
    """A member of staff at a municipality or a partner."""

    email = models.EmailField(_("e-post"), unique=True)
    name = models.CharField(_("namn"), max_length=120)
    is_active = models.BooleanField(_("kan logga in"), default=True)
    is_demo = models.BooleanField(_("demokonto"), default=False)

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
