"""Which page an address means, and which version a form was filled in over."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from services.models import OldAddress, Page
from services.views.posted import number, version_number


def page_to_edit(slug: str) -> tuple[Page | None, bool]:
    """The page at an address, also in the trash, and whether it has moved on from there."""
    page = Page.everything.select_related("category").filter(slug=slug).first()
    if page is not None:
        return page, False
    old = OldAddress.objects.select_related("page__category").filter(slug=slug).first()
    return (old.page, True) if old else (None, False)


def is_another(page: Page, request: HttpRequest) -> bool:
    """Was a form made for a page that is gone, whose address this one has by now?"""
    return number(request.POST.get("page")) not in (None, page.pk)


def moved_to(slug: str) -> Page | None:
    """The page that once had this address, with what its own needs; None where there is none."""
    pages = Page.objects.filter(old_addresses__slug=slug)
    return pages.only("kind", "slug").first()


def version_of(request: HttpRequest) -> int:
    """The posted version; 0, which no page has, where there is none."""
    return version_number(request.POST.get("version"))


def person(request: HttpRequest) -> User:
    """Who asks, in a view that only people who are logged in get to."""
    return cast(User, request.user)
