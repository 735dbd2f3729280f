"""What somebody is typing is kept beside the page until it is saved or discarded.

The row of a draft is its editing session as well: `heartbeat` makes it when an editor opens,
`autosave` writes into that very row, and `end` deletes it. So a request that was on its way when
its author saved finds no row and brings nothing back.

Each form of a page is a `place` of its own: see `services.models.Draft`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from services.markdown.read.sections import find_section
from services.models import Draft, Page
from services.models.drafts import CLOSED_AFTER, DraftQuerySet
from services.pages.edit import Base, section_over, typed_over
from services.pages.revisions import revision
from services.people import shown_name
from services.text.line_ends import restore_line_ends

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The fields that a draft holds: the editor's, and those of a form that asks or answers; then how
# long all but the text itself may be together.
FIELDS = ("notes", "title", "abbreviation", "category", "aliases", "tags", "rewrite")
ASKED = ("words", "answer", "seen", "asked")
MOST_BESIDE = 100_000
# How much of a draft is shown where several are to be told apart.
EXCERPT = 80
# The places of a page, and of a new one.
PLACES = re.compile(r"(ask|answer\.[0-9]{1,18})?")
NEW_PLACES = re.compile(r"([0-9a-f]{8})?")
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


def is_place(page: Page | None, place: str) -> bool:
    """Is there such a form on a page, or (None) of a new page?"""
    return bool((PLACES if page else NEW_PLACES).fullmatch(place))


def is_asked(page: Page | None, place: str) -> bool:
    """Is it a form that asks or answers, and not an editor?"""
    return bool(page and place and is_place(page, place))


def of(person: User, page: Page | None, place: str = "") -> Draft | None:
    """What a person has typed and not saved on a page, or (None) for a new page."""
    return Draft.objects.written().filter(person=person, page=page, place=place).first()


def all_of(person: User) -> DraftQuerySet:
    """A person's drafts with the pages that they are for, also in the trash; one query."""
    return Draft.objects.written().filter(person=person).listed()


def keep(
    person: User, page: Page | None, version: int, fields: Mapping[str, str], place: str = ""
) -> Draft:
    """Keep a draft whatever was kept before; its `notes` are the whole page's. Raises NotKept."""
    now, kept = timezone.now(), checked(fields, is_asked(page, place))
    told = {"version": version, "fields": kept, "saved_at": now, "seen_at": now}
    return Draft.objects.update_or_create(person=person, page=page, place=place, defaults=told)[0]


def end(person: User, page: Page | None, place: str = "", kept: str | None = None) -> None:
    """A draft was saved or discarded: forget it, and what is still on its way to it.

    With `kept`, only as it was written then: what was typed elsewhere since stays.
    """
    rows = Draft.objects.filter(person=person, page=page, place=place)
    (rows if kept is None else rows.filter(saved_at=moment(kept))).delete()


def moment(text: str) -> datetime | None:
    """A point in time as forms and scripts send it, None where it is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else None


def another(
    person: User, page: Page | None, posted: Mapping[str, str], place: str = ""
) -> Draft | None:
    """A draft that is not in a posted form: offered above it, or typed elsewhere since.

    A form's `kept` is the `saved_at` of the draft that it has.
    """
    draft = of(person, page, place)
    return None if draft and draft.saved_at == moment(posted.get("kept", "")) else draft


def end_saved(
    person: User, page: Page | None, posted: Mapping[str, str], notes: str, place: str = ""
) -> None:
    """A form was saved with these whole notes, so the draft that it has is done with.

    `another` one stays, unless it says the same.
    """
    rows = Draft.objects.filter(person=person, page=page, place=place)
    rows.filter(saved_at=moment(posted.get("kept", ""))).delete()
    fields = {name: posted[name] for name in FIELDS if name in posted} | {"notes": notes}
    for draft in rows:
        # A form may lack fields that are blank in another's.
        if all((fields.get(name) or "") == (value or "") for name, value in draft.fields.items()):
            rows.filter(saved_at=draft.saved_at).delete()


def heartbeat(person: User, page: Page | None, place: str = "") -> Draft:
    """A person's editor is open now; the row that it may write into."""
    now = timezone.now()
    draft, new = Draft.objects.defer("fields").get_or_create(
        person=person, page=page, place=place, defaults={"seen_at": now}
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
    place: str = "",
) -> datetime:
    """Keep what an editor holds in the row that it was given; returns when.

    `since` is when the row was written as that editor knows. Raises Ended, Elsewhere or NotKept.
    """
    now, kept = timezone.now(), checked(fields, is_asked(page, place))
    rows = Draft.objects.filter(pk=draft, person=person, page=page, place=place)
    told = {"version": version, "fields": kept, "saved_at": now, "seen_at": now}
    if rows.filter(saved_at=since).update(**told):
        return now
    row = rows.first()
    if row and row.saved_at and row.fields == kept:
        # It arrived before, and only the answer was lost.
        return row.saved_at
    raise Elsewhere if row else Ended


def leave(draft: int, person: User) -> None:
    """The editor was closed: nobody is shown on the page any more, and the draft stays."""
    mine = Draft.objects.filter(pk=draft, person=person)
    if not mine.filter(saved_at=None).delete()[0]:
        mine.update(seen_at=timezone.now() - CLOSED_AFTER)


def others_on(page: Page | None, person: User) -> list[str]:
    """The names of those who have an editor of this page open, without this person."""
    if page is None:
        return []
    rows = Draft.objects.open_now().filter(page=page, place="").exclude(person=person)
    rows = rows.select_related("person").only(
        "person__username", "person__first_name", "person__last_name"
    )
    return sorted(shown_name(row.person) for row in rows)


def checked(fields: Mapping[str, str], asked: bool = False) -> dict[str, str]:
    """The fields that a draft holds. Raises NotKept where they are too long or no text."""
    kept = {name: fields[name] for name in (ASKED if asked else FIELDS) if name in fields}
    text = "answer" if asked else "notes"
    if any("\0" in value for value in kept.values()):
        raise NotKept("There is a character in this text that cannot be stored (NUL).")
    if len(kept.get(text, "").encode()) > settings.NOTE_MAX_BYTES:
        most = filesizeformat(settings.NOTE_MAX_BYTES)
        words = "This answer is too long: it" if asked else "These notes are too long: they"
        raise NotKept(f"{words} may have {most}.")
    if sum(len(value) for name, value in kept.items() if name != text) > MOST_BESIDE:
        raise NotKept(f"The {'question is' if asked else 'title, names or tags are'} too long.")
    return kept


def excerpt(fields: Mapping[str, str], stored: str) -> str:
    """What a draft says that the stored text does not: its first such line; blank for none."""
    typed, known = fields.get("notes", ""), set(stored.splitlines())
    new = (line for line in typed.splitlines() if line.strip() and line not in known)
    if line := next(new, ""):
        return _short(line)
    left = set(typed.splitlines())
    gone = (line for line in stored.splitlines() if line.strip() and line not in left)
    line = next(gone, "")
    return f"without: {_short(line)}" if line else _short(fields.get("title", ""))


def _short(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"


def whole_notes(page: Page | None, version: int, typed: str, section: str) -> str:
    """A whole page's notes, as stored, with what a form sent in the place of them or of a section.

    Raises NotKept where `version` of the page has no such section.
    """
    if page is None:
        return restore_line_ends(typed, "", "\n")
    base: str | None = page.notes
    if version != page.version:
        known = revision(page.pk, version)
        base = known.notes if known else None
    if not section:
        return typed_over(page, Base(version, base, {}), typed)
    part = find_section(base or "", section)
    if part is None or base is None:
        raise NotKept("The section that you are editing is not in the page any more.")
    return section_over(page, base, part, typed)
