"""Put the bundled SQLite in the place of the interpreter's own, before Django imports it.

SQLite 3.7.0 to 3.51.2 can, rarely, corrupt a database in WAL mode when two connections write or
checkpoint at once. The system's library is often older than that, so the wheel `pysqlite3`, which
carries its own, is used instead. `samsyn.core.checks` names the version at every start.
"""

import sys


def use_bundled_sqlite() -> None:
    """Make `import sqlite3` mean the bundled library in this process."""
    import pysqlite3
    import pysqlite3.dbapi2

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
