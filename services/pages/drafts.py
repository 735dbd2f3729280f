"""Drafts: what a user types in a form, stored until it is saved or discarded.

The row of a draft is its editing session as well: `heartbeat` creates it when a form opens,
`autosave` writes into the same row, and `end_draft` deletes it. So a request that was on its way
when its author saved finds no row and stores nothing.

Each form of a page is a `place` of its own: see `services.models.Draft`. The draft of an answer
outlives its question: when the line leaves the notes, what was typed can be asked again; when it
comes back, as from the trash, its draft is found by the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from services.markdown.read.sections import find_section
from services.models import Draft, Page, Question
from services.models.drafts import ANSWER, ASK, CLOSED_AFTER, DraftQuerySet
from services.pages.edit import put_section, read_typed
from services.pages.revisions import find_revision
from services.permissions import shown_name

# The fields that a draft holds, of the page's editor and of the forms that ask and answer.
FIELDS = tuple(
    "notes title abbreviation category aliases tags rewrite words answer seen asked".split()
)
# Long texts, and how many characters the other fields of a draft may have together.
TEXTS = ("notes", "answer")
MAX_OTHER_FIELDS = 100_000
# What a user types in a form that asks or answers; its other fields are what the form showed.
WRITTEN = ("words", "answer")
# The places of a page, and of a new one.
PLACES = re.compile(r"(ask|answer\.[0-9]{1,18})?")
NEW_PLACES = re.compile(r"([0-9a-f]{8})?")
# The row of an editor without any text that was not closed is deleted after so long.
MAX_BLANK_AGE = timedelta(days=1)


class NotSaved(Exception):
    """The draft cannot be stored; the message says why."""


class Ended(NotSaved):
    """The draft was saved or discarded in the meantime."""

    def __init__(self) -> None:
        super().__init__("This draft was saved or discarded in the meantime.")


class Elsewhere(NotSaved):
    """The draft now has what the same user typed in another window."""

    def __init__(self) -> None:
        super().__init__("You are editing this page in another window too, and its text was saved.")


def is_place(page: Page | None, place: str) -> bool:
    """Tell whether a page, or (None) a new one, has such a form."""
    return bool((PLACES if page else NEW_PLACES).fullmatch(place))


def is_asked(page: Page | None, place: str) -> bool:
    """Tell whether it is a form that asks or answers, and not an editor."""
    return bool(page and place and is_place(page, place))


def answer_place(question: int) -> str:
    """Return the place of the answer to the question with this id."""
    return f"{ANSWER}{question}"


def find_draft(person: User, page: Page | None, place: str = "") -> Draft | None:
    """Return what a user has typed and not saved on a page, or (None) for a new page."""
    return Draft.objects.written().filter(person=person, page=page, place=place).first()


def find_answer_draft(person: User, question: Question) -> Draft | None:
    """Return the draft of an answer; also of one whose question came back under another id."""
    place = answer_place(question.pk)
    mine = Draft.objects.filter(person=person, page=question.page_id)
    rows = mine.written().filter(place__startswith=ANSWER)
    if draft := rows.filter(place=place).first():
        return draft
    for draft in rows.filter(fields__asked=question.text):
        number = int(draft.place.removeprefix(ANSWER))
        if not Question.objects.filter(pk=number).exists():
            with transaction.atomic():
                mine.filter(place=place, saved_at=None).delete()
                mine.filter(pk=draft.pk).update(place=place)
            draft.place = place
            return draft
    return None


def find_lost_answer(person: User, question: int) -> Draft | None:
    """Return the draft of an answer to a question that is no longer in the notes."""
    rows = Draft.objects.written().filter(person=person, place=answer_place(question))
    return rows.select_related("page").first()


def find_returned_question(draft: Draft) -> Question | None:
    """Return another question with the same words, for the draft of an answer to a deleted one."""
    asked = draft.fields.get("asked", "")
    found = Question.objects.filter(page=draft.page_id, text=asked).first()
    taken = found and find_draft(draft.person, draft.page, answer_place(found.pk))
    return None if taken else found


def find_other_draft(
    person: User, page: Page | None, posted: Mapping[str, str], place: str = ""
) -> Draft | None:
    """Return a draft that is not in a posted form: offered above it, or typed elsewhere since.

    A form's `kept` is the `saved_at` of the draft that it holds.
    """
    draft = find_draft(person, page, place)
    return None if draft and draft.saved_at == parse_moment(posted.get("kept", "")) else draft


def list_drafts(person: User) -> DraftQuerySet:
    """Return a user's drafts with their pages, also of pages in the trash; one query."""
    return Draft.objects.written().filter(person=person).listed()


def list_other_editors(page: Page | None, person: User) -> list[str]:
    """Return the names of the other users who have an editor of this page open."""
    if page is None:
        return []
    rows = Draft.objects.open_now().filter(page=page, place="").exclude(person=person)
    return sorted(shown_name(row.person) for row in rows.select_related("person").defer("fields"))


def save_draft(
    person: User, page: Page | None, version: int, fields: Mapping[str, str], place: str = ""
) -> Draft:
    """Store a draft over any earlier one; its `notes` are the whole page's. Raises NotSaved."""
    now = timezone.now()
    columns = {"version": version, "fields": _check_fields(fields), "saved_at": now, "seen_at": now}
    row, _ = Draft.objects.update_or_create(columns, person=person, page=page, place=place)
    return row


def save_posted(person: User, page: Page, place: str, posted: Mapping[str, str]) -> Draft | None:
    """Store what a form holds that is shown again, unless another draft was typed since.

    Returns the draft if it is what the form holds.
    """
    if place == ASK and not any(posted.get(name, "").strip() for name in WRITTEN):
        return None
    with suppress(NotSaved):
        if find_other_draft(person, page, posted, place) is None:
            return save_draft(person, page, 0, posted, place)
    return None


def end_draft(person: User, page: Page | None, place: str = "", kept: str | None = None) -> None:
    """Delete a draft that was saved or discarded; a request that was on its way stores nothing.

    With `kept` (its `saved_at`), only if nothing was typed elsewhere since.
    """
    rows = Draft.objects.filter(person=person, page=page, place=place)
    (rows if kept is None else rows.filter(saved_at=parse_moment(kept))).delete()


def end_saved(
    person: User, page: Page | None, posted: Mapping[str, str], place: str = "", **typed: str
) -> None:
    """Delete the draft that a saved form holds, and one that has the same text.

    Any other stays. `typed` replaces posted fields, such as `notes` by the page's whole notes.
    """
    end_draft(person, page, place, posted.get("kept", ""))
    draft = find_draft(person, page, place)
    if draft and draft.saved_at:
        names = WRITTEN if is_asked(page, place) else draft.fields
        # A form may lack fields that are blank in the draft.
        saved = {name: _lines(typed.get(name, posted.get(name))) for name in names}
        if all(lines == _lines(draft.fields.get(name)) for name, lines in saved.items()):
            end_draft(person, page, place, draft.saved_at.isoformat())


def _lines(text: str | None) -> list[str]:
    return (text or "").strip().splitlines()


def heartbeat(person: User, page: Page | None, place: str = "") -> Draft:
    """Note that a user's form is open now; returns the row that it may write into."""
    now = timezone.now()
    draft, new = Draft.objects.defer("fields").get_or_create(
        person=person, page=page, place=place, defaults={"seen_at": now}
    )
    if new:
        Draft.objects.filter(person=person, saved_at=None, seen_at__lt=now - MAX_BLANK_AGE).delete()
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
    """Store what a form holds in the row that it was given; returns when.

    `since` is when the form knows the row to be last written. Raises Ended, Elsewhere or NotSaved.
    """
    stored, now = _check_fields(fields), timezone.now()
    rows = Draft.objects.filter(pk=draft, person=person, page=page, place=place)
    columns = {"version": version, "fields": stored, "saved_at": now, "seen_at": now}
    if rows.filter(saved_at=since).update(**columns):
        return now
    row = rows.first()
    if row and row.saved_at and row.fields == stored:
        # It arrived before, and only the response was lost.
        return row.saved_at
    raise Elsewhere if row else Ended


def close_editor(draft: int, person: User) -> None:
    """Note that an editor was closed: its user is no longer shown on the page, the draft stays."""
    mine = Draft.objects.filter(pk=draft, person=person)
    if not mine.filter(saved_at=None).delete()[0]:
        mine.update(seen_at=timezone.now() - CLOSED_AFTER)


def parse_moment(text: str) -> datetime | None:
    """Return the point in time that a form or script sends, None where it is none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else None


def _check_fields(posted: Mapping[str, str]) -> dict[str, str]:
    """Return a draft's fields. Raises NotSaved where one is too long or cannot be stored."""
    fields = {name: posted[name] for name in FIELDS if name in posted}
    if any("\0" in value for value in fields.values()):
        raise NotSaved("There is a character in this text that cannot be stored (NUL).")
    if any(len(fields.get(name, "").encode()) > settings.NOTE_MAX_BYTES for name in TEXTS):
        most = filesizeformat(settings.NOTE_MAX_BYTES)
        raise NotSaved(f"This text is too long: it may have {most}.")
    if sum(len(value) for name, value in fields.items() if name not in TEXTS) > MAX_OTHER_FIELDS:
        raise NotSaved("The fields other than the text are too long.")
    return fields


def whole_notes(page: Page | None, version: int, typed: str, section: str) -> str:
    """Return a whole page's notes, with what a form sent in place of them or of a section.

    Raises NotSaved where `version` of the page has no such section.
    """
    known = page if page is None or version == page.version else find_revision(page.pk, version)
    base = known.notes if known else None
    if page is None or not section:
        return read_typed(typed, page, base)
    part = find_section(base or "", section)
    if part is None or base is None:
        raise NotSaved("The section that you are editing is not in the page any more.")
    return put_section(page, base, part, typed)
