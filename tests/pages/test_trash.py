"""The trash: what was deleted is nowhere, until it comes back as it was or goes for good."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command

from services.markdown.edit.tasks import set_state
from services.models import (
    Attachment,
    Category,
    ChecklistItem,
    Document,
    Draft,
    Link,
    Page,
    PageName,
    Question,
    Reason,
    Revision,
    Section,
    Service,
    StaleVersion,
)
from services.pages import drafts, save, trash
from services.pages.revise import revise
from tests.support.pages import make_service, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

NOTES = (
    "Is it a disk?\n\nIs it?\n\nIs it?\n\nTo do\n\n- [ ] buckets\n- [x] [[EC2]]\n- [ ] buckets\n"
)
ROWS = (ChecklistItem, Question, Link, PageName)


def service(title: str, notes: str = "", **facts: Any) -> Page:
    return make_service(
        title=title, category=Category.objects.get(slug="data-store"), notes=notes, **facts
    )


@pytest.fixture
def page(db: None) -> Page:
    return service("S3", NOTES, aliases=["Buckets"])


@pytest.fixture
def kept_file(page: Page) -> Attachment:
    file = Attachment(page=page, name="a.png", content_type="image/png", size=3, sha256="x")
    file.file.save("a", ContentFile(b"abc"))
    return file


@pytest.fixture(autouse=True)
def index_is_right(db: None, capsys: pytest.CaptureFixture[str]) -> Any:
    """Whatever a test did, every index agrees with the notes, and nothing is left of the trash."""
    yield
    capsys.readouterr()
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out
    for model in ROWS:
        assert not model._base_manager.exclude(page__trashed_at=None).exists()
    for page in Page.everything.all():
        versions = [r.version for r in Revision.objects.of_page(page.pk)]
        assert versions == list(range(page.version, 0, -1))
        assert Revision.objects.of_page(page.pk)[0].notes == page.notes


def throw(page: Page, by: User | None = None) -> Page:
    trash.throw_away(page, by=by)
    return Page.everything.get(pk=page.pk)


def facts_of(page: Page) -> dict[str, Any]:
    """All that a page says and that hangs on it, without the keys of derived rows."""
    stored = Page.objects.get(pk=page.pk)
    item = ("text", "state", "list_title", "state_changed_at", "state_changed_by", "reason")
    facts = ("notes", "title", "abbreviation", "slug", "kind", "category_id", "aliases", "position")
    return {
        **{name: getattr(stored, name) for name in (*facts, "aws_id", "about_id", "created_at")},
        "tags": sorted(stored.tags.names()),
        "items": list(stored.items.order_by("position").values_list(*item)),
        "questions": list(stored.questions.order_by("position").values_list("text", "dismissed")),
        "names": sorted(stored.page_names.values_list("key", "rank")),
        "links": sorted(stored.links.values_list("target", "to")),
        "linked": sorted(stored.links_here.values_list("page__title", "target")),
        "named": sorted(stored.named_by.values_list("page__title", "text")),
        "files": sorted(stored.attachments.values_list("name", flat=True)),
    }


@pytest.mark.parametrize("model", [Page, Service])
def test_everything_comes_back(
    page: Page, model: type[Page], kept_file: Attachment, editor: User
) -> None:
    service("EC2", "[[S3]] and [[Buckets]]\n\n- [ ] S3\n")
    revise(page, set_state(page.notes, 2, "done"), version=1, by=editor, tags=["b", "a"])
    ChecklistItem.objects.filter(page=page, position=2).update(reason="read it")
    second = page.questions.order_by("position")[2]
    Question.objects.filter(pk=second.pk).update(dismissed=True)
    before = facts_of(page)
    assert before["items"][2][4:] == (editor.pk, "read it")
    assert before["linked"] == [("EC2", "Buckets"), ("EC2", "S3")]
    throw(model.objects.get(pk=page.pk), editor)
    back = trash.take_out(Page.everything.get(pk=page.pk), by=editor)
    assert facts_of(back) == before
    assert (back.trashed_at, back.trashed_by, back.kept) == (None, None, {})


def test_it_is_nowhere_while_it_is_in_the_trash(page: Page, editor: User) -> None:
    other = service("EC2", "[[S3]]\n\n- [ ] S3\n")
    revise(page, version=1, tags=["a"])
    throw(page, editor)
    for manager in (Page.objects, Service.objects):
        assert not manager.filter(pk=page.pk).exists()
    for model in ROWS:
        assert not model._base_manager.filter(page=page).exists()
    assert other.links.get().to is None
    assert not other.items.get().names.exists()
    gone = Page.everything.get(pk=page.pk)
    assert (gone.trashed_by, gone.notes, gone.version) == (editor, NOTES, 3)
    assert gone.trashed_at is not None
    last = Revision.objects.of_page(page.pk)[0]
    assert (last.reason, last.user) == (Reason.TRASH, editor)


def test_links_fall_to_another_page_and_come_back(page: Page) -> None:
    other = service("EC2", "[[S3]]")
    alias = make_topic(title="Storage", aliases=["S3"])
    assert other.links.get().to == page
    throw(page)
    assert other.links.get().to == alias
    trash.take_out(page, by=None)
    assert other.links.get().to == page


def test_throwing_away_twice_is_once(page: Page, editor: User) -> None:
    first = throw(page, editor)
    second = throw(page)
    assert (second.version, second.trashed_by) == (first.version, editor)


def test_taking_out_twice_is_refused(page: Page) -> None:
    throw(page)
    trash.take_out(page, by=None)
    with pytest.raises(StaleVersion):
        trash.take_out(page, by=None)


def test_its_names_are_free_but_not_its_address(page: Page) -> None:
    throw(page)
    again = service("S3")
    assert (again.aws_id, again.slug) == ("s3", "s3-2")


def test_a_title_that_was_taken_is_told_apart(page: Page) -> None:
    throw(page)
    again = service("s3")
    first = trash.take_out(page, by=None)
    assert (first.title, first.aws_id, first.slug) == ("S3 (restored)", "", "s3")
    throw(again)
    service("S3", aws_id="other")
    assert trash.take_out(again, by=None).title == "s3 (restored 2)"


def test_a_long_title_that_was_taken_still_fits() -> None:
    title = "ß" * 200
    first = make_topic(title=title)
    throw(first)
    make_topic(title=title)
    assert trash.take_out(first, by=None).title.endswith("ß (restored)")


def test_an_aws_id_that_a_person_gave_stays(page: Page) -> None:
    mine = service("My own name", aws_id="ecs")
    throw(mine)
    assert trash.take_out(mine, by=None).aws_id == "ecs"
    throw(mine)
    service("Another", aws_id="ecs")
    assert trash.take_out(mine, by=None).aws_id == ""


def test_who_is_gone_meanwhile_is_not_named(page: Page, editor: User) -> None:
    revise(page, set_state(page.notes, 0, "done"), version=1, by=editor)
    throw(page, editor)
    editor.delete()
    trash.take_out(page, by=None)
    item = page.items.get(position=0)
    assert (item.state_changed_by, item.state) == (None, "done")
    assert item.state_changed_at is not None


def test_topics_about_it_still_are_when_it_is_back(page: Page) -> None:
    topic = make_topic(title="More", about=page)
    throw(page)
    revise(topic, "New", version=1)
    trash.take_out(page, by=None)
    assert list(page.also_about.all()) == [Page.objects.get(pk=topic.pk)]


def test_drafts_wait_with_the_page(page: Page, editor: User) -> None:
    Draft.objects.create(person=editor, page=page, version=1, fields={"notes": "typed"})
    throw(page)
    trash.take_out(page, by=None)
    assert Draft.objects.get().fields == {"notes": "typed"}
    throw(page)
    trash.empty()
    assert not Draft.objects.exists()


def test_a_page_that_somebody_has_unsaved_text_for_outlives_the_emptying(
    page: Page, editor: User
) -> None:
    drafts.save_draft(editor, page, 1, {"notes": "typed"})
    other = make_topic(title="Other")
    throw(page)
    throw(other)
    assert trash.empty() == 1
    assert list(Page.everything.values_list("pk", flat=True)) == [page.pk]
    assert Draft.objects.get().fields == {"notes": "typed"}
    drafts.end_draft(editor, page)
    assert trash.empty() == 1


def test_it_keeps_its_place_in_its_file(page: Page) -> None:
    document = Document.objects.create(path="a.md", digest="x")
    section = Section.objects.create(document=document, position=0, page=page, base=NOTES)
    throw(page)
    assert Section.objects.get().page == Page.everything.get(pk=page.pk)
    trash.take_out(page, by=None)
    section.refresh_from_db()
    assert (section.page_id, section.base) == (page.pk, NOTES)


def test_a_restored_page_can_be_saved_again(page: Page, editor: User) -> None:
    throw(page)
    back = trash.take_out(page, by=None)
    save.save(back, "New", version=back.version, by=editor)
    assert Page.objects.get(pk=page.pk).notes == "New"


def test_emptying_leaves_nothing(
    page: Page, kept_file: Attachment, django_capture_on_commit_callbacks: Any
) -> None:
    other = make_topic(title="Other", notes="[[S3]]", about=page)
    document = Document.objects.create(path="a.md", digest="x")
    Section.objects.create(document=document, position=0, page=page, base=NOTES)
    storage, key = kept_file.file.storage, kept_file.file.name
    throw(page)
    with django_capture_on_commit_callbacks(execute=True):
        assert trash.empty() == 1
    assert list(Page.everything.all()) == [Page.objects.get(pk=other.pk)]
    assert {r.page_id for r in Revision.objects.all()} == {other.pk}
    assert not Section.objects.exists()
    assert not Attachment.objects.exists()
    assert not storage.exists(key)
    assert trash.empty() == 0


def test_a_file_that_another_page_shows_stays(
    page: Page, kept_file: Attachment, django_capture_on_commit_callbacks: Any
) -> None:
    """As after a section with a picture was split off."""
    other = make_topic(title="Split off", notes=f"![]({kept_file.get_absolute_url()})")
    throw(page)
    with django_capture_on_commit_callbacks(execute=True):
        trash.empty()
    kept_file.refresh_from_db()
    assert kept_file.page_id == other.pk
    assert kept_file.file.storage.exists(kept_file.file.name)
