"""The files beside a page, and the sizes of pictures in its notes."""

from __future__ import annotations

import pytest

from services.attachments import manage
from services.models import Link, Page
from services.pages.revise import revise
from tests.support.pages import make_topic
from tests.support.pictures import picture
from tests.support.queries import queries
from tests.views.test_attachment_manage import LIST, html, panel, store_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan", notes="Plan.\n")


def test_who_may_read_sees_the_files(as_reader, page, storage):
    picture_row, other = store_file(page, "a.png", picture()), store_file(page)
    text = panel(as_reader)
    assert (
        f'src="/thumbnails/{picture_row.pk}/" alt="" width="40" height="40" loading="lazy"' in text
    )
    assert "PNG picture" in text and "PDF" in text
    assert other.get_absolute_url() in text and f'href="{LIST}"' in text
    assert "Add files" not in html(as_reader, "/topics/plan/")


def test_the_newest_are_shown_and_the_rest_is_counted(as_reader, page):
    for number in range(11):
        store_file(page, f"{number}.txt", b"%d" % number)
    text = panel(as_reader)
    assert text.count("<li data-file=") == 8
    assert "10.txt" in text and "2.txt" not in text
    assert "All 11 files" in text


def test_without_files_only_editors_see_that_there_are_none(as_reader, as_editor, page):
    assert panel(as_reader) == ""
    assert "No files yet." in panel(as_editor)
    assert "Add files" in html(as_editor, "/topics/plan/")


def test_files_of_another_page_that_the_notes_show_are_among_them(as_reader, page):
    row = store_file(make_topic(title="Other"), "far.png", picture())
    revise(page, f"![]({row.get_absolute_url()})\n", version=1)
    assert "far.png" in panel(as_reader)
    assert 'width="8" height="6"' in html(as_reader, "/topics/plan/")


def test_deleted_files_are_not_among_them(as_reader, page):
    manage.move_to_trash(store_file(page), by=None)
    assert panel(as_reader) == ""


def test_fifty_files_cost_one_query_more_than_none(as_reader, page):
    as_reader.get("/topics/plan/")
    before = len(queries(lambda: as_reader.get("/topics/plan/")))
    for number in range(50):
        store_file(page, f"{number}.png", picture(size=(8, 6 + number)))
    revise(
        page,
        "".join(f"![]({row.get_absolute_url()})\n" for row in page.attachments.all()),
        version=1,
    )
    asked = queries(lambda: as_reader.get("/topics/plan/"))
    assert len(asked) <= before + 1


def test_pictures_in_notes_have_their_size(as_reader, page):
    row = store_file(page, "a.png", picture(size=(40, 30)), reference="img/a.png")
    revise(page, "![A](img/a.png)\n\n![[img/a.png|20]]\n", version=1)
    Link.objects.update(attachment=row)
    text = html(as_reader, "/topics/plan/")
    assert 'alt="A" width="40" height="30" loading="lazy"' in text
    assert 'width="20" height="15" loading="lazy"' in text
