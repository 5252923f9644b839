"""How large a file may be. Larger ones are refused with the limit named, never cut short."""

MAX_BYTES = 20_000_000
"""Of the file as sent, and of what it holds when unpacked."""
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_DEPTH = 50
"""Of brackets within brackets in JSON."""
MAX_POINTS = 20_000
"""Of one area's outline."""
MAX_REPORTED = 1_000
"""Lines in the report of faulty rows."""
