from samsyn.config.sqlite import use_bundled_sqlite

use_bundled_sqlite()
