"""
Publish tables without exposing anyone: hide what discloses, and what would give it away.

`release` puts together what is to be published and what is out already, the rules (`small_counts`, `dominance`,
`p_percent`, `one_category`) say which cells disclose, `protect` hides as little as keeps them from being worked out,
`audit` works out what an outsider could, and `check_can_publish` blocks what is not safe. `round_to_base` and
`cell_key_noise` are other ways.

>>> dimensions = {"area": "abc", "year": ("2024", "2025")}
>>> tables = release([CrossTable(dimensions=dimensions, values=[[9, 3], [8, 7], [6, 5]])])
>>> needs = small_counts(tables)
>>> found = protect(tables, needs)
>>> check_can_publish(audit(tables, found.hidden, needs))

`docs/algorithms/suppression.md` explains guarantees and limits in prose.
"""

from samsyn.analysis.suppress.audit import Audit, Interval, audit, check_can_publish
from samsyn.analysis.suppress.checks import Fault, PublicationBlocked, SuppressError
from samsyn.analysis.suppress.noise import cell_key_noise, noise_distribution, record_key
from samsyn.analysis.suppress.rounding import Rounding, round_to_base
from samsyn.analysis.suppress.rules import Need, dominance, join, one_category, p_percent, small_counts
from samsyn.analysis.suppress.secondary import Protection, default_weights, protect
from samsyn.analysis.suppress.tables import TOTAL, CellKey, CrossTable, Release, cell_key, cell_name, release

__all__ = [
    "TOTAL",
    "Audit",
    "CellKey",
    "CrossTable",
    "Fault",
    "Interval",
    "Need",
    "Protection",
    "PublicationBlocked",
    "Release",
    "Rounding",
    "SuppressError",
    "audit",
    "cell_key",
    "cell_key_noise",
    "cell_name",
    "check_can_publish",
    "default_weights",
    "dominance",
    "join",
    "noise_distribution",
    "one_category",
    "p_percent",
    "protect",
    "record_key",
    "release",
    "round_to_base",
    "small_counts",
]
