"""The app that holds base templates, components and design tokens."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "samsyn.ui"
    label = "ui"
