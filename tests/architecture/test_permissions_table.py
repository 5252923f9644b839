"""The published table of permissions says what the code does."""

from scripts.permissions_table import PAGE, addresses, page


def test_the_permissions_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: python -m scripts.permissions_table"


def test_every_address_on_the_page_is_one_that_a_browser_can_ask_for() -> None:
    found = dict(addresses())
    assert found["desk:year"] == "/arbete/aret/"
    assert not [address for address in found.values() if "^" in address or "//" in address]
