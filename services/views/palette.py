"""Commands of the palette."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from services.forms.editor_toolbar import TOOLS
from services.models import Page
from services.permissions import AnyUser, may_edit

# All keys that mean something, by where they do.
KEYS = (
    (
        "Everywhere",
        (
            (("/",), "Search"),
            (("Ctrl", "K"), "Search pages and commands"),
            (("Esc",), "Close what is open"),
        ),
    ),
    (
        "In the search box and its list",
        (
            (("↓", "↑"), "The next or the previous page found"),
            (("Enter",), "Open it; without one, show all that was found"),
            (("Esc",), "Close the list, and then empty the box"),
        ),
    ),
    (
        "On a box of a checklist, for editors",
        (
            (("Space",), "Done, or open again"),
            (("↓",), "All four states, and a reason"),
            (("o", "p", "d", "n"), "Open, in progress, done, not applicable"),
        ),
    ),
    (
        "In the list of questions, for editors",
        (
            (("j", "k"), "The next or the previous question"),
            (("a",), "Answer it"),
            (("d",), "Not a question"),
        ),
    ),
    (
        "While writing",
        (
            (("Ctrl", "S"), "Save"),
            (("[", "["), "Offer pages to link to"),
            *(
                (tuple(tool.keys.split("+")), tool.label)
                for group in TOOLS
                for tool in group
                if tool.keys
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: an address to go to, or what the page itself does (`does`).

    `also` are other words by which it is found.
    """

    name: str
    address: str = ""
    icon: str = "right"
    also: str = ""
    does: str = ""


def commands(user: AnyUser, here: Page | None = None) -> list[Command]:
    """Return the commands of a user; those of the current page come first."""
    found = [*_here(user, here)] if here else []
    if may_edit(user):
        found.append(_to("New page", "new_page", icon="plus", also="create add write"))
    found += [
        _to("Checklist", "checklist", icon="task", also="learn items tasks"),
        _to("Questions", "questions", icon="question", also="open inbox"),
        _to("Tags", "tags", icon="tag"),
        _to("Topics", "topics", icon="document"),
        _to("Recent changes", "changes", icon="clock", also="history what is new"),
        _to("Search", "search", icon="search", also="find narrow filter"),
    ]
    if may_edit(user):
        found += [
            _to(
                "Import Markdown", "admin:services_document_import", icon="document", also="upload"
            ),
            _to("Trash", "trash", icon="bin", also="deleted restore"),
            _to("Admin", "admin:index", icon="gear", also="manage"),
        ]
    found += [
        Command("Switch between light and dark", icon="moon", also="theme toggle", does="theme"),
        _to("Keyboard", "keys", icon="keys", also="help keys shortcuts"),
    ]
    if user.is_authenticated:
        found.append(Command("Log out", icon="leave", also="sign leave", does="leave"))
    else:
        found.append(_to("Log in", "login", icon="right", also="sign"))
    return found


def _here(user: AnyUser, page: Page) -> list[Command]:
    found = []
    if may_edit(user):
        found = [
            _to("Edit this page", "edit", page.slug, icon="pencil", also="change write"),
            _to("Ask a question on this page", "ask", page.slug, icon="question"),
        ]
    return [
        *found,
        _to("History of this page", "history", page.slug, icon="clock", also="versions"),
    ]


def _to(name: str, view: str, *args: str, icon: str, also: str = "") -> Command:
    return Command(name, reverse(view, args=args), icon, also)
