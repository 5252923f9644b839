"""Choices about people and how they sign in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SignInMethod(models.TextChoices):
    """What a person showed to get in. All but the first are as good as two steps."""

    PASSWORD = "PASSWORD", _("lösenord")
    PASSWORD_AND_CODE = "PASSWORD_AND_CODE", _("lösenord och kod")
    PASSWORD_AND_PASSKEY = "PASSWORD_AND_PASSKEY", _("lösenord och passnyckel")
    PASSKEY = "PASSKEY", _("passnyckel")
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON", _("organisationens inloggning")


class LinkPurpose(models.TextChoices):
    """What a link that works once is for."""

    INVITATION = "INVITATION", _("inbjudan")
    RESET = "RESET", _("nytt lösenord")
    NEW_EMAIL = "NEW_EMAIL", _("ny e-postadress")
