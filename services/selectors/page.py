"""Read a page: its notes as HTML with their links, and all that is shown around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, Subquery
from taggit.models import Tag

from services.markdown.read.anchors import heading_anchor
from services.markdown.read.targets import read_targets
from services.markdown.render.links import Size
from services.markdown.render.plain import plain_text
from services.markdown.render.render import Rendered, render, render_inline
from services.models import ChecklistItem, Draft, Link, Page, Question
from services.models.drafts import ASK
from services.models.urls import page_url, text_url
from services.pages.names import link_key, look_up
from services.selectors import controls
from services.selectors.attachments import (
    PageFiles,
    count_files,
    find_sizes,
    list_sizes,
    read_files,
)
from services.selectors.progress import Learning, count_progress
from services.selectors.tree import Entry, Tree, read_tree

# How many characters of notes are shown: about three hundred printed sheets.
MAX_LENGTH = 1_000_000
MAX_BACK_LINKS = 100
MAX_ELSEWHERE = 100
PAGE_FIELDS = ("kind", "title", "abbreviation", "slug", "position")


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a page's links, by target, and the pages that link to it.

    `pages` includes files other than pictures: they are linked, not shown in the text.
    """

    pages: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    back: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A page with all that is shown of it and around it."""

    page: Page
    rendered: Rendered
    cut: bool
    links: Links
    files: PageFiles
    tree: Tree
    learning: Learning
    elsewhere: list[ChecklistItem]
    open_questions: list[Question]
    answered_questions: list[Question]
    tags: list[str]


# The drafts of a user that their page shows, with the places of their forms.
OWN_DRAFTS = {"own_draft": "", "own_question": ASK}
DRAFT_FIELDS = ("pk", "saved_at", "fields")


def find_page(slug: str, person: User | None = None) -> Page | None:
    """Return the page at an address with related rows, but without other large texts.

    For an editor, `own_draft` and `own_question` are their unsaved drafts of the page and of a
    question about it, or None.
    """
    found = (
        Page.objects.select_related("category", "about", "updated_by", "section__document")
        .defer(
            "outline",
            "about__notes",
            "about__outline",
            *(f"section__{name}" for name in ("heading", "text", "base", "theirs")),
            "section__document__front_matter",
        )
        .annotate(disputed=Q(section__theirs__isnull=False), own_files=count_files())
        .filter(slug=slug)
    )
    if person is None:
        return found.first()
    for name, place in OWN_DRAFTS.items():
        own = Draft.objects.written().filter(page=OuterRef("pk"), person=person, place=place)
        columns = {f"{name}_{column}": Subquery(own.values(column)[:1]) for column in DRAFT_FIELDS}
        found = found.annotate(**columns)
    page = found.first()
    for name, place in OWN_DRAFTS.items() if page else ():
        facts = {column: getattr(page, f"{name}_{column}") for column in DRAFT_FIELDS}
        draft = Draft(page=page, person=person, place=place, **facts) if facts["pk"] else None
        setattr(page, name, draft)
    return page


def read_page(page: Page, *, editing: bool = False) -> Reading:
    """Read what is shown of a page, in five queries for any size, and one for files.

    With `editing`, its items can be ticked and its sections edited.
    """
    items = _read_items(page)
    links = _read_links(page)
    questions = list(page.questions.shown())
    text, cut = cut_notes(page.notes)
    own = [item for item in items if item.page_id == page.pk]
    elsewhere = [item for item in items if item.page_id != page.pk]
    files = read_files(page, text, getattr(page, "own_files", 0))
    words = ((item, plain_text(item.text)) for item in own)
    shown = controls.build_controls(page, words) if editing else controls.build_reasons(own)
    return Reading(
        page=page,
        rendered=render(text, links.pages, links.pictures, shown, links.sizes | files.sizes),
        cut=cut,
        links=links,
        files=files,
        tree=read_tree(page),
        learning=count_progress(item.state for item in items),
        elsewhere=elsewhere[:MAX_ELSEWHERE],
        open_questions=[question for question in questions if question.is_open],
        answered_questions=[question for question in questions if not question.is_open],
        tags=_read_tags(page),
    )


def _read_items(page: Page) -> list[ChecklistItem]:
    rows = ChecklistItem.objects.on_or_naming(page).select_related("page")
    fields = ("text", "state", "list_title", "reason")
    return list(rows.only(*fields, *(f"page__{name}" for name in PAGE_FIELDS)))


def _read_links(page: Page) -> Links:
    """Return the links of a page and those to it, in one query."""
    incoming = Link.objects.filter(to=page).exclude(page=page).order_by("pk").values("pk")
    rows = Link.objects.filter(Q(page=page) | Q(pk__in=incoming[:MAX_BACK_LINKS]))
    rows = rows.select_related("page", "to", "attachment").only(
        "target",
        "to__kind",
        "to__slug",
        *(f"attachment__{name}" for name in ("name", "content_type", "width", "height")),
        *(f"page__{name}" for name in PAGE_FIELDS),
    )
    links, back = Links(), {}
    for link in rows:
        if link.page_id != page.pk:
            back[link.page_id] = Entry(str(link.page), page_url(link.page.kind, link.page.slug))
        elif link.to:
            links.pages[link.target] = page_url(link.to.kind, link.to.slug)
        elif link.attachment:
            targets = links.pictures if link.attachment.is_picture else links.pages
            targets[link.target] = link.attachment.get_absolute_url()
            links.sizes.update(list_sizes([link.attachment]))
    links.back.extend(sorted(back.values(), key=lambda entry: entry.title.casefold()))
    return links


def _read_tags(page: Page) -> list[str]:
    """Return a page's tags; taggit would take one more query, for the content type."""
    tagged = {
        "taggit_taggeditem_items__object_id": page.pk,
        "taggit_taggeditem_items__content_type__app_label": "services",
        "taggit_taggeditem_items__content_type__model": "page",
    }
    return list(Tag.objects.filter(**tagged).order_by("name").values_list("name", flat=True))


def cut_notes(notes: str) -> tuple[str, bool]:
    """Return the part of notes that is shown, cut at a blank line, and whether it was cut."""
    if len(notes) <= MAX_LENGTH:
        return notes, False
    text = notes[:MAX_LENGTH]
    blank = [found.start() for found in re.finditer(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)", text)]
    return text[: blank[-1]] if blank else text, True


def find_addresses(found: Iterable[str]) -> dict[str, str]:
    """Return the addresses of pages by target, for text whose links are not stored."""
    keys = {target: link_key(target) for target in found}
    known = look_up(set(keys.values())) if keys else {}
    rows = Page.objects.filter(pk__in={named.page_id for named in known.values()})
    pages = {pk: page_url(*rest) for pk, *rest in rows.values_list("pk", "kind", "slug")}
    return {target: pages[known[name].page_id] for target, name in keys.items() if name in known}


def markdownify(text: str) -> str:
    """Return Markdown as safe HTML with links to pages, for text other than stored notes."""
    return render(text, find_addresses(read_targets(text)), sizes=find_sizes(text)).html


def read_addresses(pages: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the addresses of the links of pages, by page and target."""
    found: dict[int, dict[str, str]] = {}
    rows = Link.objects.filter(page__in=set(pages)).exclude(to=None, attachment=None)
    rows = rows.select_related("to", "attachment").only(
        "page", "target", "to__kind", "to__slug", "attachment__name"
    )
    for link in rows:
        addresses = found.setdefault(link.page_id, {})
        if link.to:
            addresses[link.target] = page_url(link.to.kind, link.to.slug)
        elif link.attachment:
            addresses[link.target] = link.attachment.get_absolute_url()
    return found


def render_line(text: str, links: Mapping[str, str] | None = None) -> str:
    """Return an item or question as safe HTML without block elements, with its page's links."""
    if not links or "[" not in text:
        return render_inline(text)
    html = render(text.strip(), links).html.strip()
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if len(inner) + 7 == len(html) and "<p>" not in inner else render_inline(text)


def build_place_url(page_address: str, text: str, heading: str = "") -> str:
    """Return the address of words in a page, below the first heading of that name, if given."""
    return text_url(page_address, plain_text(text), heading_anchor(heading) if heading else "")
