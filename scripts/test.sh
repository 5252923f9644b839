#!/bin/sh
# test.sh [PYTEST ARGUMENTS]: the whole suite, on SQLite with the journeys in a browser, then on PostgreSQL.
# Says what cannot be run here and why; with CI=true that is a failure instead.
set -u
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
ci=${CI:-false}
failed=

say() { printf '%s\n' "$*"; }

say "Söker en webbläsare …"
if browser=$("$python" -m tests.journeys.browser); then
    say "Vandringarna körs i $browser."
    export SAMSYN_CHROMIUM="$browser"
elif [ "$ci" = true ]; then
    say "Ingen webbläsare finns, och i CI hoppas inget över. Installera paketet chromium eller sätt SAMSYN_CHROMIUM."
    exit 1
else
    say "Ingen webbläsare finns: vandringarna genom webbplatsen hoppas över, allt annat körs."
    say "Vill du köra dem också: installera Chromium (Debian: apt install chromium) eller sätt SAMSYN_CHROMIUM till dess fil."
fi

say "Kör testerna på SQLite …"
env -u DATABASE_URL "$python" -m pytest -n auto --dist worksteal "$@" || failed="SQLite"

say "Kör testerna på PostgreSQL …"
"$python" -m tests.postgres -n auto --dist worksteal "$@"
case $? in
    0) ;;
    69) # no PostgreSQL to be had, by the code that sysexits.h calls "service unavailable"
        if [ "$ci" = true ]; then
            say "PostgreSQL kunde inte startas, och i CI hoppas inget över."
            failed="$failed PostgreSQL"
        else
            say "PostgreSQL hoppas över. Sätt DATABASE_URL om en egen server ska användas."
        fi ;;
    *) failed="$failed PostgreSQL" ;;
esac

if [ -n "$failed" ]; then
    say "Det finns fel på: $failed"
    exit 1
fi
say "Alla tester gick igenom."
