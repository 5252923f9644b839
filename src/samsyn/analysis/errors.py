"""What the methods refuse: each has its own error below this one."""

from __future__ import annotations

import enum


class AnalysisError(ValueError):
    """An argument that cannot be used. `code` and `field` let the caller word it in its own language."""

    def __init__(self, code: enum.StrEnum, field: str, value: object = None) -> None:
        self.code = code
        self.field = field
        self.value = value
        super().__init__(f"{field}: {code.value.replace('_', ' ').lower()} (got {value!r})")
