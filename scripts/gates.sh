#!/bin/sh
# gates.sh: all that is checked about the code without running the suite. Every gate runs; the faults are told together.
set -u
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=

gate() { # gate NAME WHAT COMMAND…: says what it looks at, runs it quietly, and shows its words only when it fails
    name=$1 what=$2
    shift 2
    if "$@" >"$scratch/said" 2>&1; then
        printf '  ok    %-16s %s\n' "$name" "$what"
    else
        printf '  FEL   %-16s %s\n' "$name" "$what"
        sed 's/^/        /' "$scratch/said"
        failed="$failed $name"
    fi
}

development() { # Django's commands need a database to look at; this one is empty and goes when the gates are done
    env -u DATABASE_URL -u SAMSYN_SECRET_KEY SAMSYN_DATA="$scratch" DJANGO_SETTINGS_MODULE=samsyn.config.settings.dev "$@"
}

production() { # a made-up town's settings: a long random key and a host name
    env -u DATABASE_URL SAMSYN_DATA="$scratch" DJANGO_SETTINGS_MODULE=samsyn.config.settings.prod \
        SAMSYN_SECRET_KEY="$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(50))')" \
        SAMSYN_HOSTS=samsyn.example.org "$@"
}

echo "Granskar koden:"
gate ruff "stil, vanliga fel, klockan, säkerhet" "$bin/ruff" check --quiet --output-format concise .
gate mypy "typer" "$bin/mypy"
gate lagren "inget importeras uppåt; analysen utan Django" "$bin/lint-imports"
gate deptry "beroenden som saknas eller inte används" "$bin/deptry" --no-ansi .
gate bandit "säkerhet" "$bin/bandit" --quiet --recursive -c pyproject.toml src
gate djlint "mallar" "$bin/djlint" src --lint --quiet
gate migrationer "modellerna och databasen säger samma sak" development "$bin/python" -m django makemigrations --check --dry-run
gate drift "inställningarna för drift, utan en varning" production "$bin/python" -W error -m django check --deploy --fail-level WARNING

if [ -n "$failed" ]; then
    echo "Rätta det som står ovan:$failed"
    exit 1
fi
echo "Allt är som det ska."
