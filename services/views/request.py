"""Read what a request brings, and lead back to where it came from."""

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


def get_user(request: HttpRequest) -> User:
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


def report_error(
    request: HttpRequest, sentence: str, status: int, otherwise: str
) -> HttpResponseBase:
    """Answer a script with an error and its status; show a form's user a message, back there."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    messages.error(request, sentence)
    return redirect_back(request, otherwise)


def find_page(slug: str, pages: QuerySet[Page] | None = None) -> Page | None:
    """Return the page at an address or old address; from all `pages`, also those in the trash."""
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
    """Tell whether a form was made for a deleted page whose address another page has now."""
    return parse_number(request.POST.get("page")) not in (None, page.pk)
