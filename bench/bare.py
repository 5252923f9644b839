"""
The bare Django site that Samsyn's pages are compared with.

It is what `django-admin startproject` writes, with DEBUG off: its seven middlewares, its context processors,
its cached template loader, on the same SQLite library and with the same pragmas as Samsyn. It has two views.

`/page/?bytes=N` makes one ORM query and renders HTML of exactly N bytes: a doctype, a title, and a list with
one item per row of the query. A row has a title and a text, both escaped, and is 400 bytes as HTML; what is
left over is written out as one string. No inheritance, no includes, no translation, no links to look up.

`/smallest/` renders a template of one variable and makes no query: the least that a template view can cost.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ROW_BYTES = 400
N_ROWS = 2000

PAGE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>{{ title }}</title></head><body><h1>{{ title }}</h1><ul>
{% for row in rows %}<li><h2>{{ row.title }}</h2><p>{{ row.text }}</p></li>
{% endfor %}</ul>{{ rest }}</body></html>
"""
SMALLEST = "<!doctype html><title>{{ title }}</title>"
ROW_MARKUP = "<li><h2></h2><p></p></li>\n"
FRAME_BYTES = len("<!doctype html>\n") + len(
    '<html lang="sv"><head><meta charset="utf-8"><title>Page</title></head><body><h1>Page</h1><ul>\n'
    "</ul></body></html>\n"
)


def set_up(folder: Path) -> None:
    """Start Django as a new project's site in `folder`, with rows to list."""
    import django
    from django.conf import settings

    from samsyn.config.env import sqlite
    from samsyn.config.sqlite import use_bundled_sqlite

    use_bundled_sqlite()
    templates = folder / "templates"
    templates.mkdir()
    (templates / "page.html").write_text(PAGE, encoding="utf-8")
    (templates / "smallest.html").write_text(SMALLEST, encoding="utf-8")
    settings.configure(
        SECRET_KEY="only-for-measuring",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bench.bare_urls",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "bench",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [templates],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        DATABASES={"default": sqlite(folder / "bare.sqlite3")},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    _fill()


def _fill() -> None:
    from django.db import connection

    from bench.models import Row

    with connection.schema_editor() as editor:
        editor.create_model(Row)
    title = "A row of the bare page"
    text = "Text that is neither long nor short, and needs no escaping. " * 8
    text = text[: ROW_BYTES - len(ROW_MARKUP) - len(title)]
    Row.objects.bulk_create(Row(title=title, text=text) for _ in range(N_ROWS))


def page(request: HttpRequest) -> HttpResponse:
    """Render as many rows as fit in the asked for number of bytes."""
    from django.shortcuts import render

    from bench.models import Row

    n_rows, n_rest = divmod(int(request.GET["bytes"]) - FRAME_BYTES, ROW_BYTES)
    rows = Row.objects.order_by("pk")[:n_rows]
    return render(request, "page.html", {"title": "Page", "rows": rows, "rest": "." * n_rest})


def smallest(request: HttpRequest) -> HttpResponse:
    """Render one variable."""
    from django.shortcuts import render

    return render(request, "smallest.html", {"title": "Page"})
