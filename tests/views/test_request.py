"""Numbers and addresses as browsers bring them."""

import pytest

from services.views.request import own_address, parse_number, parse_version


@pytest.mark.parametrize("text", [None, "", "x", "-1", "1.5", "١", "²", " 1", "1" * 19])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None
    assert parse_version(text) == 0


def test_numbers_are_as_large_as_a_database_takes_them():
    assert parse_number("9" * 18) == 10**18 - 1
    assert parse_version("9" * 9) == 10**9 - 1
    assert parse_version("9" * 10) == 0
    assert parse_number(7) == 7


@pytest.mark.parametrize("wanted", ["//example.com/", "https://example.com/", "javascript:x", ""])
def test_addresses_of_other_sites_are_none(rf, wanted):
    assert own_address(rf.get("/"), wanted) == ""


def test_own_addresses_stay(rf):
    for wanted in ("/checklist/#one", "http://testserver/a/"):
        assert own_address(rf.get("/"), wanted) == wanted
