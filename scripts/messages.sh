#!/bin/sh
# messages.sh: gathers every Swedish text of the code and the templates into the English catalogue.
# What is new stands there with an empty msgstr. Needs GNU gettext (Debian: apt install gettext).
set -eu
cd "$(dirname "$0")/../src/samsyn"
command -v xgettext >/dev/null 2>&1 || { echo "xgettext saknas. Installera paketet gettext och försök igen." >&2; exit 1; }
file=locale/en/LC_MESSAGES/django.po
mkdir -p locale/en/LC_MESSAGES
[ -s "$file" ] || printf '%s\n' '# Samsyn in English.' 'msgid ""' 'msgstr ""' \
    '"Project-Id-Version: samsyn\n"' '"Language: en\n"' '"MIME-Version: 1.0\n"' \
    '"Content-Type: text/plain; charset=UTF-8\n"' '"Content-Transfer-Encoding: 8bit\n"' \
    '"Plural-Forms: nplurals=2; plural=(n != 1);\n"' >"$file"
# -P: the folder of the app named statistics must not hide Python's own module. No places and no wrapping:
# a moved line then does not change the catalogue.
env -u DJANGO_SETTINGS_MODULE ../../.venv/bin/python -P -m django makemessages \
    --locale en --no-location --no-wrap --no-obsolete --ignore tests --ignore static --verbosity 0
# The day of the run is no news either.
grep -v '^"POT-Creation-Date:' "$file" >"$file.new"
mv "$file.new" "$file"
