"""Messages after saving a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from services.models import Category, Page
from services.pages.edit import Edit, Outcome, others_since
from services.views.request import person

NAMES = {
    "title": "The title",
    "category": "The category",
    "abbreviation": "The abbreviation",
    "aliases": "The other names",
    "tags": "The tags",
}


def say_saved(request: HttpRequest, outcome: Outcome, edit: Edit) -> None:
    """Report the result of a save: whose changes were merged, and which facts were overwritten."""
    page = outcome.saved.page
    if not outcome.saved.changed:
        messages.info(request, "No changes.")
    elif outcome.saved.resolved:
        messages.success(request, resolved_words(page))
    elif outcome.saved.merged or outcome.theirs:
        flash_merged(request, page, edit.base.version)
    else:
        messages.success(request, "Saved.")
    say_facts(request, outcome)


def resolved_words(page: Page) -> SafeString:
    """Return what a user is told who chose between two texts."""
    return format_html("Saved. Both texts are in the page’s {}.", history_link(page))


def flash_merged(request: HttpRequest, page: Page, version: int) -> None:
    """Report whose changes since a version were merged with the user's."""
    who = listed(others_since(page, version, person(request))) or "you in another window"
    messages.success(request, f"Saved, and merged with what {who} changed in the meantime.")


def say_facts(request: HttpRequest, outcome: Outcome) -> None:
    """Report facts that both had changed, and links to an old title."""
    page = outcome.saved.page
    for name, theirs in outcome.theirs.items():
        messages.warning(request, _gave_way(page, name, theirs))
    if outcome.links:
        links, pages = _many(outcome.links, "link"), _many(outcome.pages, "page")
        messages.success(request, f"{links} on {pages} changed.")
    if outcome.kept:
        kept = listed([f"“{name}”" for name in outcome.kept])
        messages.info(request, f"Links that say {kept} still lead here.")
    say_called(request, outcome.called)


def say_called(request: HttpRequest, name: str) -> None:
    """Report the name for links to a page whose title cannot be used in links, if there is one."""
    if name:
        messages.info(request, f"This title can’t be used in links; use “{name}” instead.")


def _gave_way(page: Page, name: str, theirs: Any) -> SafeString:
    words = (
        "{} was changed to {} by someone else. Your value was saved; the other one is in the {}."
    )
    return format_html(words, NAMES[name], _shown(name, theirs), history_link(page))


def _shown(name: str, value: Any) -> str:
    if name == "category" and value:
        value = Category.objects.filter(pk=value).values_list("name", flat=True).first()
    if isinstance(value, list):
        value = ", ".join(value)
    return f"“{value}”" if value else "nothing"


def history_link(page: Page, words: str = "history") -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("history", args=[page.slug]), words)


def listed(names: list[str]) -> str:
    """Join names as in a sentence: "Ada, Bob and Cy"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _many(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
