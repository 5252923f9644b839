#!/bin/sh
# install.sh PYTHON base|dev: makes .venv and installs the locked dependencies and the project into it.
set -eu
python=$1
set=$2
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*" >&2; }

command -v "$python" >/dev/null 2>&1 || { say "Python saknas. Installera Python 3.11 eller senare (Debian: apt install python3 python3-venv)."; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 eller senare behövs; $python är äldre. Kör till exempel: make PYTHON=python3.12 demo"; exit 1; }
if [ ! -x .venv/bin/python ]; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || { say "Python saknar venv. Installera paketet python3-venv (Debian: apt install python3-venv) och försök igen."; exit 1; }
    say "Skapar .venv …"
    "$python" -m venv .venv
fi
say "Installerar beroenden ($set) …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "requirements/$set.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
touch ".venv/.$set"
# The test dependencies hold the base ones.
[ "$set" = dev ] && touch .venv/.base
exit 0
