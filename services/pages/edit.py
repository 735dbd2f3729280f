"""Turn what a user typed in the editor into notes and facts of a page, and save them.

What a user changed is found by comparison with the version that was edited, so that no change of
another user is reverted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User

from services.attachments.manage import adopt, share_files
from services.db.locks import atomic_with_retries, lock_names
from services.markdown.edit.split_section import split_section, wiki_link_to
from services.markdown.read.sections import (
    PageSection,
    read_sections,
    replace_section,
    section_source,
)
from services.models import Category, Page, Reason, Revision, Section
from services.pages import rename, revise
from services.pages.resolve_conflict import Choices
from services.pages.revise import free_aws_id, free_slug, is_aws_id_taken
from services.pages.revisions import find_revision, tags_at
from services.pages.save import Saved, save
from services.permissions import shown_name
from services.text.line_ends import dominant_line_end, restore_line_ends, split_lines

# Facts that the editor has fields for.
FACTS = ("title", "category", "abbreviation", "aliases", "tags")
RENAMING = {"title", "abbreviation"}


@dataclass(frozen=True, slots=True)
class Base:
    """The version of a page that a user edits: its notes and facts at that time.

    `notes` is None if that version is not stored. `category` in `facts` is an id or None.
    """

    version: int
    notes: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What to save: the whole notes, the version they were typed over, and the changed facts."""

    notes: str
    base: Base
    facts: Mapping[str, Any] = field(default_factory=dict)
    rewrite: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a save.

    `theirs` are the facts that another user had changed as well, with that user's values. `links`
    on `pages` were changed to a new title; `old_names` became other names of the page, for the
    links that were not; `link_name` is the name for links that cannot hold the title.
    """

    saved: Saved
    theirs: dict[str, Any] = field(default_factory=dict)
    links: int = 0
    pages: int = 0
    old_names: list[str] = field(default_factory=list)
    link_name: str = ""


def base_of(page: Page, version: int | None = None) -> Base:
    """Return a page as it was in a version, or as it is now."""
    version = page.version if version is None else version
    known: Page | Revision | None = page
    if version != page.version:
        known = find_revision(page.pk, version)
    source = known or page
    tags = tags_at(page.pk, known.version) if isinstance(known, Revision) else page.tags.names()
    facts = {
        "title": source.title,
        "category": source.category_id,
        "abbreviation": source.abbreviation,
        "aliases": [str(alias) for alias in source.aliases],
        "tags": sorted(tags),
    }
    return Base(known.version, known.notes, facts) if known else Base(0, None, facts)


# -- text ---------------------------------------------------------------------------------------


def read_typed(typed: str, page: Page | None = None, base: str | None = None) -> str:
    """Return posted notes with the line ends of the notes they were typed over.

    These are `base`, or the page's if None. A new page (None) gets LF, since browsers send CRLF for
    every line end.
    """
    if page is None:
        return restore_line_ends(typed, "", "\n")
    stored = page.notes if base is None else base
    return restore_line_ends(typed, stored, _line_end(page, stored))


def put_section(page: Page, notes: str, part: PageSection, typed: str) -> str:
    """Return the whole notes with posted text in place of one section."""
    before = section_source(notes, part)
    words = restore_line_ends(typed, before, _line_end(page, notes))
    below = len(notes.encode()) > part.stop
    if below and words.strip() and _ends_blank(before) and not _ends_blank(words):
        # The blank line above the next heading is easily lost at the end of a field.
        end = dominant_line_end(notes)
        words += end if words.endswith(("\n", "\r")) else end + end
    return replace_section(notes, part, words)


def _ends_blank(text: str) -> bool:
    words, end = (split_lines(text) or [("", "\n")])[-1]
    return bool(end) and not words.strip()


def _line_end(page: Page, text: str) -> str:
    """Return the line end for new lines: that of the page's file, else of most of its lines."""
    ends = Section.objects.filter(page=page.pk).values_list("document__line_end", flat=True)
    return ends.first() or dominant_line_end(text)


def anchor_at(text: str, start: int) -> str:
    """Return the anchor of the section that starts at a byte offset; blank if none does."""
    return next((part.anchor for part in read_sections(text) if part.start == start), "")


# -- saving -------------------------------------------------------------------------------------


@atomic_with_retries
def store(page: Page, edit: Edit, *, by: User, choices: Choices | None = None) -> Outcome:
    """Save an edit; rewrite links to an old title, or add it to the page's names.

    Raises Clash and Trashed as `save` does, and stores nothing then.
    """
    if edit.rewrite and not RENAMING.isdisjoint(edit.facts):
        rename.lock_linking_pages(page)
    current = Page.everything.locked().get(pk=page.pk)
    theirs = overridden(current, edit)
    facts, notes = dict(edit.facts), edit.notes
    tags = facts.pop("tags", None)
    lost = rename.lost_names(current, facts)
    links = pages = 0
    if lost and edit.rewrite:
        links, pages = rename.rewrite_links(current, lost, by=by)
        notes, own = rename.rename_in_notes(notes, lost)
        links, pages = links + own, pages + bool(own)
    # Old names that links still use: all, or those from which a link could not be changed.
    old_names = [
        lost[key].old
        for key, linking in rename.pages_linking(current, lost).items()
        if not edit.rewrite or linking != [current.pk]
    ]
    aliases = facts.get("aliases", [str(alias) for alias in current.aliases])
    link_name = _name_for_links(current, facts.get("title"), aliases)
    if old_names or link_name:
        facts["aliases"] = [*aliases, *old_names, *link_name]
    base, changed = edit.base.version, as_stored(current, facts)
    saved = save(current, notes, version=base, by=by, tags=tags, choices=choices, **changed)
    return Outcome(saved, theirs, links, pages, old_names, "".join(link_name))


def _name_for_links(page: Page, title: str | None, aliases: Sequence[str]) -> list[str]:
    """Return another name for a page whose title cannot be used in links, if it lacks one."""
    name = rename.fit_name(page, title) if title else ""
    return [] if name in ("", title, *aliases) else [name]


def overridden(current: Page, edit: Edit) -> dict[str, Any]:
    """Return facts that this edit changes and that another user changed to something else."""
    if current.version == edit.base.version:
        return {}
    now = base_of(current).facts
    return {
        name: now[name]
        for name, mine in edit.facts.items()
        if now[name] not in (mine, edit.base.facts[name])
    }


def as_stored(page: Page, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts of the editor as fields of a page, with the kind and address that follow.

    `page` is not changed.
    """
    found = {name: value for name, value in facts.items() if name != "category"}
    if facts.get("title", page.title) != page.title:
        found["slug"] = free_slug(page, facts["title"])
    if "category" not in facts:
        return found
    category = Category.objects.filter(pk=facts["category"] or 0).first()
    found |= {"category": category, "kind": Page.Kind.SERVICE if category else Page.Kind.TOPIC}
    if category and not page.is_service:
        named = Page(pk=page.pk, title=facts.get("title", page.title))
        named.abbreviation = facts.get("abbreviation", page.abbreviation)
        is_free = page.aws_id and not is_aws_id_taken(page.aws_id, page)
        found |= {"about": None, "aws_id": page.aws_id if is_free else free_aws_id(named)}
    return found


@atomic_with_retries
def create(
    notes: str, facts: Mapping[str, Any], *, by: User, state: Mapping[str, Any] | None = None
) -> Page:
    """Store a new page; `state` is what its rows take over (see `derived_state`)."""
    category = Category.objects.filter(pk=facts.get("category") or 0).first()
    page = Page(
        kind=Page.Kind.SERVICE if category else Page.Kind.TOPIC,
        category=category,
        title=facts["title"],
        abbreviation=facts.get("abbreviation", ""),
        aliases=facts.get("aliases", []),
        notes=notes,
        updated_by=by,
        last_reason=Reason.SITE,
        kept=dict(state or {}),
    )
    page.aliases = [*page.aliases, *_name_for_links(page, page.title, page.aliases)]
    revise.create(page)
    if tags := sorted(facts.get("tags", [])):
        page.tags.set(tags)
        Revision.objects.filter(page=page.pk, version=page.version).update(tags=tags)
    adopt(page, by=by)
    return page


@atomic_with_retries
def split(
    page: Page, base: Base, part: PageSection, *, title: str, category: int | None, by: User
) -> Page:
    """Take a section out into a page of its own, with a link in its place; returns that page.

    Raises Clash and Trashed as `save` does, and stores nothing then.
    """
    link, alias = wiki_link_to(title)
    left, words = split_section(base.notes or "", part, link)
    facts = {"title": title, "category": category, "aliases": [alias] if alias else []}
    Page.everything.locked().filter(pk=page.pk).first()
    lock_names()
    saved = save(page, left, version=base.version, by=by)
    # State of the section's rows waits on its old page, and moves to the new one.
    made = create(words, facts, by=by, state=saved.page.kept)
    share_files(page, made)
    return made


def others_since(page: Page, version: int, me: User) -> list[str]:
    """Return the names of other users who changed a page after a version."""
    rows = Revision.objects.filter(page=page.pk, version__gt=version).exclude(user=me)
    names: dict[str, None] = {}
    for row in rows.select_related("user").defer("notes").order_by("version")[:20]:
        who, imported = row.user, row.reason == Reason.IMPORT
        names[shown_name(who) if who else "an import" if imported else "someone else"] = None
    return list(names)
