import re
from pathlib import Path

import pytest

from tests.architecture.support import PACKAGE, modules, templates

ALL = list(templates())

FORBIDDEN = {
    r"\|\s*safe\b": "text is escaped on the way out",
    r"\|\s*safeseq\b": "text is escaped on the way out",
    r"{%\s*autoescape\s+off": "text is escaped on the way out",
    r"\sstyle\s*=": "the content security policy stops inline style",
    r"<style\b": "the content security policy stops inline style",
    r"\son[a-z]+\s*=\s*[\"']": "the content security policy stops inline handlers",
    r"<script(?![^>]*\ssrc=)[^>]*>": "the content security policy stops inline script",
    r"(?:src|srcset|action|data)\s*=\s*[\"'](?:https?:)?//": "no page asks another host",
    r"<link\b[^>]*href\s*=\s*[\"'](?:https?:)?//": "no page asks another host",
    r"javascript:": "the content security policy stops it",
}


@pytest.mark.parametrize("template", ALL, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_template_holds_nothing_the_security_policy_forbids(template: Path) -> None:
    text = re.sub(
        r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    found = [
        f"{why}: {match.group()!r}" for what, why in FORBIDDEN.items() for match in re.finditer(what, text)
    ]
    assert not found


def test_the_patterns_find_what_they_are_for() -> None:
    samples = (
        "{{ text|safe }}",
        '<p style="color:red">',
        '<p onclick="x()">',
        "<script>x()</script>",
        '<script src="https://example.org/x.js">',
        '<link rel="stylesheet" href="//example.org/x.css">',
    )
    for sample in samples:
        assert any(re.search(what, sample) for what in FORBIDDEN), sample
    assert not any(
        re.search(what, '<script src="{% static "ui/x.js" %}" defer></script>') for what in FORBIDDEN
    )


def test_no_module_marks_text_as_safe() -> None:
    found = [
        str(file.relative_to(PACKAGE))
        for file in modules()
        if re.search(r"\bmark_safe\b|\bSafeString\(", file.read_text(encoding="utf-8"))
    ]
    assert not found


def test_every_template_is_used() -> None:
    sources = [*modules(), *ALL]
    texts = {file: file.read_text(encoding="utf-8") for file in sources}
    unused = []
    for template in ALL:
        app_templates = next(p for p in template.parents if p.name == "templates")
        name = template.relative_to(app_templates).as_posix()
        if name in {"403.html", "404.html", "500.html"}:
            continue
        # A component may be called by its name alone, by a tag that knows the folder.
        wanted = (f'"{name}', f"'{name}", f'"{template.stem}.html"')
        if not any(w in text for file, text in texts.items() if file != template for w in wanted):
            unused.append(name)
    assert not unused, f"No module or template names these: {unused}"
