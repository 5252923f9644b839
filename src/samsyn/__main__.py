import sys

from samsyn.cli import main

sys.exit(main())
