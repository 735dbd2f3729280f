"""The screen for two people who changed the same lines: both texts, and three ways out.

No way off it loses a text: theirs is stored, and one's own is kept as the draft, goes into the
page's history, or becomes the page.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from taggit.models import Tag

from services.db.locks import retried
from services.forms.fields import as_posted
from services.forms.page import COMBINED, MINE, THEIRS, ConflictForm, EditForm
from services.models import Page, StaleVersion
from services.pages import drafts
from services.pages.edit import Edit, Outcome, base_of, others_since, store, typed_over
from services.pages.revisions import revision
from services.pages.save import Clash, Saved, Trashed, keep_theirs, set_aside
from services.text.merge import Merge, has_marks, merge
from services.text.side_by_side import side_by_side
from services.views.editor import show_editor
from services.views.finding import person, version_of
from services.views.flash import history_link, listed, say_facts
from services.views.posted import version_number


def show(request: HttpRequest, clash: Clash, edit: Edit) -> HttpResponse:
    """Somebody changed the same lines meanwhile: keep what was typed as the draft, and ask."""
    fields = {name: request.POST[name] for name in drafts.FIELDS if name in request.POST}
    fields["notes"] = clash.mine
    kept = _keep_draft(request, clash.current, edit.base.version, fields)
    notes, began = clash.merged.prepared, edit.base.version
    form = _form(clash.current, edit, clash.mine, notes, began, kept)
    return _screen(request, form, clash.mine)


def _keep_draft(request: HttpRequest, page: Page, version: int, fields: dict[str, str]) -> str:
    """Keep what was typed, but not in the place of a draft that its author has not looked at.

    Returns what the form is to know of its draft. What is not kept is in the form all the same.
    """
    who, known = person(request), request.POST.get("kept", "")
    with suppress(drafts.NotKept):
        if drafts.another(who, page, request.POST) is None:
            draft = drafts.keep(who, page, version, fields)
            known = draft.saved_at.isoformat() if draft.saved_at else ""
    return known


def _form(page: Page, edit: Edit, mine: str, notes: str, began: int, kept: str) -> ConflictForm:
    """The form over the page as it is now: its facts, and in their place those changed by me."""
    facts: dict[str, Any] = {
        name: [Tag(name=tag) for tag in value] if name == "tags" else value
        for name, value in edit.facts.items()
    }
    start = facts | {
        "notes": notes,
        "mine": mine,
        "version": page.version,
        "began": began,
        "rewrite": edit.rewrite,
        "kept": kept,
    }
    return ConflictForm(page=page, base=base_of(page), initial=start)


def _screen(request: HttpRequest, form: ConflictForm, mine: str) -> HttpResponse:
    page = form.page
    assert page is not None  # noqa: S101 (a conflict is about a page)
    began = version_number(form["began"].value())
    known = revision(page.pk, began)
    theirs = base_of(page, version_number(form["version"].value())).notes or page.notes
    context = {
        "form": form,
        "page": page,
        "rows": side_by_side(known.notes if known else "", mine, theirs),
        "base_known": known is not None,
        "version": form["version"].value(),
        "draft": drafts.another(person(request), page, {"kept": form["kept"].value() or ""}),
        "who": listed(others_since(page, began, person(request))),
    }
    return render(request, "conflict.html", context, status=409)


@retried
def decide(request: HttpRequest, page: Page) -> HttpResponse:
    """Store what was decided: the combined text, mine, or theirs."""
    base, decision = base_of(page, version_of(request)), request.POST["decision"]
    form = ConflictForm(request.POST, page=page, base=base)
    form.full_clean()
    mine = typed_over(page, base, form.cleaned_data.get("mine", ""))
    combined = typed_over(page, base, form.cleaned_data.get("notes", ""))
    if form.errors:
        form.show_what_is_wrong()
        return _screen(request, form, mine)
    both = _merged(page, version_number(request.POST.get("began")), mine, base.notes or "")
    notes = combined if decision == COMBINED else both.text if decision == MINE else mine
    # A combination that somebody worked on is a text of theirs as well.
    written = [mine] if as_posted(combined) == as_posted(both.prepared) else [mine, combined]
    edit = Edit(notes, base, form.facts, form.cleaned_data["rewrite"])
    try:
        with transaction.atomic():
            if decision == THEIRS:
                outcome = _keep_theirs(request, page, edit, written)
            else:
                me = person(request)
                set_aside(page, written, instead=notes, version=base.version, by=me)
                outcome = store(page, edit, by=me)
            # A draft of one's own text is done with as well: that is stored or in the history.
            for saved in (edit.notes, mine):
                drafts.end_saved(person(request), page, request.POST, saved)
    except (Clash, StaleVersion) as refusal:
        return _again(request, refusal.current, edit, mine, written[-1])
    except Trashed as refusal:
        start = _typed(request) | {"notes": notes, "version": base.version}
        again = EditForm(page=refusal.page, base=base, initial=start)
        return show_editor(request, again, status=409, is_trashed=True)
    _say(request, outcome, decision, version_number(request.POST.get("began")))
    return redirect(outcome.saved.page)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: request.POST[name] for name in ConflictForm.base_fields if name in request.POST}


def _merged(page: Page, began: int, mine: str, theirs: str) -> Merge:
    """My text and theirs, over the version that both began with; mine where they clash."""
    known = revision(page.pk, began)
    return merge(known.notes, mine, theirs) if known else Merge(mine, 1, mine)


def _keep_theirs(request: HttpRequest, page: Page, edit: Edit, written: list[str]) -> Outcome:
    """Their text and my facts: of those nobody was asked."""
    kept = keep_theirs(page, *written, version=edit.base.version, by=person(request))
    if not edit.facts:
        return Outcome(Saved(kept, changed=True))
    own = Edit(kept.notes, base_of(kept), edit.facts, edit.rewrite)
    return store(kept, own, by=person(request))


def _again(request: HttpRequest, page: Page, edit: Edit, mine: str, last: str) -> HttpResponse:
    """Somebody saved once more while this was decided: ask again, with everything kept.

    `last` is what was worked on last: my text, or a combination of both.
    """
    began = version_number(request.POST.get("began"))
    if last == mine or has_marks(last):
        notes = _merged(page, began, mine, page.notes).prepared
    else:
        notes = merge(edit.base.notes or "", last, page.notes).prepared
    version = began if last == mine else edit.base.version
    kept = _keep_draft(request, page, version, _typed(request) | {"notes": last})
    return _screen(request, _form(page, edit, mine, notes, began, kept), mine)


def _say(request: HttpRequest, outcome: Outcome, decision: str, began: int) -> None:
    page = outcome.saved.page
    who = listed(others_since(page, began, person(request))) or "you"
    words = {
        COMBINED: "The combined text is saved. Your own and what {1} had saved are in the {0}.",
        MINE: "Your text is saved where you clashed. What {1} had saved there is in the {0}.",
        THEIRS: "The page stays as {1} saved it. Your text is in the {0}.",
    }[decision if decision in (COMBINED, THEIRS) else MINE]
    messages.success(request, format_html(words, history_link(page), who))
    say_facts(request, outcome)
