"""The files of a page: beside it, in their list, and what editors do with them; and the trash."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.attachments import manage
from services.attachments.store import store
from services.models import Attachment, Page
from services.pages.revise import revise
from services.pages.trash import take_out, throw_away
from tests.support.editing import said
from tests.support.pages import make_topic
from tests.support.pictures import PDF, ZIP, picture
from tests.support.storages import S3Server, body_of, objects

pytestmark = pytest.mark.django_db
LIST = "/pages/plan/files/"


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan", notes="Plan.\n")


def store_file(
    page: Page | None, name: str = "a.pdf", data: bytes = PDF, **facts: object
) -> Attachment:
    return store(io.BytesIO(data), name=name, page=page, **facts)  # type: ignore[arg-type]


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def panel(client: Client, path: str = "/topics/plan/") -> str:
    found = re.search(r'<div id="kb-files">.*?</div>', html(client, path))
    return found[0] if found else ""


# -- beside the page -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/topics/plan/", LIST, "/trash/"])
def test_no_list_asks_the_storage(as_editor, page, s3: S3Server, path):
    row = store_file(page, "a.png", picture())
    manage.move_to_trash(store_file(page), by=None)
    revise(page, f"![]({row.get_absolute_url()})\n", version=1)
    s3.stop()
    assert ".p" in html(as_editor, path)


# -- all files -----------------------------------------------------------------------------------


def test_the_list_says_what_they_are_and_where_they_are_used(as_reader, editor, page):
    shown, other = store_file(page, "a.png", picture(), by=editor), store_file(page, "b.docx", ZIP)
    make_topic(title="Other", notes=f"[a]({shown.get_absolute_url()})")
    text = html(as_reader, LIST)
    assert "PNG picture" in text and "8 × 6" in text and "by edgar" in text
    assert "Word document, 64 bytes" in text
    assert 'Used on <a href="/topics/other/">Other</a>' in text
    assert "Used nowhere in notes" in text
    assert other.name in text


def test_readers_are_offered_nothing_to_change(as_reader, page):
    store_file(page)
    manage.move_to_trash(store_file(page, "gone.txt", b"x"), by=None)
    text = html(as_reader, LIST)
    assert "a.pdf" in text
    main = text[text.index("<main") :]
    assert "<form" not in main and "gone.txt" not in main and "Copy" not in main


def test_a_list_without_files_says_so(as_reader, as_editor, page):
    assert "This page has no files yet." in html(as_reader, LIST)
    assert "can be added here" in html(as_editor, LIST)


def test_a_long_list_comes_in_parts(as_reader, page, django_assert_max_num_queries):
    Attachment.objects.bulk_create(
        Attachment(page=page, name=f"{number}.txt", file="x", size=1, content_type="text/plain")
        for number in range(101)
    )
    with django_assert_max_num_queries(8):
        assert "Page 1 of 2" in html(as_reader, LIST)
    assert html(as_reader, f"{LIST}?page=2").count('class="file-row"') == 1


def test_the_list_moves_with_its_page(as_reader, page):
    revise(page, "Plan.\n", version=1, title="Plans", slug="plans")
    assert as_reader.get(LIST)["Location"] == "/pages/plans/files/"


def test_names_show_as_text(as_editor, page):
    row = store_file(page)
    Attachment.objects.filter(pk=row.pk).update(name='<b>"x".pdf')
    for path in ("/topics/plan/", LIST):
        assert '<b>"x"' not in html(as_editor, path)


# -- what editors do -----------------------------------------------------------------------------


def act(client: Client, row: Attachment, what: str, **fields: object) -> object:
    return client.post(f"/files/{row.pk}/{what}/", {"next": LIST} | fields)


def test_a_file_is_renamed_and_its_address_stays(as_editor, page):
    row = store_file(page)
    before = row.get_absolute_url()
    answer = act(as_editor, row, "rename", name="  ../Plan \u202e2.exe ")
    assert answer["Location"] == LIST
    row.refresh_from_db()
    assert row.name == "Plan 2.pdf"
    assert body_of(as_editor, before) == PDF
    act(as_editor, row, "rename", name="   ")
    row.refresh_from_db()
    assert row.name == "Plan 2.pdf"


def test_a_file_is_replaced_under_its_address(as_editor, page, storage):
    row = store_file(page)
    act(as_editor, row, "replace", file=SimpleUploadedFile("other.pdf", PDF + b" "))
    assert body_of(as_editor, row.get_absolute_url()) == PDF + b" "


def test_what_is_refused_in_its_place_leaves_it(as_editor, page, storage):
    row = store_file(page)
    broken = SimpleUploadedFile("a.png", picture()[:-20])
    assert said(act(as_editor, row, "replace", file=broken))[0].startswith("a.pdf stays as it was.")
    assert said(act(as_editor, row, "replace"))[-1] == "No file arrived. Choose one first."
    assert body_of(as_editor, row.get_absolute_url()) == PDF


def test_a_file_is_deleted_and_restored(as_editor, as_reader, editor, page):
    row = store_file(page)
    revise(page, f"[a]({row.get_absolute_url()})\n", version=1)
    [message] = said(act(as_editor, row, "delete"))
    assert f'action="/files/{row.pk}/restore/"' in message
    assert 'where it was used: <a href="/topics/plan/">Plan</a>' in " ".join(message.split())
    row.refresh_from_db()
    assert row.trashed_by == editor
    assert as_reader.get(row.get_absolute_url()).status_code == 404
    assert "In the trash" in html(as_editor, LIST)
    assert act(as_editor, row, "restore")["Location"] == LIST
    assert body_of(as_reader, row.get_absolute_url()) == PDF


@pytest.mark.parametrize("what", ["rename", "replace", "delete", "restore"])
def test_readers_and_strangers_change_nothing(as_reader, as_nobody, editor, page, what):
    row = store_file(page)
    without_token = Client(enforce_csrf_checks=True)
    without_token.force_login(editor)
    fields = {"name": "x.pdf", "file": SimpleUploadedFile("x.pdf", PDF + b" ")}
    for client, status in ((as_reader, 403), (as_nobody, 302), (without_token, 403)):
        assert act(client, row, what, **fields).status_code == status
    now = Attachment.objects.get()
    assert (now.name, now.trashed_at, now.sha256) == (row.name, None, row.sha256)


# -- the trash -----------------------------------------------------------------------------------


def test_deleted_files_wait_in_the_trash(as_editor, editor, page):
    row = store_file(page)
    manage.move_to_trash(row, by=editor)
    text = html(as_editor, "/trash/")
    assert "a.pdf" in text and f'from <a href="{LIST}">Plan</a>' in text and "by edgar" in text
    assert "Empty the trash" not in text
    as_editor.post(f"/files/{row.pk}/restore/", {"next": "/trash/"})
    assert "a.pdf" not in html(as_editor, "/trash/").replace("“a.pdf” is restored", "")


def test_emptying_it_deletes_files_for_good(
    as_admin, as_editor, page, storage, django_capture_on_commit_callbacks
):
    stays = store_file(page, "b.txt", b"b")
    manage.move_to_trash(store_file(page), by=None)
    assert as_editor.post("/trash/empty/").status_code == 403
    assert "1 file for good" in html(as_admin, "/trash/")
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_admin.post("/trash/empty/")
    assert said(answer) == ["The trash is empty: 1 file is deleted for good."]
    assert list(Attachment.objects.all()) == [stays]
    assert objects() == set(stays.keys)


def test_pages_and_files_are_counted_together(as_admin, page):
    manage.move_to_trash(store_file(page), by=None)
    throw_away(make_topic(title="Other"), by=None)
    assert "1 page with history and attachments and 1 file for good" in html(as_admin, "/trash/")
    told = said(as_admin.post("/trash/empty/"))
    assert told == ["The trash is empty: 1 page and 1 file are deleted for good."]


def test_a_page_that_is_restored_has_its_files_and_not_those_deleted_before(as_reader, page):
    store_file(page)
    manage.move_to_trash(store_file(page, "gone.txt", b"x"), by=None)
    throw_away(page, by=None)
    assert as_reader.get(LIST).status_code == 404
    take_out(page, by=None)
    text = panel(as_reader)
    assert "a.pdf" in text and "gone.txt" not in text
