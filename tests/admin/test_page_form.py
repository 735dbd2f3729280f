"""The form of a page in the admin: names that are taken, and what another user saved first."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from services.models import Category, Draft, Page, Reason, Revision, Service
from services.pages.revise import revise
from services.pages.revisions import find_revision, tags_at
from tests.conftest import person
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic, revise_by_fields

pytestmark = pytest.mark.django_db

BASE = "one\r\ntwo\nthree\n\n- [ ] item\n\nfive\n"


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Notes", notes=BASE)


@pytest.fixture
def ecs(db: None) -> Page:
    compute = Category.objects.get(slug="compute")
    return make_service(title="ECS", category=compute, notes="One\r\ntwo\r\n")


@pytest.fixture
def ada(db: None) -> User:
    return person("ada", "editors")


def address(page: Page) -> str:
    return f"/admin/services/{page.kind}/{page.pk}/change/"


def stored(page: Page) -> Page:
    return Page.objects.get(pk=page.pk)


def typed(client: Client, page: Page, old: str, new: str) -> dict[str, str | list[str]]:
    fields = fields_of(client.get(address(page)))
    return fields | {"notes": str(fields["notes"]).replace(old, new)}


def test_different_lines_are_merged_and_the_message_names_the_user(
    as_editor: Client, page: Page, ada: User, editor: User
) -> None:
    fields = typed(as_editor, page, "five", "FIVE")
    revise(page, BASE.replace("one\r\n", "ONE\r\nand\r\n"), version=1, by=ada)
    html = as_editor.post(address(page), fields, follow=True).content.decode()
    assert "Saved, and merged with what ada changed in the meantime." in html
    now = stored(page)
    assert now.notes == BASE.replace("one\r\n", "ONE\r\nand\r\n").replace("five", "FIVE")
    assert (now.version, now.updated_by, now.last_reason) == (3, editor, Reason.ADMIN)
    assert [r.version for r in Revision.objects.of_page(page.pk)] == [3, 2, 1]


def test_rows_are_changed_in_the_merged_notes(as_editor: Client, page: Page, ada: User) -> None:
    fields = typed(as_editor, page, "five", "FIVE") | {"items-0-state": "done"}
    revise(page, "zero\n" + BASE, version=1, by=ada)
    assert as_editor.post(address(page), fields).status_code == 302
    merged = ("zero\n" + BASE).replace("five", "FIVE").replace("[ ]", "[x]")
    assert stored(page).notes == merged


def test_a_conflict_is_resolved_on_the_screen_of_the_site(
    as_editor: Client, page: Page, ada: User, editor: User
) -> None:
    fields = typed(as_editor, page, "three", "mine") | {"tags": "new", "slug": "other"}
    revise(page, BASE.replace("three", "theirs"), version=1, by=ada)
    response = as_editor.post(address(page), fields)
    html = response.content.decode()
    assert response.status_code == 409
    assert "ada changed the same lines" in html
    assert 'conflict-changed">mine<' in html
    assert 'conflict-changed">theirs<' in html
    assert (stored(page).notes, stored(page).version) == (BASE.replace("three", "theirs"), 2)
    assert not stored(page).tags.exists()
    assert Draft.objects.get(person=editor).fields["notes"] == BASE.replace("three", "mine")
    assert not LogEntry.objects.exists()
    again = as_editor.post(address(page), fields_of(response) | {"block-0": "mine"}, follow=True)
    assert "Both texts are in the page’s" in again.content.decode()
    now = stored(page)
    assert (now.notes, now.slug) == (BASE.replace("three", "mine"), "other")
    assert list(now.tags.names()) == ["new"]
    assert find_revision(page.pk, 2).notes == BASE.replace("three", "theirs")
    assert LogEntry.objects.count() == 1
    assert not Draft.objects.exists()


def test_posting_a_conflict_again_resolves_nothing(
    as_editor: Client, page: Page, ada: User
) -> None:
    fields = typed(as_editor, page, "three", "mine")
    revise(page, BASE.replace("three", "theirs"), version=1, by=ada)
    for _ in range(2):
        assert as_editor.post(address(page), fields).status_code == 409
        assert stored(page).version == 2


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "99", "9" * 30])
def test_an_unknown_version_is_a_conflict(as_editor: Client, page: Page, version: str) -> None:
    fields = typed(as_editor, page, "three", "mine") | {"version": version}
    response = as_editor.post(address(page), fields)
    assert response.status_code == 409
    assert stored(page).version == 1
    assert fields_of(response)["notes"] == fields["notes"]


def test_facts_notes_tags_and_rows_are_one_revision(
    as_editor: Client, page: Page, editor: User
) -> None:
    fields = typed(as_editor, page, "five", "FIVE")
    fields |= {"title": "Other", "tags": "b, a", "items-0-state": "done", "aliases": "x"}
    assert as_editor.post(address(page), fields).status_code == 302
    last = find_revision(page.pk, 2)
    assert (last.title, last.tags, last.aliases) == ("Other", ["a", "b"], ["x"])
    assert last.notes == BASE.replace("five", "FIVE").replace("[ ]", "[x]")
    assert (last.user, last.reason) == (editor, Reason.ADMIN)
    assert Revision.objects.of_page(page.pk).count() == 2


def test_a_new_page_is_one_revision_with_who_and_tags(as_editor: Client, editor: User) -> None:
    fields = fields_of(as_editor.get("/admin/services/service/add/"))
    shelf = str(Category.objects.get(slug="compute").pk)
    fields |= {"title": "ECS", "category": shelf, "tags": "b, a", "notes": "Text\r\n"}
    assert as_editor.post("/admin/services/service/add/", fields).status_code == 302
    page = Service.objects.get()
    first = Revision.objects.of_page(page.pk).get()
    assert (first.user, first.reason) == (editor, Reason.ADMIN)
    assert (first.notes, tags_at(page.pk, 1)) == ("Text\n", ["a", "b"])


def test_an_alias_with_a_comma_stays_one(as_editor: Client, ecs: Page) -> None:
    ecs.aliases = ["Containers, managed"]
    revise_by_fields(ecs)
    fields = fields_of(as_editor.get(address(ecs)))
    fields["aliases"] = f"{fields['aliases']}\r\nTasks"
    as_editor.post(address(ecs), fields)
    assert stored(ecs).aliases == ["Containers, managed", "Tasks"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "  elastic  CACHE ", "already has this title"),
        ("slug", "elasticache", "already has this address"),
        ("aws_id", "elasticache", "already has this AWS id"),
    ],
)
def test_a_taken_name_is_an_error_that_links_the_page(
    as_editor: Client, ecs: Page, field: str, value: str, words: str
) -> None:
    other = make_service(
        title="Elastic Cache", slug="elasticache", aws_id="elasticache", category=ecs.category
    )
    fields = fields_of(as_editor.get(address(ecs))) | {field: value}
    response = as_editor.post(address(ecs), fields)
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<a href="{address(other)}">Elastic Cache</a> {words}' in html
    assert stored(ecs).title == "ECS"


@pytest.mark.parametrize(
    ("fact", "theirs", "mine"),
    [
        ("abbreviation", "THEIRS", "MINE"),
        ("aliases", ["their name"], "my name"),
        ("tags", ["theirs"], "mine"),
    ],
)
def test_a_field_that_another_user_changed_too_is_reported(
    as_editor: Client, ecs: Page, fact: str, theirs: Any, mine: str
) -> None:
    fields = fields_of(as_editor.get(address(ecs))) | {fact: mine}
    revise(ecs, version=1, by=person("ada", "editors"), **{fact: theirs})
    html = as_editor.post(address(ecs), fields, follow=True).content.decode()
    words = theirs if isinstance(theirs, str) else theirs[0]
    assert f"was changed to “{words}” by someone else" in html


def test_fields_that_another_user_changed_are_not_reverted(as_editor: Client, ecs: Page) -> None:
    fields = fields_of(as_editor.get(address(ecs)))
    ecs.title, ecs.aliases = "Fargate", ["Tasks"]
    revise_by_fields(ecs)
    ecs.tags.add("theirs")
    revise(ecs, "Their notes", version=ecs.version)
    fields["abbreviation"] = "E"
    assert as_editor.post(address(ecs), fields).status_code == 302
    now = stored(ecs)
    assert (now.title, now.abbreviation, now.notes) == ("Fargate", "E", "Their notes")
    assert now.aliases == ["Tasks"]
    assert list(now.tags.names()) == ["theirs"]


def test_notes_that_are_too_long_are_a_form_error(
    as_editor: Client, ecs: Page, settings: object
) -> None:
    settings.NOTE_MAX_BYTES = 10  # type: ignore[attr-defined]
    fields = fields_of(as_editor.get(address(ecs))) | {"notes": "é" * 6}
    assert b"too long" in as_editor.post(address(ecs), fields).content
    assert stored(ecs).version == 1
