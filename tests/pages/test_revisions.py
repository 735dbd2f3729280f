"""Every change of a page is exactly one revision, with who, when and from where."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from services.models import (
    Category,
    OldAddress,
    Page,
    Reason,
    Revision,
    Service,
    StaleVersion,
    Topic,
)
from services.pages.revise import create, free_slug, revise
from services.pages.revisions import find_revision, tags_at
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_topic, revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

MIXED = "One\r\ntwo\n\n- [ ] three\rfour\u2028five  "


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Notes", notes=MIXED)


def all_of(page: Page) -> list[Revision]:
    return list(Revision.objects.of_page(page.pk))


def store(*files: tuple[str, str], by: User | None = None) -> None:
    apply_plan(plan_import([SourceFile(path, text.encode()) for path, text in files]), by=by)


def is_whole(page: Page) -> None:
    """One revision for each version, the last one as the page is stored."""
    stored = Page.everything.get(pk=page.pk)
    assert [r.version for r in all_of(page)] == list(range(stored.version, 0, -1))
    last = all_of(page)[0]
    for name in ("notes", "title", "abbreviation", "slug", "kind", "category_id", "aliases"):
        assert getattr(last, name) == getattr(stored, name), name
    assert (last.aws_id, last.about_id) == (stored.aws_id, stored.about_id)
    assert last.saved_at == stored.updated_at
    assert last.user_id == stored.updated_by_id
    assert last.reason == stored.last_reason
    assert tags_at(page.pk, stored.version) == sorted(stored.tags.names())


@pytest.mark.parametrize("model", [Page, Service, Topic])
def test_a_new_page_is_its_first_revision(model: type[Page], editor: User) -> None:
    compute = Category.objects.get(slug="compute")
    facts = {"kind": "topic"} if model is Topic else {"kind": "service", "category": compute}
    page = create(model(title="EC2", notes=MIXED, updated_by=editor, **facts))
    first = find_revision(page.pk, 1)
    assert (first.notes, first.user, first.type) == (MIXED, editor, "+")
    assert (first.reason, first.tags) == (Reason.SITE, [])
    is_whole(page)


def test_notes_facts_and_tags_are_one_revision(page: Page, editor: User) -> None:
    before = timezone.now()
    revise(page, "New\r\n", version=1, by=editor, tags=["b", "a"], title="Other", aliases=["x"])
    last = find_revision(page.pk, 2)
    assert (last.notes, last.title, last.aliases, last.tags) == (
        "New\r\n",
        "Other",
        ["x"],
        ["a", "b"],
    )
    assert last.user == editor
    assert before <= last.saved_at <= timezone.now()
    is_whole(page)


@pytest.mark.parametrize("reason", Reason.values)
def test_a_revision_says_from_where_it_came(page: Page, reason: str) -> None:
    revise(page, "New", version=1, reason=reason)
    assert find_revision(page.pk, 2).reason == reason
    is_whole(page)


@pytest.mark.parametrize("model", [Page, Topic])
def test_saving_an_object_is_one_revision(page: Page, model: type[Page]) -> None:
    found = model.objects.get(pk=page.pk)
    found.title, found.notes = "Other", "Text"
    revise_by_fields(found)
    revise_by_fields(found)
    assert found.version == 2
    is_whole(page)


def test_what_says_the_same_is_no_revision(page: Page) -> None:
    revise(page, MIXED, version=1, title=" Notes ", tags=[], aliases=[])
    revise_by_fields(page)
    assert len(all_of(page)) == 1


def test_a_place_alone_is_no_revision(page: Page) -> None:
    revise(page, version=1, position=99)
    assert Page.objects.get(pk=page.pk).position == 99
    assert len(all_of(page)) == 1
    revise(page, "New", version=1, position=98)
    assert Page.objects.get(pk=page.pk).position == 98
    is_whole(page)


def test_tags_alone_are_a_revision(page: Page) -> None:
    revise(page, version=1, tags=["one"])
    revise(page, "Text", version=2)
    revise(page, version=3, tags=["one"])
    assert [r.tags for r in all_of(page)] == [None, ["one"], []]
    assert tags_at(page.pk, 3) == ["one"]
    assert tags_at(page.pk, 1) == []
    revise(page, version=3, tags=[])
    is_whole(page)


@pytest.mark.parametrize("version", [1, 3])
def test_a_version_that_is_not_the_newest_stores_nothing(page: Page, version: int) -> None:
    revise(page, "New", version=1)
    with pytest.raises(StaleVersion) as raised:
        revise(page, "Newer", version=version, title="Other", tags=["x"])
    assert raised.value.current.notes == "New"
    is_whole(page)


def test_an_old_address_still_leads_to_the_page(page: Page) -> None:
    revise(page, version=1, slug="second")
    revise(page, version=2, slug="third")
    assert set(page.old_addresses.values_list("slug", flat=True)) == {"notes", "second"}
    assert free_slug(Topic(title="Notes"), "Notes") == "notes-2"
    assert free_slug(page, "Notes") == "notes"
    revise(page, version=3, slug="notes")
    assert set(page.old_addresses.values_list("slug", flat=True)) == {"second", "third"}
    is_whole(page)


def test_a_page_that_takes_an_old_address_has_it(page: Page) -> None:
    revise(page, version=1, slug="second")
    other = make_topic(title="Other")
    revise(other, version=1, slug="notes")
    assert not OldAddress.objects.filter(slug="notes").exists()


class TestImport:
    def test_what_is_new_changed_and_tagged_is_a_revision_each(self, editor: User) -> None:
        store(("a.md", "A\r\n"), ("b.md", "---\ntags: [x]\n---\nB\n"), ("c.md", "C\n"), by=editor)
        store(("a.md", "A2\r\n"), ("b.md", "---\ntags: [y]\n---\nB\n"), ("c.md", "C\n"))
        versions = {page.title: page.version for page in Page.objects.all()}
        assert versions == {"a": 2, "b": 2, "c": 1}
        for page in Page.objects.all():
            is_whole(page)
            assert {r.reason for r in all_of(page)} == {Reason.IMPORT}
        a, b = Page.objects.get(title="a"), Page.objects.get(title="b")
        assert [r.notes for r in all_of(a)] == ["A2\r\n", "A\r\n"]
        assert [r.user for r in all_of(a)] == [None, editor]
        assert [r.tags for r in all_of(b)] == [["y"], ["x"]]

    def test_importing_the_same_again_is_no_revision(self) -> None:
        store(("a.md", "---\ntags: [x]\naliases: [y]\n---\n# A\n\nText\n"))
        store(("a.md", "---\ntags: [x]\naliases: [y]\n---\n# A\n\nText\n"))
        assert Revision.objects.count() == 1

    def test_many_take_few_queries(self, django_assert_max_num_queries: object) -> None:
        few = plan_import([SourceFile(f"{n}.md", b"Text\n") for n in range(60)])
        with django_assert_max_num_queries(40):  # type: ignore[operator]
            apply_plan(few)
        assert Revision.objects.count() == 60


def test_a_page_that_was_there_before_gets_its_revision(page: Page, editor: User) -> None:
    """What migration 0004 does to a database that has pages already."""
    revise(page, "Text\r\n", version=1, by=editor, tags=["b", "a"])
    Revision.objects.all().delete()
    then = MigrationLoader(None).project_state(("services", "0003_editing")).apps
    import_module("services.migrations.0004_first_revisions").create(then, None)
    first = Revision.objects.get()
    assert (first.version, first.notes, first.tags) == (2, "Text\r\n", ["a", "b"])
    assert (first.user, first.saved_at) == (editor, page.updated_at)
    assert (first.reason, first.folded) == (Reason.SITE, False)
    revise(page, "More", version=2)
    assert [r.version for r in all_of(page)] == [3, 2]
