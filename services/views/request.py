"""Read what a request brings, and lead back to where it came from."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from services.models import OldAddress, Page

# The most digits of a key and of a version that every database can store.
KEY_DIGITS, VERSION_DIGITS = 18, 9


def parse_number(text: object, digits: int = KEY_DIGITS) -> int | None:
    """Return the key that an address or form brings, None where it is not a number."""
    words = "" if text is None else str(text)
    known = words.isascii() and words.isdecimal() and len(words) <= digits
    return int(words) if known else None


def parse_version(text: object) -> int:
    """Return the version that a form brings; 0, which no page has, where it is not a number."""
    return parse_number(text, VERSION_DIGITS) or 0


def posted_version(request: HttpRequest) -> int:
    """Return the version that a form was filled in over."""
    return parse_version(request.POST.get("version"))


def person(request: HttpRequest) -> User:
    """Return the user, in a view for users who are logged in."""
    return cast(User, request.user)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script of ours sent the request, which goes on without loading a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def own_address(request: HttpRequest, wanted: str) -> str:
    """Return an address if it is on this site, else a blank."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if own else ""


def next_address(request: HttpRequest) -> str:
    """Return the address on this site that a form or link names as `next`, else a blank."""
    return own_address(request, request.POST.get("next") or request.GET.get("next") or "")


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to the `next_address`, or to another where there is none."""
    return HttpResponseRedirect(next_address(request) or otherwise)


def find_page(slug: str) -> tuple[Page | None, bool]:
    """Return the page at an address, also from the trash, and whether it has moved from there."""
    page = Page.everything.select_related("category").filter(slug=slug).first()
    if page is not None:
        return page, False
    old = OldAddress.objects.select_related("page__category").filter(slug=slug).first()
    return (old.page, True) if old else (None, False)


def find_moved_page(slug: str) -> Page | None:
    """Return the page that once had this address, with what its own address needs."""
    pages = Page.objects.filter(old_addresses__slug=slug)
    return pages.only("kind", "slug").first()


def is_for_another(page: Page, request: HttpRequest) -> bool:
    """Tell whether a form was made for a deleted page whose address another page has now."""
    return parse_number(request.POST.get("page")) not in (None, page.pk)
