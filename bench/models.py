"""The one table of the bare site."""

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """Something to list."""

    title = models.CharField(max_length=200)
    text = models.TextField()

    objects: ClassVar[models.Manager["Row"]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.title
