"""Questions and answers that are typed and not saved: the drafts of the forms for them.

An answer's draft outlives its question: when the line leaves the notes, what was typed for it can
be asked anew; when it comes back, as from the trash, its draft is found by the question's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction

from services.models import Draft, Page, Question
from services.models.drafts import ANSWER, ASK
from services.pages import drafts

WRITTEN = ("words", "answer")


def place_of(question: int) -> str:
    """The place of the answer to the question with this id."""
    return f"{ANSWER}{question}"


def of_answer(person: User, question: Question) -> Draft | None:
    """The draft of an answer; also of one whose question came back under another id."""
    place = place_of(question.pk)
    mine = Draft.objects.filter(person=person, page=question.page_id)
    rows = list(mine.written().filter(place__startswith=ANSWER))
    for row in rows:
        if row.place == place:
            return row
    alike = [row for row in rows if row.fields.get("asked") == question.text]
    numbers = {row: int(row.place.removeprefix(ANSWER)) for row in alike}
    there = set(Question.objects.filter(pk__in=numbers.values()).values_list("pk", flat=True))
    for row in alike:
        if numbers[row] not in there:
            with transaction.atomic():
                mine.filter(place=place, saved_at=None).delete()
                mine.filter(pk=row.pk).update(place=place)
            row.place = place
            return row
    return None


def of_gone(person: User, question: int) -> Draft | None:
    """The draft of an answer to a question that is not in the notes any more."""
    rows = Draft.objects.written().filter(person=person, place=place_of(question))
    return rows.select_related("page").first()


def back_as(draft: Draft) -> Question | None:
    """The question that an answer's draft would go on with now that its own is gone, if any."""
    rows = Question.objects.filter(page=draft.page_id, text=draft.fields.get("asked", ""))
    found = rows.first()
    taken = found and drafts.of(draft.person, draft.page, place_of(found.pk))
    return None if taken else found


def keep_sent(person: User, page: Page, place: str, posted: Mapping[str, str]) -> Draft | None:
    """A form came back to its author: keep what it has, unless another draft was typed since.

    Returns the draft if it is what the form has.
    """
    fields = {name: posted[name] for name in drafts.ASKED if name in posted}
    if place == ASK and not any(posted.get(name, "").strip() for name in WRITTEN):
        return None
    with suppress(drafts.NotKept):
        if drafts.another(person, page, posted, place) is None:
            return drafts.keep(person, page, 0, fields, place)
    return None


def end_sent(person: User, page: Page, place: str, posted: Mapping[str, str]) -> None:
    """A form was saved: the draft that it has is done with, and any that says the same."""
    drafts.end(person, page, place, posted.get("kept", ""))
    draft = drafts.of(person, page, place)
    if draft and _words(draft.fields) == _words(posted):
        drafts.end(person, page, place, draft.saved_at.isoformat() if draft.saved_at else "")


def _words(fields: Mapping[str, str]) -> list[list[str]]:
    return [fields.get(name, "").strip().splitlines() for name in WRITTEN]
