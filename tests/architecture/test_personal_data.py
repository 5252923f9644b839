"""Every field that may be about a person is declared, and every model says whether it is."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from samsyn.core import personal_data

# Django's own rows: names of models, permissions that nothing here uses, and sessions, which hold an account's number.
NOT_OURS = {
    "account.emailaddress",
    "account.emailconfirmation",
    "socialaccount.socialapp",
    "socialaccount.socialtoken",
    "auth.permission",
    "auth.group",
    "auth.group_permissions",
    "accounts.user_groups",
    "accounts.user_user_permissions",
    "contenttypes.contenttype",
    "sessions.session",
}
KINDS_THAT_CANNOT_TELL = (
    models.AutoField,
    models.BigAutoField,
    models.BooleanField,
    models.DateTimeField,
    models.DateField,
    models.TimeField,
    models.PositiveSmallIntegerField,
    models.PositiveIntegerField,
)


def _all_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.label_lower not in NOT_OURS]


def _may_tell(field: models.Field) -> bool:
    """Tell whether a field of a model about persons may say something about one."""
    if field.is_relation:
        return field.related_model is get_user_model()
    return not isinstance(field, KINDS_THAT_CANNOT_TELL) and not field.choices


def test_every_model_says_whether_it_is_about_persons() -> None:
    declared = {name.rpartition(".")[0] for name in personal_data.declared()}
    without = set(personal_data.models_without_persons())
    unsaid = {model._meta.label_lower for model in _all_models()} - declared - without
    assert not unsaid, f"Declare these in <app>/personal_data.py: {sorted(unsaid)}"
    assert not declared & without


def test_what_is_declared_exists() -> None:
    known = {model._meta.label_lower: {f.name for f in model._meta.get_fields()} for model in _all_models()}
    for name in personal_data.declared():
        model, _dot, field = name.rpartition(".")
        assert field in known.get(model, set()), name
    assert not set(personal_data.models_without_persons()) - set(known)


def test_a_model_without_persons_has_no_tie_to_an_account() -> None:
    without = personal_data.models_without_persons()
    tied = [
        f"{model._meta.label_lower}.{field.name}"
        for model in _all_models()
        if model._meta.label_lower in without
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is get_user_model()
    ]
    assert not tied


def test_every_text_of_an_account_and_of_what_hangs_on_it_is_declared() -> None:
    declared = personal_data.declared()
    about = [
        model
        for model in _all_models()
        if model is get_user_model()
        or any(f.is_relation and f.related_model is get_user_model() for f in model._meta.concrete_fields)
    ]
    missing = [
        f"{model._meta.label_lower}.{field.name}"
        for model in about
        for field in model._meta.concrete_fields
        if _may_tell(field) and f"{model._meta.label_lower}.{field.name}" not in declared
    ]
    assert get_user_model() in about
    assert not missing, f"Declare these in <app>/personal_data.py: {missing}"


def test_every_class_says_why_and_how_it_ends() -> None:
    classes = personal_data.classes()
    assert {field.data_class for field in personal_data.declared().values()} <= {each.code for each in classes}
    for each in classes:
        assert str(each.purpose).endswith(".")
        assert str(each.ends).endswith(".")
        assert (each.least_days <= each.keep_days <= 36_500) if each.has_time else each.keep_days == 0
