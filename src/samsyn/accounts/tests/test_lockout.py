"""Guessing does not pay, and nobody can shut somebody else out by trying."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from samsyn.accounts import devices, links, throttle
from samsyn.accounts.enums import LinkPurpose
from samsyn.accounts.models import User
from samsyn.accounts.tests.conftest import ALICES, NEW, SIGN_IN, is_in, link_in, mails, try_sign_in
from samsyn.core.models import RateCount

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-11-23T12:00:01+01:00")


def _attack(email: str, times: int, *, places: int = 1000) -> list[int]:
    """Guess from many places in the network, each time with a browser that nobody has seen."""
    answers = []
    for n in range(times):
        place = f"198.51.{n % places // 250}.{n % places % 250}"
        guess = {"email": email, "password": f"gissning {n}"}
        answers.append(Client().post(SIGN_IN, guess, REMOTE_ADDR=place).status_code)
    return answers


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("times", [1, 25])
def test_whatever_is_tried_elsewhere_the_owner_signs_in_from_a_known_device(
    at_alices: Client, alice: User, times: int
) -> None:
    at_alices.post("/konto/logga-ut/")
    _attack(alice.email, times)
    assert try_sign_in(at_alices, alice.email).status_code == 302
    assert is_in(at_alices)


@time_machine.travel(NOON, tick=False)
def test_an_attack_from_the_owners_own_network_does_not_stop_the_owner(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/logga-ut/")
    _attack(alice.email, 22, places=1)
    answer = at_alices.post(SIGN_IN, {"email": alice.email, "password": ALICES}, REMOTE_ADDR="198.51.0.0")
    assert answer.status_code == 302


@time_machine.travel(NOON, tick=False)
def test_many_places_together_get_few_guesses_at_one_address(alice: User) -> None:
    answers = _attack(alice.email, 9)
    assert answers.count(400) == 5
    assert set(answers[5:]) == {429}


@time_machine.travel(NOON, tick=False)
def test_one_place_gets_few_guesses_whatever_the_address(client: Client, alice: User) -> None:
    answers = [try_sign_in(client, f"gissning{n}@example.org", "fel").status_code for n in range(22)]
    assert answers == [400] * 20 + [429] * 2
    assert try_sign_in(client, alice.email).status_code == 429


def test_the_right_password_from_an_unknown_device_is_told_the_other_ways_in(alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        _attack(alice.email, 6)
        answer = try_sign_in(Client(), alice.email)
    assert answer.status_code == 429
    assert "passnyckel, eller genom att välja ett nytt lösenord" in answer.content.decode()


@time_machine.travel(NOON, tick=False)
def test_the_owner_on_a_new_device_gets_in_by_a_link_while_the_attack_goes_on(client: Client, alice: User) -> None:
    _attack(alice.email, 7)
    client.post("/konto/glomt-losenord/", {"email": alice.email})
    assert client.post(link_in(mails("accounts.reset")[-1]), {"password": NEW}).status_code == 302
    _attack(alice.email, 7)
    assert try_sign_in(client, alice.email, NEW).status_code == 302


def test_asking_for_links_in_the_owners_name_leaves_the_owner_with_one_that_works(alice: User) -> None:
    # Whenever the attacker asks, and however often, a link that works lies in the mailbox or can be had.
    with time_machine.travel(NOON, tick=False) as clock:
        for minute in range(0, 130, 13):
            clock.move_to(NOON + timedelta(minutes=minute))
            for n in range(4):
                Client().post("/konto/glomt-losenord/", {"email": alice.email}, REMOTE_ADDR=f"198.51.{minute}.{n}")
            path = link_in(mails("accounts.reset")[-1])
            assert Client().get(path).status_code == 200
    assert len(mails("accounts.reset")) <= 3 * 4


@given(
    tries=st.lists(
        st.tuples(st.sampled_from(["known", "unknown"]), st.integers(0, 255), st.integers(0, 40)), max_size=60
    )
)
def test_tries_from_unknown_devices_never_touch_the_budget_of_a_known_one(
    tries: list[tuple[str, int, int]]
) -> None:
    spent: dict[str, int] = {}
    alice = User(pk=7, email="alice@example.org")
    known = _request_from_known_device(alice)

    def spend(act: str, who: str, steps: Any, *, now: datetime) -> None:
        spent[f"{act} {who}"] = spent.get(f"{act} {who}", 0) + 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(throttle, "spend", spend)
        patch.setattr(User.objects, "filter", lambda **_kwargs: _First(alice))
        for device, host, _second in tries:
            request = known if device == "known" else RequestFactory().post("/", REMOTE_ADDR=f"192.0.2.{host}")
            throttle.spend_password(request, "Alice@example.org", now=NOON)
    n_known = sum(device == "known" for device, _host, _second in tries)
    number = devices.known(known, alice)
    assert spent.get(f"sign_in.device {number}", 0) == n_known
    assert sum(n for key, n in spent.items() if key.startswith("sign_in.unknown")) == len(tries) - n_known


class _First:
    def __init__(self, user: User) -> None:
        self.user = user

    def first(self) -> User:
        return self.user


def _request_from_known_device(user: User) -> Any:
    from django.http import HttpResponse

    response = HttpResponse()
    devices.remember(RequestFactory().get("/"), response, user)
    request = RequestFactory().post("/")
    request.COOKIES[devices.cookie_name()] = response.cookies[devices.cookie_name()].value
    return request


def test_a_known_device_has_a_budget_too(at_alices: Client, alice: User) -> None:
    at_alices.post("/konto/logga-ut/")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        answers = [try_sign_in(at_alices, alice.email, "fel").status_code for _n in range(6)]
    assert answers == [400] * 5 + [429]


def test_a_device_is_known_for_its_own_accounts_only(at_alices: Client, alice: User, bob: User) -> None:
    at_alices.post("/konto/logga-ut/")
    with time_machine.travel(NOON, tick=False):
        _attack(bob.email, 6)
        assert try_sign_in(at_alices, bob.email, "bobs-egen-fras-här").status_code == 429


@pytest.mark.parametrize("held", ["", "x", "eyI3IjoieCJ9:1abc:made-up"])
def test_a_made_up_cookie_makes_no_device_known(client: Client, alice: User, held: str) -> None:
    client.cookies[devices.cookie_name()] = held
    with time_machine.travel(NOON, tick=False):
        _attack(alice.email, 6)
        assert try_sign_in(client, alice.email).status_code == 429


def test_five_people_can_share_a_device(client: Client, staden: Any) -> None:
    people = [User.objects.create_user(f"p{n}@example.org", ALICES, name=f"P{n}") for n in range(6)]
    for user in people:
        try_sign_in(client, user.email)
        client.post("/konto/logga-ut/")
    request = RequestFactory().get("/")
    request.COOKIES[devices.cookie_name()] = client.cookies[devices.cookie_name()].value
    assert [bool(devices.known(request, user)) for user in people] == [False, True, True, True, True, True]


def test_the_wait_grows_with_the_tries_and_is_told_in_words(alice: User) -> None:
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        for minute in (0, 1, 2, 15, 16, 30, 60):
            clock.move_to(NOON + timedelta(minutes=minute))
            for n in range(6):
                answer = Client().post(
                    SIGN_IN, {"email": alice.email, "password": "fel"}, REMOTE_ADDR=f"198.51.100.{minute + n}"
                )
            said = re.search(r"Vänta (\d+) minut", answer.content.decode())
            assert said, answer.content.decode()
            waits.append(int(said.group(1)))
    # A minute; the rest of the quarter; the rest of the hour; and then from the beginning.
    assert waits == [1, 14, 13, 45, 44, 30, 1]


def test_after_the_wait_one_may_try_again(client: Client, alice: User) -> None:
    with time_machine.travel(NOON, tick=False):
        for _n in range(6):
            try_sign_in(client, alice.email, "fel")
        assert try_sign_in(client, alice.email).status_code == 429
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        assert try_sign_in(client, alice.email).status_code == 302


def test_counters_hold_neither_address_nor_account(at_alices: Client, alice: User) -> None:
    try_sign_in(Client(), "alice@example.org", "fel")
    kept = " ".join(RateCount.objects.values_list("bucket", flat=True))
    assert kept
    assert "alice" not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_subscribers_whole_range_is_one_place(address: str, place: str) -> None:
    assert throttle.place(RequestFactory().get("/", REMOTE_ADDR=address)) == place


def test_a_link_lives_longer_than_the_hour_that_its_mails_are_counted_in() -> None:
    assert all(links.LIVES[LinkPurpose.RESET] > window for _limit, window in throttle.MAILS)
