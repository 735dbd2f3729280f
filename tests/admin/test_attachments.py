"""Files in the admin: added, renamed, replaced, moved to another page and to the trash."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.attachments.store import store
from services.models import Attachment, Page
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.support.storages import body_of, objects

pytestmark = pytest.mark.django_db
ALL = "/admin/services/attachment/"


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


@pytest.fixture
def row(page: Page, editor, storage: str) -> Attachment:
    return store(io.BytesIO(PDF), name="a.pdf", page=page, by=editor)


def change(client: Client, row: Attachment, **typed: object) -> str:
    path = f"{ALL}{row.pk}/change/"
    fields = fields_of(client.get(path)) | typed
    return client.post(path, fields, follow=True).content.decode()


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"{ALL}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_kind_page_and_user(as_editor, row):
    text = listed(as_editor)
    for words in (
        "a.pdf",
        ">PDF<",
        f"{len(PDF)}\xa0bytes",
        'href="/topics/plan/">Plan</a>',
        ">edgar<",
    ):
        assert words in text, words


def test_files_are_found_and_filtered(as_editor, row, page):
    store(io.BytesIO(picture()), name="b.png", page=page)
    Attachment.objects.filter(name="b.png").update(trashed_at="2026-01-01T00:00Z")
    shown = {
        "": "a",
        "q=a.p": "a",
        "q=plan": "a",
        "q=nothing": "",
        "kind=pdf": "a",
        "kind=pictures": "",
        "kind=pictures&trash=all": "b",
        "kind=media": "",
        "kind=others": "",
        "trash=in": "b",
        "trash=all": "ab",
    }
    for query, names in shown.items():
        text = listed(as_editor, query)
        assert ("a.pdf" in text, "b.png" in text) == ("a" in names, "b" in names), query


def test_its_queries_do_not_grow(as_editor, page, django_assert_max_num_queries):
    Attachment.objects.bulk_create(
        Attachment(page=page, name=f"{number}.txt", file="x", size=1, content_type="text/plain")
        for number in range(60)
    )
    with django_assert_max_num_queries(8):
        listed(as_editor)


def test_a_file_is_added_as_on_the_site(as_editor, editor, page, storage):
    sent = {"upload": SimpleUploadedFile("../x.html", picture(), "text/html"), "page": page.pk}
    as_editor.post(f"{ALL}add/", sent)
    row = Attachment.objects.get()
    assert (row.name, row.content_type) == ("x.png", "image/png")
    assert (row.page, row.created_by, row.width) == (page, editor, 8)
    assert objects() == set(row.keys)


def test_a_refused_file_is_an_error_in_the_form(as_editor, page, storage):
    sent = {"upload": SimpleUploadedFile("a.png", picture()[:-20]), "page": page.pk}
    answer = as_editor.post(f"{ALL}add/", sent)
    assert "This picture is broken" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert "This field is required" in as_editor.post(f"{ALL}add/", {}).content.decode()


def test_a_file_is_renamed_moved_and_replaced_and_its_address_stays(as_editor, row):
    other = make_topic(title="Other")
    before = row.get_absolute_url()
    change(as_editor, row, name=" ../b\u202e.exe ", page=str(other.pk))
    row.refresh_from_db()
    assert (row.name, row.page) == ("b.pdf", other)
    assert body_of(as_editor, before) == PDF
    change(as_editor, row, upload=SimpleUploadedFile("c.png", picture()))
    row.refresh_from_db()
    assert (row.name, row.content_type, row.page) == ("b.png", "image/png", other)
    assert body_of(as_editor, before) == picture()


def test_a_refused_replacement_leaves_the_file(as_editor, row):
    broken = SimpleUploadedFile("c.png", picture()[:-20])
    assert "This picture is broken" in change(as_editor, row, upload=broken)
    assert body_of(as_editor, row.get_absolute_url()) == PDF


def test_a_file_that_imported_notes_show_stays_with_them(as_editor, row, page):
    Attachment.objects.update(reference="img/a.pdf")
    other = make_topic(title="Other")
    change(as_editor, row, page=str(other.pk))
    row.refresh_from_db()
    assert (row.page, row.reference) == (page, "img/a.pdf")


def test_no_field_of_the_storage_can_be_typed(as_editor, row):
    before = row.keys
    change(as_editor, row, file="x", size="1", sha256="x", content_type="text/html")
    row.refresh_from_db()
    assert (row.keys, row.size, row.content_type) == (before, len(PDF), "application/pdf")


def test_deleting_moves_to_the_trash_and_restoring_brings_back(as_editor, editor, row):
    asked = as_editor.get(f"{ALL}{row.pk}/delete/").content.decode()
    assert "goes to the trash." in asked and "history" not in asked
    told = as_editor.post(f"{ALL}{row.pk}/delete/", {"post": "yes"}, follow=True)
    assert 'href="/trash/"' in told.content.decode()
    row.refresh_from_db()
    assert (row.trashed_by, objects()) == (editor, set(row.keys))
    picked = {"action": "restore", "_selected_action": [row.pk]}
    assert (
        "1 file is restored"
        in as_editor.post(f"{ALL}?trash=in", picked, follow=True).content.decode()
    )
    row.refresh_from_db()
    assert row.trashed_at is None


def test_several_files_are_deleted_together(as_editor, row, page):
    other = store(io.BytesIO(b"b"), name="b.txt", page=page)
    picked = {"action": "delete_selected", "_selected_action": [row.pk, other.pk]}
    assert "These go to the trash:" in as_editor.post(ALL, picked).content.decode()
    told = as_editor.post(ALL, picked | {"post": "yes"}, follow=True)
    assert "2 files are in the" in told.content.decode()
    assert Attachment.objects.trashed().count() == 2


def test_a_page_s_form_lists_its_files(as_editor, row, page):
    text = as_editor.get(f"/admin/services/topic/{page.pk}/change/").content.decode()
    assert f'href="{ALL}{row.pk}/change/">a.pdf</a>' in text
    assert 'href="/pages/plan/files/"' in text
    assert f'href="{ALL}add/?page={page.pk}"' in text
    assert (
        f'<option value="{page.pk}" selected>'
        in as_editor.get(f"{ALL}add/?page={page.pk}").content.decode()
    )


def test_readers_do_nothing_here(as_reader, as_nobody, row):
    for path in (ALL, f"{ALL}add/", f"{ALL}{row.pk}/change/", f"{ALL}{row.pk}/delete/"):
        for client in (as_reader, as_nobody):
            assert client.post(path, {"post": "yes", "name": "x"}).status_code in (302, 403)
    row.refresh_from_db()
    assert (row.name, row.trashed_at) == ("a.pdf", None)
