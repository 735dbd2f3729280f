"""Rename a page, and rewrite links in notes that use its old name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from services.db.locks import lock_names
from services.markdown.edit.rename_links import is_linkable, linkable_name, rename_links
from services.models import Link, Page, PageName, Reason
from services.pages.names import link_key
from services.pages.revise import revise


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that a page is about to lose, and the name that links use instead."""

    old: str
    new: str


def lost_names(page: Page, facts: Mapping[str, Any]) -> dict[str, Lost]:
    """Return the names that a page loses with these facts, by their keys."""
    title = facts.get("title", page.title)
    short = facts.get("abbreviation", page.abbreviation)
    fit, lost = fit_name(page, title), {}
    if short != page.abbreviation and page.abbreviation:
        new = _unless_taken(page, short) or fit or title
        lost[link_key(page.abbreviation)] = Lost(page.abbreviation, new)
    if title != page.title:
        lost[link_key(page.title)] = Lost(page.title, fit or title)
    aliases = facts.get("aliases", page.aliases)
    remaining = {link_key(name) for name in (fit, short, *aliases)}
    return {key: name for key, name in lost.items() if key not in remaining}


def fit_name(page: Page, title: str) -> str:
    """Return what links can use for a page with this title; blank if another page has it."""
    return title if is_linkable(title) else _unless_taken(page, linkable_name(title))


def link_name(page: Page) -> str:
    """Return another name for links, if a title cannot be used in links; else a blank."""
    name = "" if is_linkable(page.title) else linkable_name(page.title)
    return name if name in page.aliases else ""


def _unless_taken(page: Page, name: str) -> str:
    """Return a name, unless links with it would lead to another page."""
    others = PageName.objects.filter(key=link_key(name)).exclude(page=page.pk)
    return "" if not name or others.exists() else name


def pages_linking(page: Page, names: Mapping[str, Lost]) -> dict[str, list[int]]:
    """Return which pages link here by these names, including the page itself."""
    found: dict[str, list[int]] = {}
    if names:
        links = Link.objects.filter(to=page.pk, key__in=list(names)).order_by("page")
        for key, other in links.values_list("key", "page").distinct():
            found.setdefault(key, []).append(other)
    return found


def lock_linking_pages(page: Page) -> None:
    """Lock a page and all pages that link to it, before any other lock (see `db.locks`)."""
    linking = Q(pk__in=Link.objects.filter(to=page.pk).values("page"))
    list(Page.everything.filter(Q(pk=page.pk) | linking).locked().only("pk"))


def rewrite_links(
    page: Page, names: Mapping[str, Lost], *, by: AbstractBaseUser
) -> tuple[int, int]:
    """Rewrite links of other pages to a page's new names, one revision each.

    Returns how many links on how many pages were changed. Call it in the transaction that renames
    the page, before that; links in the page's own notes are changed by the caller.
    """
    lock_names()
    found = pages_linking(page, names).values()
    others = {other for linking in found for other in linking} - {page.pk}
    links = pages = 0
    for other in Page.objects.filter(pk__in=others).locked():
        notes, number = rename_in_notes(other.notes, names)
        if number:
            revise(other, notes, version=other.version, by=by, reason=Reason.LINKS)
            links, pages = links + number, pages + 1
    return links, pages


def rename_in_notes(notes: str, names: Mapping[str, Lost]) -> tuple[str, int]:
    """Return notes with links to the new names, and how many links changed."""
    return rename_links(notes, {key: name.new for key, name in names.items()}, link_key)
