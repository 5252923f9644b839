"""Counts as people say them."""

from django.utils.translation import gettext_lazy as _

_SMALL = {
    2: _("två"), 3: _("tre"), 4: _("fyra"), 5: _("fem"), 6: _("sex"), 7: _("sju"),
    8: _("åtta"), 9: _("nio"), 10: _("tio"), 11: _("elva"), 12: _("tolv"),
}  # fmt: skip


def in_words(n: int) -> str:
    """Return a count in words up to twelve; one is left to the sentence, for Swedish has two words for it."""
    return str(_SMALL.get(n, n))
