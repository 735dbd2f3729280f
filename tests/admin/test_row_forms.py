"""Checklist items and questions edited on a page's form: what is typed there changes the notes."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from services.models import Category, ChecklistItem, Page, Question, Topic
from services.pages.revise import revise
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db

NOTES = (
    "Intro\r\n\r\nTo learn\r\n\r\n- [ ] One\r\n- [x] Two\r\n  - [ ] Nested\r\n\r\n"
    "Why?\r\n\r\nHow?\r\n\r\n> [!answer]\r\n> Like this.\r\n"
)


@pytest.fixture
def page(db: None) -> Page:
    compute = Category.objects.get(slug="compute")
    return make_service(title="ECS", category=compute, notes=NOTES)


def address(page: Page) -> str:
    return f"/admin/services/{page.kind}/{page.pk}/change/"


def opened(client: Client, page: Page) -> dict[str, object]:
    return dict(fields_of(client.get(address(page))))


def new_row(fields: dict[str, object], prefix: str, **values: str) -> None:
    number = int(str(fields[f"{prefix}-TOTAL_FORMS"]))
    fields[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
    for name, value in values.items():
        fields[f"{prefix}-{number}-{name}"] = value


def saved(client: Client, page: Page, fields: dict[str, object]) -> str:
    response = client.post(address(page), fields)
    assert response.status_code == 302, response.content.decode()
    return Page.objects.get(pk=page.pk).notes


def refused(client: Client, page: Page, fields: dict[str, object]) -> dict[str, object]:
    before = Page.objects.get(pk=page.pk)
    response = client.post(address(page), fields)
    assert response.status_code == 200
    after = Page.objects.get(pk=page.pk)
    assert (after.notes, after.version) == (before.notes, before.version)
    return {"html": response.content.decode(), **fields_of(response)}


def test_rows_and_notes_are_saved_as_one_version(as_editor: Client, page: Page) -> None:
    rows = {row.text: row.pk for row in page.items.all()}
    fields = opened(as_editor, page)
    fields["notes"] = "New first line\r\n" + str(fields["notes"])
    fields |= {"items-0-state": "doing", "items-1-text": "Two!", "items-2-DELETE": "on"}
    fields |= {"questions-0-answer": "Because.\r\nReally.", "questions-1-text": "How exactly?"}
    new_row(fields, "items", text="Three", state="na", list_title="")
    new_row(fields, "questions", text="When?", answer="")
    assert saved(as_editor, page, fields) == (
        "New first line\r\nIntro\r\n\r\nTo learn\r\n\r\n"
        "- [/] One\r\n- [x] Two!\r\n- [-] Three\r\n\r\n"
        "Why?\r\n\r\n> [!answer]\r\n> Because.\r\n> Really.\r\n\r\n"
        "How exactly?\r\n\r\n> [!answer]\r\n> Like this.\r\n\r\nWhen?\r\n"
    )
    assert Page.objects.get(pk=page.pk).version == 2
    assert page.items.get(text="One").pk == rows["One"]


def test_rows_can_be_added_to_a_page_that_is_new(as_editor: Client) -> None:
    fields = dict(fields_of(as_editor.get("/admin/services/topic/add/")))
    fields |= {"title": "Plan", "notes": "Intro"}
    new_row(fields, "items", text="One", state="open", list_title="")
    assert as_editor.post("/admin/services/topic/add/", fields).status_code == 302
    page = Topic.objects.get(title="Plan")
    assert page.notes == "Intro\n\n- [ ] One\n"
    assert page.items.get().text == "One"


def test_dismissing_changes_no_notes(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, page) | {"questions-0-dismissed": "on"}
    assert saved(as_editor, page, fields) == NOTES
    assert page.questions.get(text="Why?").dismissed
    assert Page.objects.get(pk=page.pk).version == 1


def test_a_row_that_was_taken_out_of_the_notes_is_an_error(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, page) | {"items-0-state": "done"}
    fields["notes"] = str(fields["notes"]).replace("- [ ] One\r\n", "")
    shown = refused(as_editor, page, fields)
    assert "not in the notes any more" in str(shown["html"])
    assert shown["items-0-state"] == "done"
    assert "One" not in str(shown["notes"])


class TestTwoPeople:
    """Another user saved the page after this one opened it."""

    def change(self, page: Page, before: str, after: str) -> None:
        now = Page.objects.get(pk=page.pk)
        revise(now, now.notes.replace(before, after), version=now.version)

    def test_only_the_changes_of_this_user_are_applied(self, as_editor: Client, page: Page) -> None:
        fields = opened(as_editor, page) | {"items-1-state": "open"}
        self.change(page, "[ ] One", "[x] One")
        self.change(page, "Intro", "Their intro")
        notes = saved(as_editor, page, fields)
        assert notes == NOTES.replace("[ ] One", "[x] One").replace("[x] Two", "[ ] Two").replace(
            "Intro", "Their intro"
        )

    def conflict(self, client: Client, page: Page, fields: dict[str, object]) -> HttpResponse:
        before = Page.objects.get(pk=page.pk).notes
        response: HttpResponse = client.post(address(page), fields)
        assert response.status_code == 409
        assert "The same lines were changed twice" in response.content.decode()
        assert Page.objects.get(pk=page.pk).notes == before
        return response

    def resolved(self, client: Client, page: Page, shown: HttpResponse, use: str) -> str:
        return saved(client, page, dict(fields_of(shown)) | {"everywhere": use})

    def test_words_for_a_row_that_they_took_out_are_disputed(
        self, as_editor: Client, page: Page
    ) -> None:
        fields = opened(as_editor, page) | {"items-0-text": "My words"}
        self.change(page, "- [ ] One\r\n", "")
        shown = self.conflict(as_editor, page, fields)
        assert "My words" in shown.content.decode()
        assert "- [ ] My words" in self.resolved(as_editor, page, shown, "mine")

    def test_a_row_that_another_user_deleted_is_ignored_if_unchanged(
        self, as_editor: Client, page: Page
    ) -> None:
        fields = opened(as_editor, page) | {"items-1-state": "open"}
        self.change(page, "- [ ] One\r\n", "")
        assert "- [ ] Two" in saved(as_editor, page, fields)

    @pytest.mark.parametrize(("use", "answer"), [("mine", "> Mine"), ("theirs", "> Theirs.")])
    def test_an_answer_that_both_changed_is_disputed(
        self, as_editor: Client, page: Page, use: str, answer: str
    ) -> None:
        fields = opened(as_editor, page) | {"questions-1-answer": "Mine"}
        self.change(page, "Like this.", "Theirs.")
        shown = self.conflict(as_editor, page, fields)
        assert answer in self.resolved(as_editor, page, shown, use)

    @pytest.mark.parametrize("use", ["mine", "theirs"])
    def test_deleting_a_row_that_another_user_reworded_is_a_conflict(
        self, as_editor: Client, page: Page, use: str
    ) -> None:
        fields = opened(as_editor, page) | {"items-1-DELETE": "on"}
        self.change(page, "Two", "Twofold")
        shown = self.conflict(as_editor, page, fields)
        notes = self.resolved(as_editor, page, shown, use)
        assert ("Twofold" in notes) == (use == "theirs")

    @pytest.mark.parametrize("use", ["mine", "theirs"])
    def test_facts_and_dismissals_are_stored_with_the_choice(
        self, as_editor: Client, page: Page, use: str
    ) -> None:
        fields = opened(as_editor, page) | {"questions-1-answer": "Mine", "title": "Elastic"}
        fields["questions-0-dismissed"] = "on"
        self.change(page, "Like this.", "Theirs.")
        shown = self.conflict(as_editor, page, fields)
        assert Page.objects.get(pk=page.pk).title != "Elastic"
        self.resolved(as_editor, page, shown, use)
        assert Page.objects.get(pk=page.pk).title == "Elastic"
        assert page.questions.get(text="Why?").dismissed


def test_rows_of_another_page_cannot_be_changed(as_editor: Client, page: Page) -> None:
    other = make_topic(title="Other", notes="- [ ] Theirs\n\n> [!question] Theirs?\n")
    fields = opened(as_editor, page)
    fields |= {"items-0-id": str(other.items.get().pk), "items-0-state": "done"}
    as_editor.post(address(page), fields)
    fields = opened(as_editor, page)
    fields |= {"questions-0-id": str(other.questions.get().pk), "questions-0-dismissed": "on"}
    as_editor.post(address(page), fields)
    assert ChecklistItem.objects.get(page=other).state == "open"
    assert not Question.objects.get(page=other).dismissed


@pytest.mark.soak
def test_three_hundred_items_take_no_more_queries(
    as_editor: Client, page: Page, django_assert_max_num_queries: object
) -> None:
    revise(page, "".join(f"- [ ] Item {n}\n" for n in range(300)), version=1)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        response = as_editor.get(address(page))
    fields = dict(fields_of(response))
    for n in range(0, 300, 2):
        fields[f"items-{n}-state"] = "done"
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        assert as_editor.post(address(page), fields).status_code == 302
    assert page.items.filter(state="done").count() == 150


@pytest.mark.soak
def test_rows_beyond_those_shown_are_left_alone(as_editor: Client, page: Page) -> None:
    notes = "".join(f"- [ ] Item {n}\n" for n in range(520))
    revise(page, notes, version=1)
    response = as_editor.get(address(page))
    assert b"20 more are in the notes above" in response.content
    fields = dict(fields_of(response)) | {"items-499-state": "done"}
    assert saved(as_editor, page, fields) == notes.replace("[ ] Item 499", "[x] Item 499")
