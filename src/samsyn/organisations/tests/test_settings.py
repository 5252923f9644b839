"""A municipality's settings: what is saved, what is refused, and what the log says of it."""

from __future__ import annotations

import io
from datetime import date, time

import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from samsyn.accounts.models import User
from samsyn.core.errors import NotAllowed
from samsyn.core.models import AuditEntry
from samsyn.organisations import logos
from samsyn.organisations.enums import Role
from samsyn.organisations.hours import UnreadableHours, read_spans, write_spans
from samsyn.organisations.models import GuideEntry, Municipality
from samsyn.organisations.services import HostTaken, give_host, set_up_municipality, settings
from samsyn.organisations.tests.people import NOW, person, town


@pytest.fixture
def here(db: None) -> Municipality:
    return town()


@pytest.fixture
def admin(here: Municipality) -> User:
    return person(here, Role.ADMINISTRATOR)


def _picture(kind: str = "PNG", size: tuple[int, int] = (600, 200), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (31, 107, 58)).save(out, kind, **more)
    return out.getvalue()


class TestFields:
    def test_before_and_after_stand_in_the_log(self, here: Municipality, admin: User) -> None:
        assert settings.change_settings(municipality=here, data={"name": "Nytt"}, by=admin, now=NOW)
        entry = AuditEntry.objects.get(verb="organisations.settings_changed")
        assert entry.changes == {"name": ["Trollhättan", "Nytt"]}

    def test_nothing_changed_leaves_no_line(self, here: Municipality, admin: User) -> None:
        assert not settings.change_settings(municipality=here, data={"name": here.name}, by=admin, now=NOW)
        assert not AuditEntry.objects.exists()

    def test_only_the_administrator_may(self, here: Municipality) -> None:
        with pytest.raises(NotAllowed):
            settings.change_settings(municipality=here, data={"name": "X"}, by=person(here, Role.STRATEGIST), now=NOW)

    def test_an_unsafe_colour_is_refused_here_too(self, here: Municipality, admin: User) -> None:
        data = {"accent_light": "#ffff00", "accent_dark": "#ffff00"}
        with pytest.raises(settings.UnsafeColour):
            settings.change_settings(municipality=here, data=data, by=admin, now=NOW)

    def test_another_field_is_not_changed_by_a_form(self, here: Municipality, admin: User) -> None:
        settings.change_settings(municipality=here, data={"code": "0000", "slug": "x"}, by=admin, now=NOW)
        here.refresh_from_db()
        assert here.code == "1488"


class TestServices:
    @pytest.fixture
    def rows(self, here: Municipality) -> None:
        for group in ("HOSTS_MAY", "CONTACT_CENTRE", "MUNICIPALITY"):
            row = GuideEntry(municipality=here, key=group.lower(), group=group, order=1, title=f"Rad {group}")
            row.refresh_search_text()
            row.save()

    def test_what_is_off_stands_nowhere(self, here: Municipality, rows: None, client: Client) -> None:
        for url in ("/vem-gor-vad/", "/sok/?q=rad", "/"):
            page = client.get(url).content.decode()
            assert "HOSTS_MAY" not in page
            assert "Rad CONTACT_CENTRE" not in page
        assert "Rad MUNICIPALITY" in client.get("/vem-gor-vad/").content.decode()

    def test_what_is_switched_on_is_there(self, here: Municipality, admin: User, rows: None, client: Client) -> None:
        data = {"has_safety_hosts": True, "has_contact_centre": True}
        settings.change_settings(municipality=here, data=data, by=admin, now=NOW)
        page = client.get("/vem-gor-vad/").content.decode()
        assert "Rad HOSTS_MAY" in page
        assert "Rad CONTACT_CENTRE" in page
        assert "Rad HOSTS_MAY" in client.get("/sok/?q=rad").content.decode()


class TestHours:
    @pytest.mark.parametrize(
        ("written", "spans"),
        [
            ("8-16.30", [(time(8), time(16, 30))]),
            ("08:00 – 16:30", [(time(8), time(16, 30))]),
            ("kl. 8.00–12.00, 13–16", [(time(8), time(12)), (time(13), time(16))]),
            ("13–16 och 8–12", [(time(8), time(12)), (time(13), time(16))]),
            ("0–24", [(time(0), time(23, 59))]),
            ("", []),
            ("Stängt", []),
        ],
    )
    def test_hours_are_read_as_people_write_them(self, written: str, spans: list[tuple[time, time]]) -> None:
        assert read_spans(written) == spans

    @pytest.mark.parametrize("written", ["8", "16–8", "8–8", "8–12, 11–13", "25–26", "8–16.60", "öppet", "8–24.30"])
    def test_anything_else_is_refused(self, written: str) -> None:
        with pytest.raises(UnreadableHours):
            read_spans(written)

    @given(minutes=st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True))
    def test_what_is_written_is_read_again(self, minutes: list[int]) -> None:
        moments = [time(minute // 60, minute % 60) for minute in sorted(minutes)]
        spans = list(zip(moments[::2], moments[1::2], strict=False))
        assert read_spans(write_spans(spans)) == spans

    def test_the_week_is_replaced_and_the_log_says_which_days(self, here: Municipality, admin: User) -> None:
        settings.set_hours(municipality=here, week={0: [(time(8), time(16))]}, by=admin, now=NOW)
        settings.set_hours(municipality=here, week={0: [(time(9), time(16))]}, by=admin, now=NOW)
        assert here.opening_hours.count() == 1
        changes = AuditEntry.objects.filter(verb="organisations.hours_changed").latest("pk").changes
        assert changes == {"weekday_0": ["8.00–16.00", "9.00–16.00"]}

    def test_a_day_has_one_exception(self, here: Municipality, admin: User) -> None:
        day = date(2026, 12, 23)
        for span in ((time(8), time(12)), None):
            settings.set_exception(municipality=here, day=day, span=span, reason="Lucia", by=admin, now=NOW)
        exception = here.opening_exceptions.get()
        assert exception.opens_at is None
        settings.remove_exception(exception=exception, by=admin, now=NOW)
        assert not here.opening_exceptions.exists()


class TestLogo:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_picture_becomes_a_small_png(self, kind: str) -> None:
        made = logos.make(_picture(kind, (3000, 1000)))
        with Image.open(io.BytesIO(made.png)) as image:
            assert image.format == "PNG"
            assert image.size == (made.width_px, made.height_px) == (648, 216)

    def test_nothing_hidden_is_kept(self) -> None:
        note = PngImagePlugin.PngInfo()
        note.add_text("Author", "hemligtnamn")
        exif = Image.Exif()
        exif[0x010E] = "hemligtnamn"
        for raw in (_picture("PNG", pnginfo=note) + b"hemligtnamn", _picture("JPEG", exif=exif) + b"hemligtnamn"):
            assert b"hemligtnamn" in raw
            made = logos.make(raw).png
            assert b"hemligtnamn" not in made
            assert not Image.open(io.BytesIO(made)).info

    @pytest.mark.parametrize(
        "raw",
        [
            b"", b"hej", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 50, b"%PDF-1.7",
            _picture("GIF"), _picture("BMP"), _picture()[:60], _picture("TIFF"), _picture(size=(8, 8)),
            _picture(size=(6001, 20)), b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"x" * (logos.MAX_BYTES + 1),
        ],
        ids=range(13),
    )  # fmt: skip
    def test_anything_else_is_refused_with_a_sentence(self, raw: bytes) -> None:
        with override("sv"), pytest.raises(logos.LogoRefused, match=r"försök igen|minst 16 pixlar"):
            logos.make(raw)

    def test_it_is_served_at_the_address_of_its_content(self, here: Municipality, admin: User, client: Client) -> None:
        settings.set_logo(municipality=here, raw=_picture(), alt_text="Staden", by=admin, now=NOW)
        page = client.get("/").content.decode()
        url = page.split('class="samsyn-town-logo')[1].split('src="')[1].split('"')[0]
        answer = client.get(url)
        assert answer["Content-Type"] == "image/png"
        assert "immutable" in answer["Cache-Control"]
        assert 'alt="Staden"' in page
        settings.set_logo(municipality=here, raw=_picture(size=(300, 300)), alt_text="Staden", by=admin, now=NOW)
        assert client.get(url).status_code == 404

    def test_samsyns_mark_stays(self, here: Municipality, admin: User, client: Client) -> None:
        settings.set_logo(municipality=here, raw=_picture(), alt_text="Staden", by=admin, now=NOW)
        page = client.get("/").content.decode()
        assert page.index("samsyn-masthead__mark") < page.index("samsyn-masthead__logo")


class TestColours:
    def test_they_are_a_style_sheet_at_the_address_of_its_content(
        self, here: Municipality, admin: User, client: Client
    ) -> None:
        assert "/utseende/" not in client.get("/").content.decode()
        data = {"accent_light": "#1f6b3a", "accent_dark": "#4e9763"}
        settings.change_settings(municipality=here, data=data, by=admin, now=NOW)
        page = client.get("/").content.decode()
        url = "/utseende/farger-" + page.split("/utseende/farger-")[1].split('"')[0]
        answer = client.get(url)
        assert answer["Content-Type"] == "text/css; charset=utf-8"
        assert "--color-action: #1f6b3a;" in answer.content.decode()
        assert page.index("tokens.css") < page.index(url) < page.index("base.css")
        assert client.get("/utseende/farger-0123456789abcdef.css").status_code == 404

    def test_the_form_says_which_pair_fails_and_what_would_do(
        self, here: Municipality, admin: User, client: Client
    ) -> None:
        client.force_login(admin)
        answer = client.post(
            "/arbete/kommunen/installningar/utseende/", {"part": "colours", "accent_light": "#ffcc00"}
        )
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "#ffcc00 syns för dåligt mot sidans grund: kontrasten är 1,51 och ska vara minst 4,5." in page
        assert "Närmaste färg som går bra är #836807." in page

    def test_one_colour_gives_the_other(self, here: Municipality, admin: User, client: Client) -> None:
        client.force_login(admin)
        client.post("/arbete/kommunen/installningar/utseende/", {"part": "colours", "accent_light": "#1F6B3A"})
        here.refresh_from_db()
        assert (here.accent_light, here.accent_dark[:1]) == ("#1f6b3a", "#")


class TestGuide:
    def _save(self, here: Municipality, by: User, entry: GuideEntry | None = None, **data: str) -> GuideEntry:
        values = {"group": "MUNICIPALITY", "title": "Lampor", "text": "", "who": "", "phone": "", **data}
        english = {"title": values.pop("title_en", ""), "text": "", "who": ""}
        return settings.save_guide_entry(
            municipality=here, entry=entry, data=values, english=english, by=by, now=NOW
        )

    def test_it_can_be_searched_at_once(self, here: Municipality, admin: User, client: Client) -> None:
        self._save(here, admin, title="Trasig LYKTSTOLPE", title_en="Broken lamp post")
        assert "Trasig LYKTSTOLPE" in client.get("/sok/?q=lyktstolpe").content.decode()
        assert "Broken lamp post" in client.get("/en/sok/?q=lamp+post").content.decode()

    def test_an_english_text_that_nobody_touched_stays_a_machines(self, here: Municipality, admin: User) -> None:
        entry = self._save(here, admin)
        machine = {"made_by": "machine", "date": "2026-01-01", "reviewed_date": None, "fields": {"title": "Lamps"}}
        GuideEntry.objects.update(translations={"en": machine})
        entry.refresh_from_db()
        self._save(here, admin, entry, text="Ny text", title_en="Lamps")
        assert entry.translations["en"] == machine
        self._save(here, admin, entry, title_en="Lighting")
        assert entry.translations["en"]["made_by"] == "person"

    def test_rows_change_places_within_their_part(self, here: Municipality, admin: User) -> None:
        for title in ("A", "B", "C"):
            self._save(here, admin, title=title)
        settings.move_guide_entry(entry=GuideEntry.objects.get(title="C"), up=True, by=admin, now=NOW)
        settings.move_guide_entry(entry=GuideEntry.objects.get(title="A"), up=True, by=admin, now=NOW)
        assert list(here.guide_entries.order_by("order").values_list("title", flat=True)) == ["A", "C", "B"]

    def test_a_row_that_is_taken_away_stands_in_the_log(self, here: Municipality, admin: User) -> None:
        settings.remove_guide_entry(entry=self._save(here, admin, text="Ring oss"), by=admin, now=NOW)
        assert AuditEntry.objects.get(verb="organisations.guide_removed").changes["text"] == ["Ring oss", None]


class TestReviews:
    def test_a_unit_answers_for_a_page_until_nobody_does(self, here: Municipality, admin: User) -> None:
        settings.set_review(municipality=here, page="start", unit="Kansliet", interval_days=30, by=admin, now=NOW)
        settings.set_review(municipality=here, page="start", unit="Växeln", interval_days=60, by=admin, now=NOW)
        review = here.page_reviews.get()
        assert (review.unit, review.interval_days, review.reviewed_date) == ("Växeln", 60, NOW.date())
        settings.set_review(municipality=here, page="start", unit="", interval_days=60, by=admin, now=NOW)
        assert not here.page_reviews.exists()


@pytest.mark.django_db
class TestSettingUp:
    def test_two_towns_whose_names_make_one_address_get_two(self) -> None:
        habo, _made = set_up_municipality(code="0643", name="Habo")
        other, _made = set_up_municipality(code="0305", name="Håbo")
        assert (habo.slug, other.slug) == ("habo", "habo-0305")

    def test_no_town_is_called_as_a_part_of_the_site(self) -> None:
        assert set_up_municipality(code="9999", name="Konto")[0].slug == "konto-9999"

    def test_a_host_name_is_one_towns_only(self) -> None:
        one, two = town(), town("1480", "Göteborg")
        give_host(municipality=one, name="Trygg.Trollhattan.SE.")
        give_host(municipality=one, name="trygg.trollhattan.se")
        assert [host.name for host in one.hosts.all()] == ["trygg.trollhattan.se"]
        with pytest.raises(HostTaken):
            give_host(municipality=two, name="trygg.trollhattan.se")

    @pytest.mark.parametrize("name", ["", "localhost", "a b.se", "http://a.se", "a.se:8000", "-a.se", "a..se", "å.se"])
    def test_anything_else_is_no_host_name(self, name: str) -> None:
        with pytest.raises(HostTaken):
            give_host(municipality=town(), name=name)
