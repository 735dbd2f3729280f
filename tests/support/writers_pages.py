"""What the people of `tests.support.writers` write on.

`python -m tests.support.writers_pages prepare` and `… look` run in the environment of their server:
they create the pages, and print as JSON what is stored.
"""

from __future__ import annotations

import json
import sys
from typing import Any

WRITERS = 20


def notes() -> str:
    lines = ["## Together", "", "- [ ] first", "- [ ] second", "- [ ] third", ""]
    for number in range(WRITERS):
        lines += [f"## Part {number}", "", *(f"- [ ] item {number}.{n}" for n in range(4)), ""]
        lines += [f"> [!question] Why {number}?", "", f"Words of {number}.", ""]
    return "\n".join(lines)


def prepare() -> dict[str, Any]:
    """Make the page, the people and their sessions."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Group, User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from tests.support.pages import make_topic

    call_command("migrate", verbosity=0)
    page = make_topic(title="Plan", notes=notes())
    parts = "\n".join(f"## Part {number}\n\nWords.\n" for number in range(WRITERS))
    other = make_topic(title="Other", notes=parts)
    people = []
    items = list(page.items.order_by("position").values_list("pk", flat=True))
    questions = list(page.questions.order_by("position").values_list("pk", flat=True))
    for number in range(WRITERS):
        user = User.objects.create(username=f"writer{number}", password="!")
        user.groups.add(Group.objects.get(name="editors"))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "services.permissions.Backend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        people.append(
            {
                "name": user.username,
                "session": session.session_key,
                "items": items[3 + 4 * number : 7 + 4 * number],
                "question": questions[number],
                "section": f"part-{number}",
                "page": page.pk,
            }
        )
    return {"slug": page.slug, "other": other.slug, "together": items[:3], "people": people}


def revisions(page: Any) -> list[list[Any]]:
    from services.models import Revision

    rows = Revision.objects.filter(page=page.pk).select_related("user").order_by("version")
    return [[row.version, row.reason, str(row.user or ""), row.notes] for row in rows]


def look() -> dict[str, Any]:
    """What is stored, and whether the indexes agree with it."""
    import io

    from django.core.management import call_command

    from services.models import Draft, Page

    page = Page.objects.get(title="Plan")
    told = io.StringIO()
    call_command("rederive", stdout=told)
    other = Page.objects.get(title="Other")
    return {
        "notes": page.notes,
        "version": page.version,
        "items": dict(page.items.values_list("pk", "state")),
        "answers": dict(page.questions.values_list("pk", "answer")),
        "revisions": revisions(page),
        "other": {"notes": other.notes, "revisions": revisions(other)},
        "titles": list(Page.objects.values_list("title", flat=True)),
        "drafts": {
            draft.person.get_username(): draft.fields.get("notes", "")
            for draft in Draft.objects.select_related("person")
        },
        "rederive": told.getvalue(),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"prepare": prepare, "look": look}[sys.argv[1]]()))
