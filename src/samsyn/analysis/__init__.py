"""
Samsyn's statistics: pure functions from numbers to numbers with their uncertainty.

No Django, no database, no clock and no pages, so that a figure on a page can be computed again by anyone with
Python. Each method is a module or a package of its own and is listed in `docs/analysis.md`.
"""
