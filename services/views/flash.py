"""Messages after saving a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list

from services.models import Category, Page
from services.pages.edit import Edit, Outcome, others_since
from services.views.request import get_user

NAMES = {
    "title": "The title",
    "category": "The category",
    "abbreviation": "The abbreviation",
    "aliases": "The other names",
    "tags": "The tags",
}
OVERWRITTEN = (
    "{} was changed to {} by someone else. Your value was saved; the other one is in the {}."
)


def flash_saved(request: HttpRequest, outcome: Outcome, edit: Edit) -> None:
    """Report the result of a save: whose changes were merged, and which facts were overwritten."""
    page = outcome.saved.page
    if not outcome.saved.changed:
        messages.info(request, "No changes.")
    elif outcome.saved.resolved:
        messages.success(request, resolved_message(page))
    elif outcome.saved.merged or outcome.theirs:
        flash_merged(request, page, edit.base.version)
    else:
        messages.success(request, "Saved.")
    flash_facts(request, outcome)


def resolved_message(page: Page) -> SafeString:
    """Return the message for a user who chose between two texts."""
    return format_html("Saved. Both texts are in the page’s {}.", _history_link(page))


def flash_merged(request: HttpRequest, page: Page, version: int) -> None:
    """Report whose changes since a version were merged with the user's."""
    who = get_text_list(others_since(page, version, get_user(request)), "and")
    who = who or "you in another window"
    messages.success(request, f"Saved, and merged with what {who} changed in the meantime.")


def flash_facts(request: HttpRequest, outcome: Outcome) -> None:
    """Report facts that both had changed, and links to an old title."""
    page = outcome.saved.page
    for name, theirs in outcome.theirs.items():
        shown, link = _describe_fact(name, theirs), _history_link(page)
        messages.warning(request, format_html(OVERWRITTEN, NAMES[name], shown, link))
    if outcome.links:
        links, pages = count_words(outcome.links, "link"), count_words(outcome.pages, "page")
        messages.success(request, f"{links} on {pages} changed.")
    if outcome.old_names:
        names = get_text_list([f"“{name}”" for name in outcome.old_names], "and")
        messages.info(request, f"Links that say {names} still lead here.")
    flash_link_name(request, outcome.link_name)


def flash_link_name(request: HttpRequest, name: str) -> None:
    """Report the name for links to a page whose title cannot be used in links, if there is one."""
    if name:
        messages.info(request, f"This title can’t be used in links; use “{name}” instead.")


def _describe_fact(name: str, value: Any) -> str:
    if name == "category" and value:
        value = Category.objects.filter(pk=value).values_list("name", flat=True).first()
    if isinstance(value, list):
        value = ", ".join(value)
    return f"“{value}”" if value else "nothing"


def undo_form(request: HttpRequest, action: str, **fields: object) -> SafeString:
    """Return a button for a message that posts hidden fields to the address `action`."""
    context = {"action": action, "fields": fields}
    return render_to_string("partials/undo.html", context, request)


def _history_link(page: Page) -> SafeString:
    return format_html('<a href="{}">history</a>', reverse("history", args=[page.slug]))


def count_words(number: int, what: str) -> str:
    """Return a number with a noun: "1 page" or "1,000 pages"."""
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
