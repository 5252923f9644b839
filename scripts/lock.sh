#!/bin/sh
# Rewrites the two lock files from pyproject.toml. Needs uv. Run it when a dependency changes.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml "$@"; }
lock --extra install -o requirements/base.txt
lock --extra install --extra dev -c requirements/base.txt -o requirements/dev.txt
