"""What somebody is typing is kept beside the page until it is saved or discarded.

The row of a draft is its editing session as well: `heartbeat` makes it when an editor opens,
`autosave` writes into that very row, and `end` deletes it. So a request that was on its way when
its author saved finds no row and brings nothing back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from services.editing import Base, section_over, typed_over
from services.history import revision
from services.markdown.edits import keep_line_ends
from services.markdown.sections import part_at
from services.models import Draft, Page
from services.models.drafts import HEARD_OF, DraftQuerySet
from services.people import shown_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The editor's fields that a draft holds, and how long all but the notes may be together.
FIELDS = ("notes", "title", "abbreviation", "category", "aliases", "tags", "rewrite")
MOST_BESIDE = 100_000
# An editor that was opened, left without a word typed and not closed is forgotten after a day.
FORGOTTEN = timedelta(days=1)


class NotKept(Exception):
    """A draft that cannot be kept; says why in a sentence."""


class Ended(NotKept):
    """The draft was saved or discarded meanwhile."""

    def __init__(self) -> None:
        super().__init__("This draft was saved or discarded meanwhile.")


class Elsewhere(NotKept):
    """The draft now has what the same person typed elsewhere."""

    def __init__(self) -> None:
        super().__init__("You are editing this page in another window too, and that text is kept.")


def of(person: User, page: Page | None) -> Draft | None:
    """What a person has typed and not saved on a page, or (None) for a new page."""
    return Draft.objects.written().filter(person=person, page=page).first()


def all_of(person: User) -> DraftQuerySet:
    """A person's drafts with the pages that they are for, also in the trash; one query."""
    rows = Draft.objects.written().filter(person=person)
    facts = ("kind", "title", "abbreviation", "slug", "trashed_at")
    wanted = ("page_id", "person_id", "saved_at", *(f"page__{name}" for name in facts))
    return rows.select_related("page").only(*wanted)


def keep(person: User, page: Page | None, version: int, fields: Mapping[str, str]) -> Draft:
    """Keep a draft whatever was kept before; its `notes` are the whole page's. Raises NotKept."""
    now = timezone.now()
    told = {"version": version, "fields": checked(fields), "saved_at": now, "seen_at": now}
    return Draft.objects.update_or_create(person=person, page=page, defaults=told)[0]


def end(person: User, page: Page | None) -> None:
    """A draft was saved or discarded: forget it, and what is still on its way to it."""
    Draft.objects.filter(person=person, page=page).delete()


def moment(text: str) -> datetime | None:
    """A point in time as forms and scripts send it, None where it is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else None


def another(person: User, page: Page | None, posted: Mapping[str, str]) -> Draft | None:
    """A draft that is not in a posted form: offered above it, or typed elsewhere since.

    A form's `kept` is the `saved_at` of the draft that it has.
    """
    draft = of(person, page)
    return None if draft and draft.saved_at == moment(posted.get("kept", "")) else draft


def end_saved(person: User, page: Page | None, posted: Mapping[str, str], notes: str) -> None:
    """A form was saved with these whole notes, so the draft that it has is done with.

    `another` one stays, unless it says the same.
    """
    rows = Draft.objects.filter(person=person, page=page)
    rows.filter(saved_at=moment(posted.get("kept", ""))).delete()
    fields = {name: posted[name] for name in FIELDS if name in posted} | {"notes": notes}
    for draft in rows:
        if draft.fields == fields:
            rows.filter(saved_at=draft.saved_at).delete()


def heartbeat(person: User, page: Page | None) -> Draft:
    """A person's editor is open now; the row that it may write into."""
    now = timezone.now()
    draft, new = Draft.objects.defer("fields").get_or_create(
        person=person, page=page, defaults={"seen_at": now}
    )
    if new:
        Draft.objects.filter(person=person, saved_at=None, seen_at__lt=now - FORGOTTEN).delete()
    else:
        Draft.objects.filter(pk=draft.pk).update(seen_at=now)
    return draft


def autosave(
    draft: int,
    person: User,
    page: Page | None,
    version: int,
    fields: Mapping[str, str],
    since: datetime | None,
) -> datetime:
    """Keep what an editor holds in the row that it was given; returns when.

    `since` is when the row was written as that editor knows. Raises Ended, Elsewhere or NotKept.
    """
    now = timezone.now()
    row = Draft.objects.filter(pk=draft, person=person, page=page)
    told = {"version": version, "fields": checked(fields), "saved_at": now, "seen_at": now}
    if not row.filter(saved_at=since).update(**told):
        raise Elsewhere if row.exists() else Ended
    return now


def leave(draft: int, person: User) -> None:
    """The editor was closed: nobody is shown on the page any more, and the draft stays."""
    mine = Draft.objects.filter(pk=draft, person=person)
    if not mine.filter(saved_at=None).delete()[0]:
        mine.update(seen_at=timezone.now() - HEARD_OF)


def others_on(page: Page | None, person: User) -> list[str]:
    """The names of those who have an editor of this page open, without this person."""
    if page is None:
        return []
    rows = Draft.objects.open_now().filter(page=page).exclude(person=person)
    rows = rows.select_related("person").only(
        "person__username", "person__first_name", "person__last_name"
    )
    return sorted(shown_name(row.person) for row in rows)


def checked(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that a draft holds. Raises NotKept where they are too long or no text."""
    kept = {name: fields[name] for name in FIELDS if name in fields}
    if any("\0" in value for value in kept.values()):
        raise NotKept("There is a character in this text that cannot be stored (NUL).")
    if len(kept.get("notes", "").encode()) > settings.NOTE_MAX_BYTES:
        most = filesizeformat(settings.NOTE_MAX_BYTES)
        raise NotKept(f"These notes are too long: they may have {most}.")
    if sum(len(value) for name, value in kept.items() if name != "notes") > MOST_BESIDE:
        raise NotKept("The title, names or tags are too long.")
    return kept


def whole_notes(page: Page | None, version: int, typed: str, section: str) -> str:
    """A whole page's notes, as stored, with what a form sent in the place of them or of a section.

    Raises NotKept where `version` of the page has no such section.
    """
    if page is None:
        return keep_line_ends(typed, "", "\n")
    base: str | None = page.notes
    if version != page.version:
        known = revision(page.pk, version)
        base = known.notes if known else None
    if not section:
        return typed_over(page, Base(version, base, {}), typed)
    part = part_at(base or "", section)
    if part is None or base is None:
        raise NotKept("The section that you are editing is not in the page any more.")
    return section_over(page, base, part, typed)
