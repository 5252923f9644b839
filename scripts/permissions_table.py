"""
Write docs/permissions.md from the rules that the code goes by. A test fails when the page is out of date.

Run it as `.venv/bin/python -m scripts.permissions_table`.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"

HEAD = """\
# Behörigheter

Sidan är gjord ur koden och ändras inte för hand: `.venv/bin/python -m scripts.permissions_table`. Ett test
faller när den inte stämmer, ett annat när en adress saknas i den.

Den som loggar in har roller i en eller flera kommuner. En roll gäller bara i sin egen kommun. Ett dokument
som någon inte får se finns inte för den: svaret är detsamma som för en adress som inte finns. Invånare har
inga konton.
"""


def row(cells: Iterable[str]) -> str:
    """Return a line of a table; a bar within a cell would end it."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def addresses() -> Iterator[tuple[str, str]]:
    """Yield each route's name and its address in Swedish."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def inside(
        patterns: Iterable[URLPattern | URLResolver], namespace: str, address: str
    ) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            here = address + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from inside(pattern.url_patterns, inner, here)
            else:
                yield f"{namespace}{pattern.name}", here

    # The resolver's own pattern is the expression ^/.
    yield from inside(get_resolver().url_patterns, "", "/")


def acts_table() -> Iterator[str]:
    """Yield the lines of what each role may do."""
    from samsyn.core import permissions
    from samsyn.organisations.enums import Role

    yield row(["Får", "Kod", *(str(role.label) for role in Role)])
    yield row(["---", "---", *(":-:" for _role in Role)])
    for act in permissions.acts():
        yield row([str(act.label), f"`{act.code}`", *("ja" if role in act.roles else "–" for role in Role)])


def routes_table() -> Iterator[str]:
    """Yield the lines of who reaches each address, in the order of the addresses."""
    from samsyn.core import permissions

    rules = permissions.routes()
    yield row(["Adress", "Namn", "Vem", "Gräns", "Loggrad"])
    yield row(["---"] * 5)
    for name, address in addresses():
        rule = rules.get(name)
        if rule is not None:
            yield row([f"`{address}`", f"`{name}`", rule.who, rule.limit, rule.logged])


def topics_table() -> Iterator[str]:
    """Yield the lines of who hears what on the live streams."""
    from samsyn.core import live

    yield row(["Ämne", "Vem"])
    yield row(["---"] * 2)
    for topic in live.topics():
        yield row([f"`/live/{topic.form}`", topic.who])


def page() -> str:
    """Return the whole page. Expects Django to be set up."""
    from django.utils import translation
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("permissions")
    with translation.override("sv"):
        acts, routes, topics = ("\n".join(table()) for table in (acts_table, routes_table, topics_table))
    return (
        f"{HEAD}\n## Vad en roll får göra\n\n{acts}\n\n## Vem som når en adress\n\n{routes}\n"
        f"\n## Vem som hör vad i öppna sidor\n\n{topics}\n"
    )


def main() -> None:
    """Write the page."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samsyn.config.settings.dev")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
