"""Read requests, find the page of an address, and redirect back."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.http import url_has_allowed_host_and_scheme

from services.models import Draft, Page

# How many digits of a key and of a version every database can store.
MAX_KEY_DIGITS, MAX_VERSION_DIGITS = 18, 9


def parse_number(text: object, digits: int = MAX_KEY_DIGITS) -> int | None:
    """Return the number that an address or form has, None if it is not one of up to `digits`."""
    words = str(text)
    is_number = words.isascii() and words.isdecimal() and len(words) <= digits
    return int(words) if is_number else None


def parse_version(text: object) -> int:
    """Return the version that a form has; 0, which no page has, if it is not a number."""
    return parse_number(text, MAX_VERSION_DIGITS) or 0


def posted_version(request: HttpRequest) -> int:
    """Return the version that a form was filled in over."""
    return parse_version(request.POST.get("version"))


def get_user(request: HttpRequest) -> User:
    """Return the user of a view that only users who are logged in get to."""
    return cast(User, request.user)


def wants_json(request: HttpRequest) -> bool:
    """Return whether a script sent the request, which loads no page afterwards."""
    return request.headers.get("Accept", "").startswith("application/json")


def own_address(request: HttpRequest, wanted: str) -> str:
    """Return an address if it is on this site, else an empty string."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if own else ""


def next_address(request: HttpRequest) -> str:
    """Return the address on this site that a form or link has as `next`, else an empty string."""
    return own_address(request, request.POST.get("next") or request.GET.get("next") or "")


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to the `next_address`, or to `otherwise` if there is none."""
    return HttpResponseRedirect(next_address(request) or otherwise)


def report_error(
    request: HttpRequest, sentence: str, status: int, otherwise: str
) -> HttpResponseBase:
    """Return an error and its status to a script; for a form, redirect back with a message."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    messages.error(request, sentence)
    return redirect_back(request, otherwise)


def find_page(slug: str, pages: QuerySet[Page] | None = None) -> Page | None:
    """Return the page at an address or old address, of `pages` or also of those in the trash."""
    rows = Page.everything.select_related("category") if pages is None else pages
    return rows.filter(slug=slug).first() or rows.filter(old_addresses__slug=slug).first()


def get_page(slug: str, pages: QuerySet[Page] | None = None) -> Page:
    """Return what `find_page` finds. Raises Http404 if there is none."""
    page = find_page(slug, pages)
    if page is None:
        raise Http404("There is no page at this address.")
    return page


def saved_mark(draft: Draft | None) -> str:
    """Return when a draft was saved, as forms and scripts send it back; blank for none."""
    return draft.saved_at.isoformat() if draft and draft.saved_at else ""


def is_for_another(page: Page, request: HttpRequest) -> bool:
    """Return whether a form is of a deleted page whose address another page has now."""
    return parse_number(request.POST.get("page")) not in (None, page.pk)
