"""No page scrolls sideways, whatever is in the notes: large pictures, long words, wide tables."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services.attachments.manage import move_to_trash
from services.attachments.store import store
from services.models import Attachment, Category, ChecklistItem, Document, Page, Question, Section
from services.pages.revise import revise
from tests.support.pages import make_service, make_topic
from tests.support.pictures import PDF, picture
from tests.support.writing import Tabs, too_wide

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = (360, 390, 820, 1280, 1440)
WORD = "Donaudampfschifffahrtsgesellschaft" * 4
TITLE = WORD[:120]
NOTES = f"""{WORD} ![]({{0}}) `{WORD}`

# Ways ![]({{0}}) {WORD}

> A quotation ![]({{0}}) {WORD}

Is this {WORD} ![]({{0}})?

> [!question] And that {WORD} ![]({{0}})

> [!answer]
> An answer ![]({{0}}) {WORD}
>
> ```
> {WORD * 2}
> ```

- [ ] read ![]({{0}})
- [x] ![]({{0}}) {WORD} `{WORD}`
  - [/] below ![]({{0}}|400)

| {WORD} | ![]({{0}}) | {" | ".join("column" for _ in range(20))} |
|{"---|" * 22}
| ![]({{0}}) | {WORD} | {" | ".join("value" for _ in range(20))} |

<img src="{{0}}" width="3000" height="20"> <img src="{{0}}" width="30" height="3000">

<details><summary>{WORD} ![]({{0}})</summary>

![]({{0}}) {WORD}

</details>

[{WORD}](https://example.com/{WORD}) [[{WORD}]] <https://example.com/{WORD}> $${WORD}$$

    {WORD * 3}

1. one
   - two
     1. three
        - four
          1. five
             - six ![]({{0}}) {WORD}

Term
: {WORD}

A note[^1].

[^1]: {WORD} ![]({{0}})
"""
READS = """Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => {});
}))"""
OPENS = (
    "document.querySelectorAll('main details, aside details').forEach((one) => (one.open = true))"
)


@pytest.fixture
def page(transactional_db: None, settings, editor) -> Page:
    """A service and a topic with such notes, attachments, tags, revisions, and a trash."""
    compute = Category.objects.get(slug="compute")
    made = make_service(title=TITLE, abbreviation="LONG", category=compute)
    image = stored("picture.png", picture(size=(2000, 600)), made)
    stored(f"{WORD}.pdf", PDF, made)
    move_to_trash(stored(f"{WORD}-2.pdf", PDF + b"2", made), by=editor)
    notes = NOTES.replace("{0}", image.get_absolute_url())
    changed = notes.replace("quotation", f"citation {WORD}") + f"\n{WORD}\n"
    make_topic(title="Plan", notes=notes)
    write(made, notes)
    write(made, changed, tags=[WORD[:90], "short"])
    document = Document.objects.create(path=f"{WORD}.md", digest="x")
    theirs = changed.replace("citation", "saying")
    Section.objects.create(document=document, position=0, page=made, base=notes, theirs=theirs)
    make_topic(title=f"Gone {WORD[:90]}", notes=notes, trashed_at=made.updated_at)
    return Page.objects.get(pk=made.pk)


def stored(name: str, content: bytes, page: Page) -> Attachment:
    return store(BytesIO(content), name=name, page=page)


def write(page: Page, notes: str, **facts) -> None:
    page = Page.objects.get(pk=page.pk)
    revise(page, notes, version=page.version, **facts)


def paths_of_readers(page: Page) -> list[str]:
    at = f"/pages/{page.slug}"
    return [
        "/",
        "/categories/compute/",
        "/topics/",
        f"/services/{page.slug}/",
        "/topics/plan/",
        "/checklist/",
        "/questions/?state=all",
        "/tags/",
        f"/tags/{WORD[:90]}/",
        f"/search/?q={WORD}",
        f'/search/?q="{WORD}"+tag:{WORD[:90]}',
        "/search/",
        "/keys/",
        "/changes/",
        f"{at}/history/",
        f"{at}/history/2/",
        f"{at}/files/",
        f"{at}/history/compare/?old=2&new=3",
        f"{at}/history/compare/?old=1&new=2",
        f"/nothing/{WORD}/",
    ]


def paths_of_editors(page: Page) -> list[str]:
    at, item = f"/pages/{page.slug}", ChecklistItem.objects.filter(page=page)[1]
    questions = Question.objects.filter(page=page)
    return [
        f"{at}/edit/",
        f"/pages/new/?title={TITLE}",
        f"{at}/delete/",
        "/trash/",
        f"{at}/ask/",
        f"{at}/file/",
        *(f"/questions/{question.pk}/" for question in questions),
        f"/items/{item.pk}/",
    ]


def paths_of_admins(page: Page) -> list[str]:
    file = Attachment.objects.filter(page=page).first()
    assert file
    return [
        "/admin/",
        "/admin/services/service/",
        f"/admin/services/service/{page.pk}/change/",
        "/admin/services/attachment/",
        f"/admin/services/attachment/{file.pk}/change/",
        "/admin/services/document/import/",
        f"/admin/services/service/{page.pk}/delete/",
    ]


def wide_at(tab: Tab, paths: list[str]) -> list[tuple[str, int]]:
    """List the pages and widths at which one must scroll sideways, all that opens being open."""
    wide = []
    for path in paths:
        tab.goto(path)
        tab.evaluate(OPENS)
        tab.evaluate(READS)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            if too_wide(tab):
                wide.append((path.replace(WORD, "…"), width))
    return wide


def test_no_page_of_readers_is_too_wide(tabs: Tabs, page, reader):
    assert wide_at(tabs(reader, "/"), [*paths_of_readers(page), "/login/"]) == []


def test_no_page_of_editors_is_too_wide(tabs: Tabs, page, editor):
    tab = tabs(editor, f"/services/{page.slug}/")
    section = tab.locator(".heading-edit").first.get_attribute("href")
    assert section
    sections = [section, section.replace("/edit/", "/split/")]
    assert wide_at(tab, [*paths_of_readers(page), *paths_of_editors(page), *sections]) == []


def test_no_page_of_admins_is_too_wide(tabs: Tabs, page, admin):
    assert wide_at(tabs(admin, "/"), ["/trash/", *paths_of_admins(page)]) == []


def test_what_opens_by_script_is_not_too_wide(tabs: Tabs, page, editor):
    tab = tabs(editor, "/")
    wide = []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.goto(f"/services/{page.slug}/")
        tab.locator("[data-answer]").first.click()
        tab.locator(".answer-form textarea").first.fill(f"{WORD} {WORD}")
        tab.locator(".notes .tick-more").first.click()
        wide += [("menu", width)] if too_wide(tab) else []
        tab.keyboard.press("Escape")
        tab.keyboard.press("Control+k")
        tab.keyboard.type(WORD[:30])
        expect(tab.locator("#kb-palette").get_by_role("option").first).to_be_visible()
        wide += [("palette", width)] if too_wide(tab) else []
    assert wide == []


def test_pictures_in_lists_are_small(tabs: Tabs, page, reader):
    tab = tabs(reader, "/checklist/")
    tab.evaluate(READS)
    sizes = [image.bounding_box() for image in tab.locator(".item-words img").all()]
    assert sizes
    assert all(box and 0 < box["width"] <= 128 and box["height"] <= 64 for box in sizes)
