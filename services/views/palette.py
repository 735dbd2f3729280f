"""Commands of the palette."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from services.forms.editor_toolbar import TOOLS
from services.models import Page
from services.permissions import AnyUser, may_edit

# All keys that have a meaning, by where.
KEYS = {
    "Everywhere": [
        (["/"], "Search"),
        (["Ctrl", "K"], "Search pages and commands"),
        (["Esc"], "Close what is open"),
    ],
    "In the search box and its list": [
        (["↓", "↑"], "The next or the previous page found"),
        (["Enter"], "Open it; without one, show all that was found"),
        (["Esc"], "Close the list, and then empty the box"),
    ],
    "On a box of a checklist, for editors": [
        (["Space"], "Done, or open again"),
        (["↓"], "All four states, and a reason"),
        (["o", "p", "d", "n"], "Open, in progress, done, not applicable"),
    ],
    "In the list of questions, for editors": [
        (["j", "k"], "The next or the previous question"),
        (["a"], "Answer it"),
        (["d"], "Not a question"),
    ],
    "While writing": [
        (["Ctrl", "S"], "Save"),
        (["[", "["], "Offer pages to link to"),
        *((tool.keys.split("+"), tool.label) for group in TOOLS for tool in group if tool.keys),
    ],
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: an address to open, or what the page itself does (`does`).

    `also` are other words by which it is found.
    """

    name: str
    address: str = ""
    icon: str = "right"
    also: str = ""
    does: str = ""


def list_commands(user: AnyUser, page: Page | None = None) -> list[Command]:
    """Return the commands of a user; those of the current page, if any, come first."""
    found, is_editor = [], may_edit(user)
    if page and is_editor:
        found += [
            _open("Edit this page", "edit", page.slug, icon="pencil", also="change write"),
            _open("Ask a question on this page", "ask", page.slug, icon="question"),
        ]
    if page:
        found.append(
            _open("History of this page", "history", page.slug, icon="clock", also="versions")
        )
    if is_editor:
        found.append(_open("New page", "new_page", icon="plus", also="create add write"))
    found += [
        _open("Checklist", "checklist", icon="task", also="learn items tasks"),
        _open("Questions", "questions", icon="question", also="open inbox"),
        _open("Tags", "tags", icon="tag"),
        _open("Topics", "topics", icon="document"),
        _open("Recent changes", "changes", icon="clock", also="history what is new"),
        _open("Search", "search", icon="search", also="find narrow filter"),
    ]
    if is_editor:
        importing = "admin:services_document_import"
        found += [
            _open("Import Markdown", importing, icon="document", also="upload"),
            _open("Trash", "trash", icon="bin", also="deleted restore"),
            _open("Admin", "admin:index", icon="gear", also="manage"),
        ]
    found += [
        Command("Switch between light and dark", icon="moon", also="theme toggle", does="theme"),
        _open("Keyboard", "keys", icon="keys", also="help keys shortcuts"),
    ]
    if user.is_authenticated:
        found.append(Command("Log out", icon="leave", also="sign leave", does="leave"))
    else:
        found.append(_open("Log in", "login", icon="right", also="sign"))
    return found


def _open(name: str, view: str, *args: str, icon: str, also: str = "") -> Command:
    return Command(name, reverse(view, args=args), icon, also)
