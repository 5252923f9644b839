"""Nobody asks for a role past the one rule of when it counts."""

import re

from tests.architecture.support import PACKAGE, modules

# `memberships` is the way to the rows from a person or an organisation; in_force is the rule.
_ASKED = re.compile(r"memberships(?!\w)[^\n]*")
# Here roles that are over are shown, ended or counted on purpose.
_KEEPERS = {"organisations", "desk/services.py", "desk/views/people.py", "desk/views/partners.py", "desk/queries.py"}


def test_every_right_is_asked_through_the_rule() -> None:
    past_it = []
    for file in modules():
        name = file.relative_to(PACKAGE).as_posix()
        if any(name.startswith(keeper) for keeper in _KEEPERS):
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            code = line.split("#")[0]
            if _ASKED.search(code) and '"""' not in code and "in_force" not in code:
                past_it.append(f"{name}: {line.strip()}")
    assert not past_it, f"Use Membership.objects.in_force(), may, roles_of or municipalities_where: {past_it}"


def test_rights_are_decided_nowhere_else() -> None:
    text = (PACKAGE / "organisations" / "permissions.py").read_text(encoding="utf-8")
    assert text.count("Membership.objects") == text.count("Membership.objects.in_force()") == 3
