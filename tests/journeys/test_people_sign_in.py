"""People come in: by invitation, second step, passkey and the organisation's own sign-in; and are put out at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from samsyn.accounts.demo import PASSWORD
from samsyn.accounts.tests.conftest import code_for
from samsyn.accounts.tests.provider import introduce, running
from samsyn.core import clock
from tests.journeys import keyboard, people
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.site import Site, serve
from tests.journeys.watching import Watch, axe, sideways

Opener = Callable[..., Page]
NEW = "tre gröna lyktor vid ån"
STRATEGIST = "strateg@example.org"


def _well(page: Page, name: str = "") -> None:
    """See that a page fits and passes axe, narrow and wide, in light and dark; keep pictures where asked for."""
    before = page.viewport_size
    faults = []
    for size in (PHONE, DESKTOP):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            faults += [f"{page.url} {size['width']} {scheme}: {fault}" for fault in axe(page)]
            faults += [f"{page.url} {size['width']}: {fault}" for fault in [sideways(page)] if fault]
            folder = os.environ.get("SAMSYN_PICTURES")
            if folder and name:
                page.screenshot(path=str(Path(folder) / f"{name}-{size['width']}-{scheme}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    assert not faults, "\n".join(faults)


def _sign_in(page: Page, email: str = STRATEGIST, password: str = PASSWORD) -> None:
    page.goto("/konto/logga-in/?next=/konto/")
    page.get_by_label("E-post").fill(email)
    page.get_by_label("Lösenord", exact=True).fill(password)
    page.get_by_role("button", name="Logga in", exact=True).click()


def _authenticator(page: Page) -> CDPSession:
    """Give the browser a device that holds passkeys and says yes, as a telephone with a finger on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def test_an_app_is_added_and_asked_for_and_a_recovery_code_opens_too(open_page: Opener, own_site: Site) -> None:
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ditt konto")
    _well(page, "account")
    page.get_by_role("link", name="Se säkerheten").click()
    _well(page, "security-empty")
    page.get_by_role("link", name="Lägg till en app").click()
    _well(page, "totp-add")
    secret = page.locator(".samsyn-secret").inner_text()
    page.get_by_label("Koden som appen visar").fill(code_for(secret))
    page.get_by_role("button", name="Lägg till appen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reservkoder")
    _well(page, "recovery-before")
    page.get_by_role("button", name="Visa tio nya koder").click()
    expect(page.locator(".samsyn-codes li")).to_have_count(10)
    codes = page.locator(".samsyn-codes code").all_inner_texts()
    _well(page, "recovery-codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Ladda ner som fil").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").split() == codes
    page.get_by_role("link", name="Jag har sparat dem").click()
    _well(page, "security-with-app")

    other = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(other)
    expect(other.get_by_role("heading", level=1)).to_have_text("Andra steget")
    _well(other, "second-step")
    other.get_by_label("Kod", exact=True).fill(codes[0])
    other.get_by_role("button", name="Fortsätt").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Ditt konto")
    other.get_by_role("button", name="Logga ut").click()
    # The next half minute's code: the app's first one was used up when it was added.
    _sign_in(other)
    other.get_by_label("Kod", exact=True).fill(code_for(secret, clock.now() + timedelta(seconds=30)))
    other.get_by_role("button", name="Fortsätt").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Ditt konto")


def test_a_passkey_is_made_renamed_used_alone_and_after_the_password_and_removed(
    open_page: Opener, own_site: Site
) -> None:
    page = open_page(base_url=own_site.url, viewport=DESKTOP)
    _authenticator(page)
    _sign_in(page)
    page.goto("/konto/sakerhet/")
    page.get_by_role("link", name="Skapa en passnyckel").click()
    expect(page.get_by_role("button", name="Skapa passnyckeln")).to_be_visible()
    _well(page, "passkey-add")
    page.get_by_label("Vad ska passnyckeln heta?").fill("Jobbtelefonen")
    page.get_by_role("button", name="Skapa passnyckeln").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reservkoder")
    page.goto("/konto/sakerhet/")
    expect(page.get_by_role("main")).to_contain_text("Jobbtelefonen")
    _well(page, "security-with-passkey")
    page.get_by_role("link", name="Byt namn på Jobbtelefonen").click()
    page.get_by_label("Vad ska passnyckeln heta?").fill("Min telefon")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name="Min telefon")).to_be_visible()

    page.get_by_role("button", name="Logga ut").click()
    page.goto("/konto/logga-in/?next=/konto/inloggningar/")
    _well(page, "sign-in")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggningar")
    expect(page.get_by_role("main")).to_contain_text("med passnyckel")

    page.get_by_role("button", name="Logga ut").click()
    _sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Andra steget")
    _well(page, "second-step-passkey")
    page.get_by_role("button", name="Använd passnyckeln").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ditt konto")

    page.goto("/konto/sakerhet/")
    page.get_by_role("link", name="Ta bort Min telefon").click()
    _well(page, "factor-remove")
    page.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_role("main")).to_contain_text("Passnyckeln är borttagen")
    expect(page.get_by_role("main")).not_to_contain_text("Min telefon")


def test_somebody_without_a_passkey_is_told_and_keeps_the_other_ways(
    open_page: Opener, own_site: Site, watch: Watch
) -> None:
    page = open_page(base_url=own_site.url, viewport=PHONE)
    session = _authenticator(page)
    page.goto("/konto/logga-in/")
    session.send("WebAuthn.disable")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('closed')); }")
    page.get_by_role("button", name="Logga in med passnyckel").click()
    expect(page.get_by_role("alert")).to_contain_text("Det blev inget av passnyckeln")
    expect(page.get_by_label("E-post")).to_be_visible()


def test_from_the_invitation_in_the_mail_to_the_first_sign_in(open_page: Opener, own_site: Site) -> None:
    people.invite(own_site, "ny@example.org")
    page = open_page(base_url=own_site.url, viewport=PHONE)
    page.goto(people.mailed_link(own_site, "/konto/inbjudan/", "ny@example.org"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Välkommen")
    _well(page, "invitation")
    page.get_by_label("Namn").fill("Åsa Öberg")
    page.get_by_label("Nytt lösenord").fill(NEW)
    page.get_by_role("button", name="Spara och logga in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inloggad")
    _well(page, "welcome")
    page.get_by_role("link", name="Hoppa över").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Året")
    page.get_by_role("button", name="Logga ut").click()
    _sign_in(page, "ny@example.org", NEW)
    expect(page.get_by_role("main")).to_contain_text("Åsa Öberg")


def test_closing_ends_a_session_in_another_browser_at_once(
    open_page: Opener, own_site: Site, watch: Watch
) -> None:
    people.add(own_site, "slutar@example.org", NEW)
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _sign_in(page, "slutar@example.org", NEW)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ditt konto")
    people.close(own_site, "slutar@example.org")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    watch.expect("400 (Bad Request)")
    _sign_in(page, "slutar@example.org", NEW)
    expect(page.get_by_role("alert")).to_contain_text("hör inte ihop")
    assert people.mail_with(own_site, "slutar@example.org", "stängt")


def test_a_forgotten_password_and_a_new_address(open_page: Opener, own_site: Site) -> None:
    people.add(own_site, "glomsk@example.org", "ett gammalt lösenord")
    page = open_page(base_url=own_site.url, viewport=PHONE)
    page.goto("/konto/logga-in/")
    page.get_by_role("link", name="Välj ett nytt lösenord").click()
    _well(page, "forgot")
    page.get_by_label("E-post").fill("glomsk@example.org")
    page.get_by_role("button", name="Skicka länken").click()
    _well(page, "forgot-sent")
    page.goto(people.mailed_link(own_site, "/konto/nytt-losenord/", "glomsk@example.org"))
    _well(page, "reset")
    page.get_by_label("Nytt lösenord").fill(NEW)
    page.get_by_role("button", name="Byt lösenord").click()
    expect(page.get_by_role("status")).to_contain_text("Lösenordet är bytt")
    _sign_in(page, "glomsk@example.org", NEW)
    page.get_by_role("link", name="Byt e-post").click()
    _well(page, "email")
    page.get_by_label("Ny e-postadress").fill("ny-adress@example.org")
    page.get_by_role("button", name="Skicka länken").click()
    _well(page)
    page.goto(people.mailed_link(own_site, "/konto/ny-adress/", "ny-adress@example.org"))
    _well(page, "email-confirm")
    page.get_by_role("button", name="Bekräfta adressen").click()
    expect(page.get_by_role("main")).to_contain_text("ny-adress@example.org")


def test_another_device_is_seen_and_put_out(open_page: Opener, own_site: Site) -> None:
    page, other = (open_page(base_url=own_site.url, viewport=PHONE) for _n in range(2))
    for each in (page, other):
        _sign_in(each)
        expect(each.get_by_role("heading", level=1)).to_have_text("Ditt konto")
    page.goto("/konto/inloggningar/")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Chrome på Linux \(den här\)"))
    _well(page, "sign-ins")
    page.get_by_role("button", name="Avsluta alla andra").click()
    expect(page.get_by_role("status")).to_contain_text("1 annan inloggning är avslutad")
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_have_text("Logga in")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggningar")


def test_the_remaining_pages_are_well_in_both_languages(open_page: Opener, own_site: Site, watch: Watch) -> None:
    watch.expect("400 (Bad Request)", "404 (Not Found)")
    people.add(own_site, "alla@example.org", NEW)
    page = open_page(base_url=own_site.url, viewport=PHONE)
    page.goto("/konto/inbjudan/finns-inte/")
    _well(page, "link-gone")
    _sign_in(page, "alla@example.org", NEW)
    for path in ("", "namn/", "losenord/", "aviseringar/", "bekrafta/", "valkommen/", "sakerhet/"):
        page.goto(f"/konto/{path}")
        _well(page, path.strip("/") or "account-own")
        page.goto(f"/en/konto/{path}")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        _well(page)
    page.goto("/konto/losenord/")
    page.get_by_label("Nytt lösenord").fill("kort")
    page.get_by_role("button", name="Byt lösenord").click()
    expect(page.get_by_role("alert")).to_contain_text("minst 12 tecken")
    _well(page, "password-fault")


def test_signing_in_and_adding_a_passkey_by_keyboard_alone(open_page: Opener, own_site: Site) -> None:
    people.add(own_site, "tangent@example.org", NEW)
    page = open_page(base_url=own_site.url, viewport=PHONE)
    _authenticator(page)
    page.goto("/konto/logga-in/?next=/konto/sakerhet/")
    keyboard.fill(page, "E-post", "tangent@example.org")
    keyboard.fill(page, "Lösenord", NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Säkerhet")
    keyboard.follow(page, "Skapa en passnyckel")
    keyboard.fill(page, "Vad ska passnyckeln heta?", "Tangentbordet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reservkoder")
    keyboard.go_to(page, "Visa tio nya koder")
    page.keyboard.press("Enter")
    expect(page.locator(".samsyn-codes li")).to_have_count(10)
    keyboard.follow(page, "Jag har sparat dem")
    keyboard.go_to(page, "Logga ut", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Du är utloggad")
    page.goto("/konto/logga-in/?next=/konto/")
    keyboard.go_to(page, "Logga in med passnyckel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ditt konto")


@pytest.fixture
def with_provider(demo: Path, tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """A served town whose staff are known by a provider of OpenID Connect on this machine."""
    with running() as issuer:
        site = serve(
            demo,
            tmp_path / "data",
            SAMSYN_OIDC_ISSUER=issuer,
            SAMSYN_OIDC_NAME="Trollhättans Stad",
            SAMSYN_OIDC_CLIENT_ID="samsyn",
            SAMSYN_OIDC_CLIENT_SECRET="hemligt",
        )
        yield site, issuer
        site.stop()


def test_the_organisations_own_sign_in_leads_in_and_out_again(
    open_page: Opener, with_provider: tuple[Site, str], watch: Watch
) -> None:
    site, issuer = with_provider
    # The provider's own pages want a style sheet from elsewhere and an icon that it lacks; they are not ours.
    watch.expect("cdn.jsdelivr.net", "ERR_NAME_NOT_RESOLVED", "404 (Not Found)", "400 (Bad Request)")
    people.add(site, "enkel@example.org", NEW)
    introduce(issuer, "enkel", email="enkel@example.org", email_verified=True)
    introduce(issuer, "annan", email="annan@example.org", email_verified=True)
    page = open_page(base_url=site.url, viewport=PHONE)
    page.goto("/konto/logga-in/?next=/konto/inloggningar/")
    _well(page, "sign-in-sso")
    page.get_by_role("button", name="Logga in med Trollhättans Stad").click()
    page.wait_for_url(f"{issuer}/**")
    page.locator("input[name=sub]").first.fill("enkel")
    page.locator("input[name=sub]").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggningar")
    expect(page.get_by_role("main")).to_contain_text("med organisationens inloggning")
    page.get_by_role("button", name="Logga ut").click()

    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in med Trollhättans Stad").click()
    page.wait_for_url(f"{issuer}/**")
    page.locator("input[name=sub]").first.fill("annan")
    page.locator("input[name=sub]").first.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Det finns inget konto för din adress här")
    _well(page, "sso-unknown")
