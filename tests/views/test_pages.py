"""Category, service and topic pages, and the Markdown behind them."""

import pytest
from django.core.cache import cache
from django.utils.html import escape

from services.models import Attachment, Category, Document, Link, Page, Section
from services.pages.revise import revise
from services.selectors import tree
from services.selectors.lists import summarize
from services.selectors.page import markdownify
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
# Session, person, page, tree, items, questions, links, tags.
QUERIES = 8


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def compute() -> Category:
    return Category.objects.get(slug="compute")


@pytest.fixture
def s3() -> Page:
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes="Keeps **objects**.\n")


def html(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def many(compute: Category, number: int) -> None:
    Page.objects.bulk_create(
        Page(kind="service", category=compute, title=f"P{i}", slug=f"p{i}", position=i + 10)
        for i in range(number)
    )


def test_service_works(as_reader, s3):
    text = html(as_reader, "/services/s3/")
    assert "Keeps <strong>objects</strong>." in text
    assert 'href="/categories/data-store/"' in text
    assert "accent-data-store" in text


def test_topic_works(as_reader):
    make_topic(title="Brain dump", notes="Words.\n")
    assert "<p>Words.</p>" in html(as_reader, "/topics/brain-dump/")


def test_the_other_kinds_address_leads_to_a_page_as_long_as_it_is_of_this_kind(as_reader, s3):
    response = as_reader.get("/topics/s3/")
    assert (response.status_code, response["Location"]) == (302, "/services/s3/")


def test_unknown_page_is_not_found(as_reader):
    assert as_reader.get("/services/nothing/").status_code == 404
    assert as_reader.get("/pages/nothing/raw/").status_code == 404
    assert as_reader.get("/categories/nothing/").status_code == 404


def test_a_slug_in_any_script_works(as_reader):
    page = make_topic(title="Größe 大小", notes="Words.\n")
    assert "<p>Words.</p>" in html(as_reader, page.get_absolute_url())


def test_post_is_refused(as_reader, s3):
    assert as_reader.post("/services/s3/").status_code == 405


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


def test_items_elsewhere_that_name_a_page_count_for_it(as_reader, s3):
    make_topic(title="Plan", notes="# Learn\n\n- [x] S3\n- [ ] Rest\n")
    text = html(as_reader, "/services/s3/")
    assert "Learned" in text
    assert "1 of 1 done" in text
    assert 'href="/topics/plan/#learn:~:text=S3"' in text


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


def test_previous_and_next_stay_within_the_category(as_reader, compute, s3):
    for title in ("ECS", "EKS", "EC2"):
        make_service(title=title, category=compute)
    text = html(as_reader, "/services/eks/")
    foot = text[text.index("page-foot") :]
    assert foot.index("/services/ecs/") < foot.index("/services/ec2/")
    assert "/services/s3/" not in foot[: foot.index("</footer>")]


def test_only_editors_see_the_edit_link_and_a_clash(as_reader, as_editor, s3):
    document = Document.objects.create(path="notes/AWS.md", digest="x")
    Section.objects.create(document=document, position=0, page=s3, theirs="Other words.")
    told = "This page and its file were changed in the same lines."
    assert told in html(as_editor, "/services/s3/")
    text = html(as_reader, "/services/s3/")
    assert told not in text
    assert f"/admin/services/service/{s3.pk}/change/" not in text
    assert "notes/AWS.md" in text


def test_markdown_comes_back_as_it_is_stored(as_reader):
    notes = "# <script>alert(1)</script>\r\n\r\nGröße\r"
    make_topic(title="Notes", notes=notes)
    response = as_reader.get("/pages/notes/raw/")
    assert response.content == notes.encode()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_scripts_in_notes_and_titles_do_not_reach_the_page(as_reader):
    title = "<script>alert(1)</script>"
    make_topic(title=title, slug="x", notes=f"- [ ] {title}\n\nQ: {title}?\n\n{title}")
    text = html(as_reader, "/topics/x/")
    assert title not in text
    assert escape(title) in text


def test_very_long_notes_are_cut_at_a_blank_line(as_reader, monkeypatch):
    monkeypatch.setattr("services.selectors.page.MAX_LENGTH", 30)
    make_topic(title="Notes", notes="First paragraph.\r\n\r\nSecond paragraph, long.\n")
    text = html(as_reader, "/topics/notes/")
    assert "First paragraph." in text
    assert "Second paragraph" not in text
    assert "/pages/notes/raw/" in text


def test_category_works(as_reader, s3):
    document = Document.objects.create(path="a.md", digest="x")
    Section.objects.create(document=document, position=0, category=s3.category, text="On [[S3]].\n")
    text = html(as_reader, "/categories/data-store/")
    assert '<p>On <a href="/services/s3/" rel="noopener noreferrer">S3</a>.</p>' in text
    assert "Keeps objects." in text


def test_category_is_paginated_with_the_same_queries(
    as_reader, compute, django_assert_max_num_queries
):
    many(compute, 250)
    with django_assert_max_num_queries(10):
        text = html(as_reader, "/categories/compute/?page=3")
    assert "Page 3 of 3" in text
    assert ">P249</a>" in text


def test_topics_works(as_reader):
    make_topic(title="Notes")
    assert "/topics/notes/" in html(as_reader, "/topics/")


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


def test_a_page_among_a_thousand_takes_eight_queries(
    as_reader, compute, s3, django_assert_max_num_queries
):
    many(compute, 1000)
    for _ in ("before it is known that there are many", "after"):
        with django_assert_max_num_queries(QUERIES):
            text = html(as_reader, "/services/p500/")
        shown = text[text.index('<nav class="tree"') : text.index("</nav>", text.index("tree"))]
        around = 2 * tree.AROUND + 1
        assert text.count('href="/services/') < around + 5
        assert "/services/p480/" in shown
        assert "/services/p479/" not in shown
        assert 'href="/categories/data-store/"' in shown
        foot = text[text.index("page-foot") :]
        assert "/services/p499/" in foot
        assert "/services/p501/" in foot


def test_first_words_of_a_list_are_prose_only():
    notes = "# Title\n\n```\ncode\n```\n\n- item\n\n> Quoted **words**.\n"
    assert summarize(notes) == "Quoted words."
    assert summarize("") == ""


def test_preview_links_pages_by_name(s3):
    assert 'href="/services/s3/"' in markdownify("[[S3]]")
    assert "missing" in markdownify("[[Nothing]]")
