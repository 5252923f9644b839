"""The log, the disposal plan, what is kept about a person, and the archive: what each page shows and does."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pikepdf
import pytest
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment
from samsyn.commitments.tests import factories
from samsyn.core import audit
from samsyn.core.models import AuditEntry, PurgeProtocol, RetentionRule
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality

SignedIn = Callable[[User], Client]
NOW = datetime.fromisoformat("2026-11-25T01:00:00+00:00")


@pytest.fixture
def auditor(commitment: Commitment, signed_in: SignedIn) -> Client:
    return signed_in(factories.person(Role.AUDITOR))


@pytest.fixture
def administrator(commitment: Commitment, signed_in: SignedIn) -> Client:
    return signed_in(factories.person(Role.ADMINISTRATOR))


def lines(n: int, *, verb: str = "commitments.outcome_created", by: User | None = None, code: str = "1488") -> None:
    town = Municipality.objects.get(code="1488")
    for number in range(n):
        audit.record(
            verb, town, by=by, at=NOW - timedelta(days=number), municipality_code=code, changes={"x": [None, number]}
        )


def test_the_log_shows_what_was_done_in_words_and_only_ones_own_town(auditor: Client) -> None:
    lines(2)
    lines(1, verb="annan.stad", code="1480")
    text = auditor.get("/arbete/logg/").content.decode()
    assert text.count("Skrev ett utkast till utfall") == 2
    assert "annan.stad" not in text
    assert "annan.stad" not in auditor.get("/arbete/logg/fil.csv").content.decode()


def test_the_log_is_filtered_by_what_stands_in_the_address(auditor: Client) -> None:
    alice = factories.alice()
    lines(3)
    lines(2, verb="accounts.signed_in", by=alice)
    audit.record_reading("desk.person_data_read", User, [alice], by=alice, at=NOW, municipality_code="1488")

    def shown(query: str) -> int:
        return auditor.get(f"/arbete/logg/?{query}").content.decode().count("samsyn-work__row")

    assert shown("handelse=accounts.") == 2
    assert shown("slag=readings") == 1
    assert shown(f"konto={alice.pk}") == 3
    assert shown("fran=2026-11-24&till=2026-11-24") == 2
    assert shown("fran=inte-en-dag") >= 6  # what cannot be read is told, and filters nothing
    assert "Skriv dagen som" in auditor.get("/arbete/logg/?fran=inte-en-dag").content.decode()


def test_pages_of_the_log_keep_the_filters(auditor: Client) -> None:
    lines(60)
    page = auditor.get("/arbete/logg/?handelse=commitments.").content.decode()
    assert "handelse=commitments.&amp;sida=2" in page
    assert auditor.get("/arbete/logg/?handelse=commitments.&sida=2").content.decode().count("samsyn-work__row") == 10


def test_looking_up_one_colleague_and_taking_lines_out_are_readings(auditor: Client) -> None:
    auditor.get("/arbete/logg/")
    assert not AuditEntry.objects.filter(verb="desk.log_read").exists()
    auditor.get("/arbete/logg/?konto=1")
    auditor.get("/arbete/logg/fil.csv")
    assert AuditEntry.objects.filter(verb="desk.log_read", is_reading=True).count() == 2


def test_the_log_file_is_harmless_in_a_spreadsheet(auditor: Client) -> None:
    town = Municipality.objects.get(code="1488")
    town.name = "=1+1"
    audit.record("v", town, by=None, at=NOW, municipality_code="1488")
    text = auditor.get("/arbete/logg/fil.csv").content.decode("utf-8-sig")
    assert ";'=1+1;" in text


def test_the_administrator_enters_a_decision_and_the_privacy_page_follows(administrator: Client) -> None:
    before = Client().get("/personuppgifter/").content.decode()
    assert "KS 2026/7" not in before
    data = {"data_class": "core.messages", "keep_days": "45", "decision": "KS 2026/7", "decided_date": "2026-11-02"}
    assert administrator.post("/arbete/gallring/", data).status_code == 302
    rule = RetentionRule.objects.get()
    assert (rule.keep_days, rule.decision, str(rule.decided_date)) == (45, "KS 2026/7", "2026-11-02")
    assert "KS 2026/7" in administrator.get("/arbete/gallring/").content.decode()
    after = Client().get("/personuppgifter/").content.decode()
    assert "45 dagar (KS 2026/7)" in after


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"keep_days": "många"}, "Skriv antalet dagar med siffror."),
        ({"keep_days": ""}, "Skriv ett antal dagar."),
        ({"keep_days": "0"}, "Skriv ett antal dagar från 1"),
        ({"decision": ""}, "Skriv vilket beslut det gäller"),
        ({"decided_date": "i går"}, "Skriv dagen som"),
        ({"data_class": "finns.inte"}, "finns inte"),
    ],
)
def test_a_decision_that_cannot_be_says_what_to_do_and_keeps_what_was_typed(
    administrator: Client, changes: dict[str, str], sentence: str
) -> None:
    data = {"data_class": "core.messages", "keep_days": "45", "decision": "KS 2026/7", **changes}
    answer = administrator.post("/arbete/gallring/", data)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in text
    assert not RetentionRule.objects.exists()
    if changes.get("data_class") is None and "decision" not in changes:
        assert "KS 2026/7" in text


def test_the_plan_shows_the_protocols_of_ones_own_town(administrator: Client) -> None:
    for code, n in (("1488", 17), ("1480", 99)):
        PurgeProtocol.objects.create(
            at=NOW, municipality_code=code, data_class="core.messages", keep_days=90, older_than_at=NOW, n_purged=n
        )
    text = administrator.get("/arbete/gallring/").content.decode()
    assert ">17<" in text
    assert ">99<" not in text


def test_everybody_sees_and_takes_out_what_is_kept_about_them(alice: Client) -> None:
    text = alice.get("/arbete/mina-uppgifter/").content.decode()
    assert "alice-0@example.org" in text
    assert "Strateg, Trollhättans Stad" in text
    answer = alice.get("/arbete/mina-uppgifter/?format=json")
    assert "attachment" in answer["Content-Disposition"]
    classes = {each["slag"] for each in json.loads(answer.content)}
    assert {"Konton", "Roller för den som arbetar här"} <= classes


def test_reading_about_a_colleague_is_logged_and_another_towns_is_not_there(administrator: Client) -> None:
    alice, charlie = factories.alice(), factories.charlie()
    assert alice.email in administrator.get(f"/arbete/personer/{alice.pk}/uppgifter/").content.decode()
    line = AuditEntry.objects.get(verb="desk.person_data_read")
    assert (line.is_reading, line.object_id) == (True, str(alice.pk))
    assert "alice" not in json.dumps([line.object_label, line.changes]).casefold()
    hidden = administrator.get(f"/arbete/personer/{charlie.pk}/uppgifter/")
    absent = administrator.get("/arbete/personer/987654/uppgifter/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_erasing_a_colleague_empties_the_account_and_keeps_the_number_in_the_log(
    administrator: Client, signed_in: SignedIn
) -> None:
    alice = factories.alice()
    her_browser = signed_in(alice)
    assert her_browser.get("/arbete/aret/").status_code == 200
    assert administrator.post(f"/arbete/personer/{alice.pk}/radera/").status_code == 302
    alice.refresh_from_db()
    assert "alice" not in f"{alice.name}{alice.email}".casefold()
    assert not alice.memberships.exists()
    assert her_browser.get("/arbete/aret/").status_code == 302
    line = AuditEntry.objects.get(verb="desk.person_erased")
    assert (line.object_id, "alice" in line.object_label.casefold()) == (str(alice.pk), False)


def test_nobody_erases_the_account_they_use(commitment: Commitment, signed_in: SignedIn) -> None:
    user = factories.person(Role.ADMINISTRATOR)
    answer = signed_in(user).post(f"/arbete/personer/{user.pk}/radera/")
    assert answer.status_code == 400
    assert "Be en annan administratör" in answer.content.decode()
    user.refresh_from_db()
    assert user.is_active


def test_the_archive_file_is_whole_and_can_be_checked_by_anybody(alice: Client, commitment: Commitment) -> None:
    factories.OutcomeFactory.create(commitment=commitment, published=True)
    answer = alice.get("/arbete/dokument/medborgarlofte-2020/arkiv.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    sums = {line[66:]: line[:64] for line in files["CHECKSUMS.sha256"].decode().splitlines()}
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "CHECKSUMS.sha256"
    }
    document = json.loads(files["dokument.json"])["documents"][0]
    assert document["key"] == "medborgarlofte-2020"
    assert document["commitments"][0]["outcomes"]
    with pikepdf.open(io.BytesIO(files["sa-gick-det.pdf"])) as pdf:
        assert b"pdfaid" in pdf.Root.Metadata.read_bytes()
    assert AuditEntry.objects.filter(verb="commitments.archived").exists()


def test_every_verb_that_the_code_writes_has_its_words() -> None:
    import re

    from tests.architecture.support import PACKAGE, modules

    apps = {folder.name for folder in PACKAGE.iterdir() if (folder / "apps.py").exists()}
    written = set()
    for module in modules():
        if module.name not in {"verbs.py", "permissions.py", "personal_data.py", "urls.py", "messages.py", "jobs.py"}:
            text = module.read_text(encoding="utf-8")
            # A verb is an app and something that was done; a route has a colon, a model no underscore after the dot.
            found = re.findall(r'"([a-z]+\.[a-z_]+(?:ed|sent_again|given_up|left|made|in|out|read))"', text)
            written |= {verb for verb in found if verb.partition(".")[0] in apps}
    assert len(written) > 50
    assert not {verb for verb in written if audit.words_of(verb) == verb}


def test_looking_at_colleagues_leaves_a_line_with_numbers_alone(administrator: Client) -> None:
    alice = factories.alice()
    administrator.get("/arbete/kommunen/personer/")
    administrator.get(f"/arbete/kommunen/personer/{alice.pk}/")
    listed, one = AuditEntry.objects.filter(verb="desk.people_read").order_by("pk")
    assert str(alice.pk) in listed.object_label.split(", ")
    assert one.object_id == str(alice.pk)
    assert "alice" not in json.dumps([listed.object_label, one.object_label, one.changes]).casefold()
