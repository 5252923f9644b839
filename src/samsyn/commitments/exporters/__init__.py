"""Documents as files that people read; `exports.py` beside gives those that programs read."""
