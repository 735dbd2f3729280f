"""A page as it is read: its notes with their links, and all around them, in eight queries."""

import pytest

from services.models import Attachment, Link
from services.pages.revise import revise
from services.selectors.page import markdownify
from tests.support.pages import make_topic
from tests.views.test_pages import html

pytestmark = pytest.mark.django_db
# Session, person, page, tree, items, questions, links, tags.
QUERIES = 8


def test_links_lead_to_pages_and_the_missing_are_marked(as_reader, s3):
    make_topic(title="Notes", notes="See [[S3]] and [[Nowhere]].\n")
    text = html(as_reader, "/topics/notes/")
    assert '<a href="/services/s3/" rel="noopener noreferrer">S3</a>' in text
    assert 'class="missing"' in text
    assert "Linked from" in html(as_reader, "/services/s3/")


def test_pictures_show_the_stored_file(as_reader):
    page = make_topic(title="Notes", notes="![A plan](img/a.png)\n")
    file = Attachment.objects.create(
        page=page, name="a.png", reference="img/a.png", content_type="image/png", size=1, file="x"
    )
    Link.objects.update(attachment=file)
    assert f'src="{file.get_absolute_url()}"' in html(as_reader, "/topics/notes/")


def test_contents_list_the_headings(as_reader):
    make_topic(title="Notes", notes="# One\n\nA\n\n## Two words\n\nB\n")
    assert 'href="#two-words"' in html(as_reader, "/topics/notes/")


def test_questions_show_open_and_answered_but_not_dismissed(as_reader, s3):
    revise(s3, "Why so?\n\nHow much?\n\n> [!answer]\n> Little.\n\nOr what?\n", version=1)
    s3.questions.filter(text="Or what?").update(dismissed=True)
    text = html(as_reader, "/services/s3/")
    aside = text[text.index("<aside") :]
    assert "Why so?" in aside
    assert "1 answered question" in " ".join(aside.split())
    assert "Or what?" not in aside


def test_topics_about_a_service_and_back(as_reader, s3):
    make_topic(title="S3 (Exam notes)", about=s3, notes="Classes.\n")
    assert "Also about S3" in html(as_reader, "/services/s3/")
    assert "More about" in html(as_reader, "/topics/s3-exam-notes/")


def test_very_long_notes_are_cut_at_a_blank_line(as_reader, monkeypatch):
    monkeypatch.setattr("services.selectors.page.MAX_LENGTH", 30)
    make_topic(title="Notes", notes="First paragraph.\r\n\r\nSecond paragraph, long.\n")
    text = html(as_reader, "/topics/notes/")
    assert "First paragraph." in text
    assert "Second paragraph" not in text
    assert "/pages/notes/raw/" in text


def test_a_small_page_takes_eight_queries(as_reader, s3, django_assert_max_num_queries):
    with django_assert_max_num_queries(QUERIES):
        html(as_reader, "/services/s3/")


def test_a_big_page_takes_eight_queries(as_editor, s3, django_assert_max_num_queries):
    links = " ".join(f"[[Topic {i}]]" for i in range(100))
    items = "\n".join(f"- [x] Item {i} of EKS" for i in range(500))
    asked = "\n\n".join(f"What is {i}?" for i in range(200))
    revise(s3, f"{links}\n\n{items}\n\n{asked}\n", version=1)
    s3.tags.add(*(f"tag{i}" for i in range(30)))
    for i in range(60):
        notes = f"See [[S3]].\n\n- [ ] S3 {i}\n"
        make_topic(title=f"Topic {i}", notes=notes, about=s3 if i < 5 else None)
    with django_assert_max_num_queries(QUERIES):
        text = html(as_editor, "/services/s3/")
    assert "500 of 560 done" in text


def test_preview_links_pages_by_name(s3):
    assert 'href="/services/s3/"' in markdownify("[[S3]]")
    assert "missing" in markdownify("[[Nothing]]")
